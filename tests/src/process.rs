//! Programs of the workspace as child processes: started up to their ready line, terminated, killed, started again.
//! What the ready line says is read by the stand.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;

use crate::failure::Failure;
use crate::waiting::{Look, until};

/// Key generation and migrations included, on a busy machine.
const READY_WITHIN: Duration = Duration::from_secs(60);
/// The promise of both programs: SIGTERM ends them within 10 s.
const ENDS_WITHIN: Duration = Duration::from_secs(10);

/// The processes that run now, for [`end_with_signals`].
static RUNNING: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());

/// How a program is started; kept, so that it can be started again.
#[derive(Debug, Clone)]
pub struct Launch {
    /// The program's file name in the target folder.
    pub program: &'static str,
    /// Words before the program's name: another program that becomes it, or empty.
    pub wrapper: Vec<String>,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Variables set for it beside those of this process.
    pub environment: Vec<(String, String)>,
    /// Its working folder.
    pub folder: PathBuf,
}

/// A program that told that it is ready. Dropping it kills it.
#[derive(Debug)]
pub struct Running {
    program: &'static str,
    child: Child,
    ready: Value,
    log: PathBuf,
    later_lines: Arc<Mutex<Vec<String>>>,
}

/// How a program that runs once ended.
#[derive(Debug, Clone)]
pub struct Ended {
    /// Its exit code; -1 where a signal ended it.
    pub code: i32,
    /// What it printed to standard output.
    pub stdout: String,
    /// What it printed to standard error.
    pub stderr: String,
}

impl Ended {
    /// What it printed to standard output, provided that it ended with this code.
    pub fn expect(self, step: &str, code: i32) -> Result<String, Failure> {
        if self.code == code {
            return Ok(self.stdout);
        }
        let Ended { code: seen, stdout, stderr } = self;
        Err(Failure::step(format!("{step}: ends with {code}"), format!("{seen}: {stdout}{stderr}")))
    }
}

impl Launch {
    /// Starts the program and waits for the one JSON line that it prints when it listens.
    ///
    /// # Errors
    /// [`Failure::NotBuilt`] when the target folder does not hold it, [`Failure::NotReady`] when it ended or printed
    /// something else.
    pub fn start(&self) -> Result<Running, Failure> {
        let failed =
            |what| move |source| Failure::Process { program: self.program, what, source: Some(source) };
        let log = self.log();
        let stderr: File =
            OpenOptions::new().create(true).append(true).open(&log).map_err(failed("no log file"))?;
        let program = built(self.program)?;
        let mut command = match self.wrapper.split_first() {
            None => Command::new(program),
            Some((first, rest)) => {
                let mut wrapped = Command::new(first);
                wrapped.args(rest).arg(program);
                wrapped
            }
        };
        let mut child = command
            .args(&self.arguments)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .map_err(failed("cannot be started"))?;
        running().insert(child.id());
        let stdout = child.stdout.take();
        let later_lines = Arc::new(Mutex::new(Vec::new()));
        let first = stdout.map(|stdout| first_line(stdout, Arc::clone(&later_lines)));
        let mut started = Running { program: self.program, child, ready: Value::Null, log, later_lines };
        let line = first.and_then(|first| first.recv_timeout(READY_WITHIN).ok()).unwrap_or_default();
        started.ready = serde_json::from_str(&line).unwrap_or(Value::Null);
        if started.ready.is_object() {
            return Ok(started);
        }
        let line = format!("{line}; its log ends with: {}", started.log_end(8));
        Err(Failure::NotReady { program: self.program, line, within: READY_WITHIN })
    }

    /// Runs the program once with other arguments, in the same folder and environment, and reads what it prints.
    ///
    /// # Errors
    /// [`Failure::Step`] where it ends with another code than 0.
    pub fn output(&self, arguments: &[&str]) -> Result<String, Failure> {
        let ended = self.run(arguments)?;
        if ended.code == 0 {
            return Ok(ended.stdout);
        }
        Err(Failure::step(format!("{} {} ends with 0", self.program, arguments.join(" ")), ended.stderr))
    }

    /// Runs the program once with other arguments, in the same folder and environment, however it ends.
    ///
    /// # Errors
    /// [`Failure::NotBuilt`] and [`Failure::Process`] where it cannot be run.
    pub fn run(&self, arguments: &[&str]) -> Result<Ended, Failure> {
        let failed =
            |source| Failure::Process { program: self.program, what: "cannot be run", source: Some(source) };
        let ended = Command::new(built(self.program)?)
            .args(arguments)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .output()
            .map_err(failed)?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(Ended {
            code: ended.status.code().unwrap_or(-1),
            stdout: text(&ended.stdout),
            stderr: text(&ended.stderr),
        })
    }

    fn log(&self) -> PathBuf {
        self.folder.join(format!("{}.log", self.program))
    }
}

impl Running {
    /// What the ready line said.
    pub fn ready(&self) -> &Value {
        &self.ready
    }

