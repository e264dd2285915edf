//! Disks that are full or read-only under the running service: nothing is acknowledged, no call is started, what is known can
//! still be read, and everything goes on by itself once there is room.
//! What the store does with each failed write is tested beside the store.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use antom_tests::flows::{Opened, Steps};
use antom_tests::http::{Call, flag_at, list_at, text_at};
use antom_tests::merchant::{hosted_body, order_body};
use antom_tests::waiting::{Look, PATIENCE, until};
use antom_tests::{Failure, Proof, Stand, StandOptions, ensure, ledger, skip};
use serde_json::{Value, json};

/// No file of the process may grow, its own log included; the kernel's signal for it is ignored.
#[test]
fn a_process_that_may_write_nothing_more_acknowledges_nothing_and_goes_on_later() -> Proof {
    let wrapper = ["sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"].map(str::to_owned).to_vec();
    let options = StandOptions { service_wrapper: wrapper, ..StandOptions::default() };
    Stand::prove_with(&options, |stand| {
        let process = stand.service().id();
        survives(
            stand,
            || limit_files(process, "1:unlimited"),
            |()| limit_files(process, "unlimited:unlimited"),
        )
    })
}

#[test]
fn a_full_disk_acknowledges_nothing_and_heals_by_itself() -> Proof {
    let folder = tempfile::tempdir().map_err(Failure::from)?;
    let Some(disk) = SmallDisk::mount(folder.path()) else {
        return every_write_fails(
            "ENOSPC",
            "full disk: no small file system can be mounted, and strace is missing",
        );
    };
    let url = format!("sqlite://{}", disk.0.join("antom.sqlite").display());
    let service_environment = vec![("ANTOM__DATABASE__URL".to_owned(), url)];
    let options = StandOptions { service_environment, ..StandOptions::default() };
    Stand::prove_with(&options, |stand| {
        let filler = disk.0.join("filler");
        survives(stand, || fill(&filler), |()| Ok(std::fs::remove_file(&filler)?))
    })
}

#[test]
fn a_disk_that_turned_read_only_acknowledges_nothing_and_heals_by_itself() -> Proof {
    every_write_fails("EROFS", "read-only disk: strace is missing or not allowed")
}

/// The kernel's own answer, given by a tracer in its place.
fn every_write_fails(error: &str, otherwise: &str) -> Proof {
    Stand::prove(|stand| {
        let process = stand.service().id();
        let Some(first) = Injection::of(process, error)? else { return Ok(skip::note(otherwise)?) };
        first.end()?;
        let begin = || {
            let injection = Injection::of(process, error)?;
            injection.ok_or_else(|| Failure::step("the fault can be injected again", "it cannot"))
        };
        survives(stand, begin, Injection::end)
    })
}

/// Breaks the disk under an order that is being paid, looks at everything that must and must not happen, and heals it.
fn survives<F>(
    stand: &mut Stand,
    break_disk: impl FnOnce() -> Result<F, Failure>,
    heal: impl FnOnce(F) -> Result<(), Failure>,
) -> Result<(), Failure> {
    // The gateway is not asked meanwhile: only what is told or written counts.
    let deaf =
        json!([{"target": "inquiryPayment", "probability": 1.0, "do": {"kind": "status", "status": 503}}]);
    stand.gateway().plant_faults(&deaf)?;
    let steps = Steps::on(stand);
    let (paid, unpaid) = (steps.create_order("paid", "1000")?, steps.create_order("unpaid", "1000")?);
    let opened = steps.open_session(&paid, "AUTOMATIC")?;

    let fault = break_disk()?;
    let seen = broken(stand, &opened, &unpaid).and_then(|()| readiness(stand, 503));
    heal(fault)?;
    seen?;
    readiness(stand, 200)?;

    stand.gateway().clear_faults()?;
    until("a new order after the disk is well", PATIENCE, || {
        let answer = stand.merchant().create_order(&order_body("later", "1000"))?;
        Ok(if answer.status == 201 { Look::Found(()) } else { Look::NotYet(answer.text) })
    })?;
    let steps = Steps::on(stand);
    steps.wait_until_shippable(&opened.order)?;
    let order = steps.order(&opened.order)?;
    // The gateway itself sends again after two minutes.
    for sent in stand.gateway().notifications(&opened.payment, "")? {
        if text_at(&sent, "/status") == "pending" {
            stand.gateway().resend(text_at(&sent, "/id"))?;
        }
    }
    steps.both_notifications_acknowledged(&opened, &order)?;
    let again = steps.open_session(&unpaid, "AUTOMATIC")?;
    steps.buyer(&again, "success")?;
    steps.wait_until_shippable(&unpaid)?;
    ledger::must_agree(stand)
}

/// Waits until the service says whether it is ready; that it is alive is true all the time.
fn readiness(stand: &Stand, wanted: u16) -> Result<(), Failure> {
    let admin = stand.admin()?;
    admin.send(Call::new("GET", "/healthz"))?.expect_status("it is alive", &[200])?;
    until(&format!("readiness {wanted}"), PATIENCE, || {
        let answer = admin.send(Call::new("GET", "/readyz"))?;
        Ok(if answer.status == wanted { Look::Found(()) } else { Look::NotYet(answer.text) })
    })
}

