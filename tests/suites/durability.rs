//! Durability shown and not assumed: the system calls of the running service, in the order in which the kernel met them.
//! What a cut log reopens to is tested beside the store.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::sync::Mutex;

use antom_tests::http::{flag_at, list_at};
use antom_tests::waiting::{Look, PATIENCE, until};
use antom_tests::{Failure, Proof, Stand, StandOptions, ensure, skip};
use serde_json::json;

/// How many notifications come one after the other, and then how many at once.
const ONE_BY_ONE: usize = 8;
const AT_ONCE: usize = 24;
const TRACED: &str = "trace=read,readv,recvfrom,recvmsg,write,writev,sendto,sendmsg,pwrite64,fsync,fdatasync";

//= N-3 test
#[test]
fn every_acknowledgement_follows_a_completed_sync_of_what_it_acknowledges() -> Proof {
    let folder = tempfile::tempdir().map_err(Failure::from)?;
    let trace = folder.path().join("trace");
    if !can_trace() {
        skip::note("durability trace: strace is missing or not allowed").map_err(Failure::from)?;
        return Ok(());
    }
    let trace_file = trace.display().to_string();
    // The tracer is the service's child, so that signals reach the service itself.
    let wrapper = ["strace", "-D", "-f", "-yy", "-qq", "-s", "9000", "-e", TRACED, "-o", &trace_file];
    let options =
        StandOptions { service_wrapper: wrapper.map(str::to_owned).to_vec(), ..StandOptions::default() };
    Stand::prove_with(&options, |stand| {
        for number in 0..ONE_BY_ONE {
            notify(stand, &marker(number))?;
        }
        let failures = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for number in ONE_BY_ONE..ONE_BY_ONE + AT_ONCE {
                let (stand, failures) = (&*stand, &failures);
                scope.spawn(move || {
                    if let Err(failure) = notify(stand, &marker(number))
                        && let Ok(mut failures) = failures.lock()
                    {
                        failures.push(failure.to_string());
                    }
                });
            }
        });
        let failures = failures.into_inner().unwrap_or_default();
        ensure(failures.is_empty(), "every notification is acknowledged", &json!(failures))?;

        let read = until("the whole trace", PATIENCE, || {
            let judged = judge(&std::fs::read_to_string(&trace)?)?;
            let all = judged.acknowledged == ONE_BY_ONE + AT_ONCE;
            Ok(if all { Look::Found(judged) } else { Look::NotYet(judged.acknowledged.to_string()) })
        })?;
        ensure(
            read.syncs < read.acknowledged,
            "notifications that come together share a sync",
            &json!([read.syncs, read.acknowledged]),
        )
    })
}

/// Whether a program can be traced here at all: containers may forbid it.
fn can_trace() -> bool {
    let mut tried = Command::new("strace");
    tried.args(["-D", "-f", "-qq", "-e", "trace=none", "true"]).stdout(Stdio::null()).stderr(Stdio::null());
    tried.status().is_ok_and(|status| status.success())
}

fn marker(number: usize) -> String {
    format!("traced-{number:04}")
}

/// Sends a notification about a payment that nobody knows, which is stored and acknowledged all the same.
fn notify(stand: &Stand, marker: &str) -> Result<(), Failure> {
    let url = format!("{}/notifications/antom", stand.merchant().base());
    let body = json!({"paymentRequestId": marker, "paymentId": marker, "captureRequestId": marker});
    stand.gateway().trigger(&json!({"url": url, "notifyType": "CAPTURE_RESULT", "body": body}))?;
    let sent = stand.gateway().notifications(marker, "CAPTURE_RESULT")?;
    let tries: Vec<_> = sent.iter().flat_map(|one| list_at(one, "/tries")).collect();
    let acknowledged = tries.iter().any(|one| flag_at(one, "/acknowledged") == Some(true));
    ensure(acknowledged, "the notification is acknowledged", &json!(sent))
}

/// What the trace shows.
#[derive(Debug, Default)]
struct Judged {
    acknowledged: usize,
    syncs: usize,
}

/// One line of the trace; a call that others interrupted has two.
struct Line<'a> {
    thread: &'a str,
    call: &'a str,
    /// The arguments as far as this line shows them.
    text: &'a str,
    begins: bool,
    ends: bool,
}