    /// A text of the ready line, such as an address.
    pub fn told(&self, name: &'static str) -> Result<&str, Failure> {
        let text = self.ready.get(name).and_then(Value::as_str);
        text.ok_or_else(|| Failure::step(format!("{}'s ready line holds {name}", self.program), &self.ready))
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it printed to standard output after the ready line; by its interface, nothing.
    pub fn printed_later(&self) -> Vec<String> {
        self.later_lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The last lines of its log.
    pub fn log_end(&self, lines: usize) -> String {
        let text = std::fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let all: Vec<&str> = text.lines().collect();
        all.get(all.len().saturating_sub(lines)..).unwrap_or_default().join("\n")
    }

    /// Sends SIGTERM and waits for the end.
    ///
    /// # Errors
    /// [`Failure::Deadline`] when it does not end within the promised 10 s.
    pub fn terminate(&mut self) -> Result<ExitStatus, Failure> {
        self.ask_to_end()?;
        self.wait_for_end(ENDS_WITHIN)
    }

    /// Sends SIGTERM and does not wait.
    pub fn ask_to_end(&self) -> Result<(), Failure> {
        signal(self.child.id(), "-TERM").map_err(|source| self.failed("SIGTERM cannot be sent", source))
    }

    /// Sends SIGHUP: the service reads its keys again.
    pub fn hang_up(&self) -> Result<(), Failure> {
        signal(self.child.id(), "-HUP").map_err(|source| self.failed("SIGHUP cannot be sent", source))
    }

    /// Stops it in the middle of whatever it does, without its knowing.
    pub fn suspend(&self) -> Result<(), Failure> {
        signal(self.child.id(), "-STOP").map_err(|source| self.failed("SIGSTOP cannot be sent", source))
    }

    /// Lets it go on.
    pub fn resume(&self) -> Result<(), Failure> {
        signal(self.child.id(), "-CONT").map_err(|source| self.failed("SIGCONT cannot be sent", source))
    }

    /// Waits for the end.
    pub fn wait_for_end(&mut self, within: Duration) -> Result<ExitStatus, Failure> {
        let what = format!("the end of {}", self.program);
        let status = until(&what, within, || {
            let status = self.child.try_wait().map_err(|source| Failure::Process {
                program: self.program,
                what: "cannot be waited for",
                source: Some(source),
            })?;
            Ok(status.map_or_else(|| Look::NotYet("it still runs".to_owned()), Look::Found))
        })?;
        running().remove(&self.child.id());
        Ok(status)
    }

    /// Whether it still runs.
    pub fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Sends SIGKILL: no chance to finish anything.
    pub fn kill(&mut self) -> Result<(), Failure> {
        self.child.kill().map_err(|source| self.failed("cannot be killed", source))?;
        self.child.wait().map_err(|source| self.failed("cannot be waited for", source))?;
        running().remove(&self.child.id());
        Ok(())
    }

    fn failed(&self, what: &'static str, source: std::io::Error) -> Failure {
        Failure::Process { program: self.program, what, source: Some(source) }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.is_alive() {
            // Nothing can be done about a process that cannot be killed.
            let _ = self.kill();
        }
        running().remove(&self.child.id());
    }
}

/// From now on Ctrl-C and SIGTERM do not end this process at once, but every process that it runs. The work that
/// needs them fails then, and this process ends in its usual way, with its folders removed.
#[cfg(unix)]
pub fn end_with_signals() -> std::io::Result<()> {
    use signal_hook::consts::{SIGINT, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM])?;
    std::thread::spawn(move || {
        for _ in signals.forever() {
            for process in running().iter() {
                // One that has just ended needs no signal.
                let _ = signal(*process, "-TERM");
            }
        }
    });
    Ok(())
}

fn running() -> std::sync::MutexGuard<'static, BTreeSet<u32>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

fn signal(process: u32, name: &str) -> std::io::Result<()> {
    Command::new("kill").arg(name).arg(process.to_string()).stderr(Stdio::null()).status().map(drop)
}

fn first_line(stdout: ChildStdout, later_lines: Arc<Mutex<Vec<String>>>) -> Receiver<String> {
    let (send, receive) = channel();
    std::thread::spawn(move || {
        let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
        if let Some(first) = lines.next() {
            // The receiver may have given up.
            let _ = send.send(first);
        }
        for line in lines {
            later_lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        }
    });
    receive
}

/// The program in the target folder that holds the running test or demonstration too.
fn built(program: &'static str) -> Result<PathBuf, Failure> {
    let own = std::env::current_exe()?;
    let path = beside(&own).join(format!("{program}{}", std::env::consts::EXE_SUFFIX));
    if path.is_file() { Ok(path) } else { Err(Failure::NotBuilt { path }) }
}

/// Tests and examples lie one folder deeper than programs.
fn beside(own: &Path) -> PathBuf {
    let folder = own.parent().unwrap_or(Path::new("."));
    let is_deeper = folder.ends_with("deps") || folder.ends_with("examples");
    if is_deeper { folder.parent().unwrap_or(folder).to_owned() } else { folder.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_found_from_tests_examples_and_programs() {
        for deeper in ["deps/main_flows-1a", "examples/shop_app"] {
            assert_eq!(beside(&Path::new("target/debug").join(deeper)), Path::new("target/debug"));
        }
        assert_eq!(beside(Path::new("target/debug/demo")), Path::new("target/debug"));
    }

    #[test]
    fn a_program_that_is_not_built_is_told_with_the_way_to_build_it() {
        let failure = built("no-such-program").unwrap_err().to_string();
        assert!(failure.contains("no-such-program"), "{failure}");
        assert!(failure.contains("cargo build --workspace --all-features"), "{failure}");
    }
}