fn broken(stand: &Stand, opened: &Opened, unpaid: &str) -> Result<(), Failure> {
    let steps = Steps::on(stand);
    let before = steps.order(&opened.order)?;
    for _ in 0..3 {
        stand.merchant().create_order(&order_body("refused", "1000"))?.expect_problem(503, "unavailable")?;
        stand
            .merchant()
            .open_payment(unpaid, &hosted_body("AUTOMATIC"))?
            .expect_problem(503, "unavailable")?;
    }
    steps.buyer(opened, "success")?;
    let tried = until("a try to notify", PATIENCE, || {
        let sent = stand.gateway().notifications(&opened.payment, "PAYMENT_RESULT")?;
        let tries: Vec<Value> = sent.iter().flat_map(|one| list_at(one, "/tries")).cloned().collect();
        let is_over = tries.iter().any(|one| flag_at(one, "/done") == Some(true));
        Ok(if is_over { Look::Found(tries) } else { Look::NotYet(json!(sent).to_string()) })
    })?;
    let none = tried.iter().all(|one| flag_at(one, "/acknowledged") != Some(true));
    ensure(none, "nothing is acknowledged", &json!(tried))?;
    let known = stand.gateway().payments()?;
    ensure(known.len() == 1, "no call was started", &json!(known))?;
    let after = steps.order(&opened.order)?;
    ensure(after.get("timeline") == before.get("timeline"), "what is known can be read", &after)?;
    let listed = stand.merchant().orders("")?.expect_status("orders are listed", &[200])?;
    ensure(list_at(&listed, "/orders").len() == 2, "the two orders are listed", &listed)
}

/// Sets how large files of a process may become: soft and hard limit, in bytes.
fn limit_files(process: u32, limits: &str) -> Result<(), Failure> {
    let status = Command::new("prlimit")
        .args(["--pid", &process.to_string(), &format!("--fsize={limits}")])
        .status()?;
    ensure(status.success(), "the limit is set", &json!(limits))
}

/// Writes until there is no room.
fn fill(path: &Path) -> Result<(), Failure> {
    let mut file = File::create(path)?;
    for size in [64 * 1024, 512] {
        while file.write(&vec![0; size]).is_ok_and(|count| count > 0) {}
    }
    Ok(())
}

/// A file system of two mebibytes; dropping it unmounts it.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(at: &Path) -> Option<SmallDisk> {
        let path = at.display().to_string();
        as_root(&["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", &path]).then(|| SmallDisk(at.to_owned()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: the service may still be on its way out. What fails here fails the removal of the folder too.
        let _ended = as_root(&["umount", "--lazy", &self.0.display().to_string()]);
    }
}

/// Runs a command as we are, and where that is not enough as root, if nobody has to be asked.
fn as_root(words: &[&str]) -> bool {
    let plain = words.to_vec();
    let by_sudo = [&["sudo", "-n"], words].concat();
    [plain, by_sudo].iter().any(|words| {
        let Some((program, arguments)) = words.split_first() else { return false };
        let status = Command::new(program).args(arguments).stderr(Stdio::null()).status();
        status.is_ok_and(|status| status.success())
    })
}

/// Lets every write to a file at a place fail with one error, while it lasts.
struct Injection(Child);

impl Injection {
    /// `None` where the process cannot be traced.
    fn of(process: u32, error: &str) -> Result<Option<Injection>, Failure> {
        let inject = format!("inject=pwrite64,fdatasync,fsync,ftruncate:error={error}");
        let spawned = Command::new("strace")
            .args([
                "-f",
                "-qq",
                "-o",
                "/dev/null",
                "-e",
                "trace=pwrite64,fdatasync,fsync,ftruncate",
                "-e",
                &inject,
            ])
            .args(["-p", &process.to_string()])
            .stderr(Stdio::null())
            .spawn();
        let Ok(child) = spawned else { return Ok(None) };
        let mut injection = Injection(child);
        let status = PathBuf::from(format!("/proc/{process}/status"));
        let mut is_traced = false;
        until("the tracer", PATIENCE, || {
            let text = std::fs::read_to_string(&status)?;
            is_traced = text.lines().any(|line| line.starts_with("TracerPid:") && !line.ends_with("\t0"));
            let has_ended = injection.0.try_wait()?.is_some();
            Ok(if is_traced || has_ended { Look::Found(()) } else { Look::NotYet(text) })
        })?;
        Ok(is_traced.then_some(injection))
    }

    fn end(mut self) -> Result<(), Failure> {
        let status = Command::new("kill").arg("-INT").arg(self.0.id().to_string()).status()?;
        ensure(status.success(), "the tracer is told to go", &json!(status.to_string()))?;
        self.0.wait()?;
        Ok(())
    }
}

impl Drop for Injection {
    fn drop(&mut self) {
        // One that has gone already needs no end.
        let _gone = self.0.kill();
        let _reaped = self.0.wait();
    }
}
