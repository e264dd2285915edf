//! A PostgreSQL server of one test's own: made from `initdb` and `pg_ctl`, thrown away when the test ends, however it ends.
//! What is stored in it, and what is done where there is no PostgreSQL, is left to the tests.
//!
//! A small shell owns the server and listens to this process through a pipe. When the process ends, the pipe closes, the
//! shell stops the server and removes its folder. So nothing survives a test that panics or is killed, and tests, each of
//! which the runner gives a process of its own, share nothing. A server takes a second to make; suites with many short
//! stories therefore run them in few tests.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Makes the server, obeys `stop` and `start`, and cleans up at the end of its input.
/// `$1` is the folder of the programs, empty where they are on the path.
const OWNER: &str = r#"
[ -z "$1" ] || PATH="$1:$PATH"
home=$(mktemp -d /tmp/antom-pg-XXXXXX) || exit 1
cd "$home" || exit 1
start() { pg_ctl -D "$home/data" -w -t 60 -l "$home/log" -o "$options" start >&2 </dev/null; }
stop() { pg_ctl -D "$home/data" -w -m immediate stop >&2 </dev/null; }
options="-c listen_addresses= -c unix_socket_directories=$home -c max_connections=200 -c fsync=$2"
clean() { stop; cd /; rm -rf "$home"; }
if initdb -D "$home/data" -A trust -U antom -E UTF8 --locale=C --no-sync >&2 </dev/null && start; then
    echo "$home"
    while read -r word; do
        if "$word"; then echo done; else echo failed; fi
    done
fi
clean
"#;

/// A running server. Dropping it stops it and removes its folder.
#[derive(Debug)]
pub struct Cluster {
    home: String,
    words: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    owner: Child,
}

impl Cluster {
    /// Makes and starts a server that does not wait for the disk: tests do not cut the power.
    ///
    /// `Ok(None)`: this machine has no `initdb` and `pg_ctl`.
    pub fn start() -> std::io::Result<Option<Cluster>> {
        Cluster::start_with("off")
    }

    /// Makes and starts a server that waits for the disk, as those that keep money do; for measurements.
    pub fn start_durable() -> std::io::Result<Option<Cluster>> {
        Cluster::start_with("on")
    }

    fn start_with(fsync: &str) -> std::io::Result<Option<Cluster>> {
        let Some(folder) = programs() else { return Ok(None) };
        let mut command = owner_command();
        command
            .args(["sh", "-c", OWNER, "postgres-owner"])
            .arg(folder)
            .arg(fsync)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        // A runner that ends a test with its whole group must not end the one who cleans up.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut owner = command.spawn()?;
        let words = owner.stdin.take();
        let answers = owner.stdout.take().map(BufReader::new).ok_or_else(|| failed("has no output"))?;
        let mut cluster = Cluster { home: String::new(), words, answers, owner };
        cluster.home = cluster.answer()?;
        if cluster.home.is_empty() { Err(failed("did not start")) } else { Ok(Some(cluster)) }
    }

    /// The address of its one database, for a user who may do everything.
    pub fn url(&self) -> String {
        format!("postgres://antom@localhost/postgres?host={}", self.home)
    }

    /// Stops the server at once, as a crash would.
    ///
    /// # Errors
    /// It could not be stopped.
    pub fn stop(&mut self) -> std::io::Result<()> {
        self.say("stop")
    }

    /// Starts the server again and waits until it answers.
    ///
    /// # Errors
    /// It could not be started.
    pub fn start_again(&mut self) -> std::io::Result<()> {
        self.say("start")
    }

    fn say(&mut self, word: &str) -> std::io::Result<()> {
        let words = self.words.as_mut().ok_or_else(|| failed("was dropped"))?;
        writeln!(words, "{word}")?;
        words.flush()?;
        if self.answer()? == "done" { Ok(()) } else { Err(failed(word)) }
    }

    fn answer(&mut self) -> std::io::Result<String> {
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        Ok(line.trim_end().to_owned())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.words.take());
        // Nothing is left to be done about an owner that cannot be waited for.
        let _ended = self.owner.wait();
    }
}

fn failed(what: &str) -> std::io::Error {
    std::io::Error::other(format!("PostgreSQL: {what}"))
}

/// PostgreSQL refuses to run for the superuser; then it runs as somebody who owns nothing.
fn owner_command() -> Command {
    let is_superuser = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
    if !is_superuser {
        return Command::new("env");
    }
    let user = if has_user("postgres") { "postgres" } else { "nobody" };
    let mut command = Command::new("setpriv");
    command.args(["--reuid", user, "--clear-groups", "--"]);
    command
}

fn has_user(name: &str) -> bool {
    Command::new("id")
        .arg("-u")
        .arg(name)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// The folder of `initdb` and `pg_ctl`: the one that `ANTOM_TEST_POSTGRES_PROGRAMS` names, and no other; without it, empty
/// where they are on the path, else the newest of a usual installation.
fn programs() -> Option<PathBuf> {
    let holds_both = |folder: &Path| folder.join("initdb").is_file() && folder.join("pg_ctl").is_file();
    if let Some(folder) = named_programs() {
        return holds_both(&folder).then_some(folder);
    }
    let runs = |program: &Path| {
        Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
    };
    if runs(Path::new("initdb")) && runs(Path::new("pg_ctl")) {
        return Some(PathBuf::new());
    }
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut folders: Vec<PathBuf> =
        versions.filter_map(|entry| Some(entry.ok()?.path().join("bin"))).collect();
    folders.sort();
    folders.into_iter().rev().find(|folder| holds_both(folder))
}

fn named_programs() -> Option<PathBuf> {
    std::env::var_os("ANTOM_TEST_POSTGRES_PROGRAMS").map(PathBuf::from)
}