impl<'a> Line<'a> {
    fn parse(line: &'a str) -> Option<Line<'a>> {
        let (thread, rest) = line.trim_start().split_once(' ')?;
        let rest = rest.trim_start();
        if let Some(rest) = rest.strip_prefix("<... ") {
            let (call, text) = rest.split_once(" resumed>")?;
            return Some(Line { thread, call, text, begins: false, ends: true });
        }
        let (call, text) = rest.split_once('(')?;
        let ends = !text.ends_with("<unfinished ...>");
        Some(Line { thread, call, text, begins: true, ends })
    }
}

/// Reads the trace and demands of every acknowledgement that the notification's bytes were written to the log, and that a
/// sync of the log which began after that had come to its end.
fn judge(trace: &str) -> Result<Judged, Failure> {
    let mut judged = Judged::default();
    // By thread: the descriptor of the call that it is in, and when that began.
    let mut within: BTreeMap<&str, (&str, usize)> = BTreeMap::new();
    let mut asked: BTreeMap<&str, &str> = BTreeMap::new();
    let mut writing: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut written: BTreeMap<&str, usize> = BTreeMap::new();
    let mut synced: BTreeMap<&str, usize> = BTreeMap::new();
    for (place, line) in trace.lines().enumerate() {
        let Some(line) = Line::parse(line) else { continue };
        if line.begins {
            let descriptor = line.text.split([',', ')']).next().unwrap_or_default();
            within.insert(line.thread, (descriptor, place));
        }
        let Some(&(descriptor, began)) = within.get(line.thread) else { continue };
        let (is_log, is_socket) = (descriptor.contains("-wal>"), descriptor.contains("<TCP:"));
        let marks = || line.text.match_indices("traced-").filter_map(|(at, _)| line.text.get(at..at + 11));
        match line.call {
            "read" | "readv" | "recvfrom" | "recvmsg" if is_socket && line.ends => {
                asked.extend(marks().next().map(|mark| (descriptor, mark)));
            }
            // The text stands where the call begins, and counts where it ends.
            "pwrite64" if is_log => {
                if line.begins {
                    writing.insert(line.thread, marks().collect());
                }
                if line.ends {
                    let marks = writing.remove(line.thread).unwrap_or_default();
                    written.extend(marks.into_iter().map(|mark| (mark, place)));
                }
            }
            "fsync" | "fdatasync" if is_log && line.ends => {
                if !line.text.trim_end().ends_with("= 0") {
                    return Err(Failure::step("a sync succeeds", line.text));
                }
                judged.syncs += 1;
                let before: Vec<&str> =
                    written.iter().filter(|(_, place)| **place < began).map(|(mark, _)| *mark).collect();
                synced.extend(before.into_iter().map(|mark| (mark, place)));
            }
            "write" | "writev" | "sendto" | "sendmsg"
                if is_socket
                    && line.begins
                    && line.text.contains("200 OK")
                    && line.text.contains("SUCCESS") =>
            {
                let Some(mark) = asked.remove(descriptor) else { continue };
                let is_durable = synced.contains_key(mark);
                ensure(is_durable, &format!("{mark} was durable before line {place}"), &json!(line.text))?;
                judged.acknowledged += 1;
            }
            _ => {}
        }
    }
    Ok(judged)
}

#[test]
fn an_acknowledgement_before_its_sync_would_be_noticed() {
    let asked = r#"7 recvfrom(9<TCP:[127.0.0.1:1->127.0.0.1:2]>, "POST traced-0001", 99) = 9"#;
    let written = r#"8 pwrite64(5</d/antom.sqlite-wal>, "..traced-0001..", 4096, 32) = 4096"#;
    let (begun, ended) =
        ("8 fdatasync(5</d/antom.sqlite-wal> <unfinished ...>", "8 <... fdatasync resumed>) = 0");
    let sent = r#"7 sendto(9<TCP:[127.0.0.1:1->127.0.0.1:2]>, "HTTP/1.1 200 OK SUCCESS", 23) = 23"#;
    let judged = |lines: &[&str]| judge(&lines.join("\n")).map(|judged| judged.acknowledged);
    assert_eq!(judged(&[asked, written, begun, ended, sent]).ok(), Some(1));
    assert!(judged(&[asked, written, begun, sent, ended]).is_err(), "the sync has not ended");
    assert!(judged(&[asked, begun, written, ended, sent]).is_err(), "the sync began too early");
    assert!(judged(&[asked, begun, ended, sent, written]).is_err(), "nothing was written");
}
