//! A server on loopback that says what it is told to say, byte for byte, and keeps what it heard.
//! Threads, so that it needs no runtime of the adapter under test.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// No test waits longer than this for a peer that has gone silent.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a held connection is looked at before the server asks whether it is finished.
const GLANCE: Duration = Duration::from_millis(20);

/// What the server does with a request.
pub(super) enum Act {
    /// Answers with these bytes and closes.
    Say(Vec<u8>),
    /// Holds the connection open and says nothing.
    Hold,
}

/// Serves every connection in the same way until it is finished.
pub(super) struct Server {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<Vec<u8>>>>,
    ended: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Server {
    pub(super) fn start(act: Act) -> Self {
        let listener = ready(TcpListener::bind("127.0.0.1:0"));
        let address = ready(listener.local_addr());
        let (heard, ended) = (Arc::default(), Arc::new(AtomicBool::new(false)));
        let (shared, end) = (Arc::clone(&heard), Arc::clone(&ended));
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if end.load(Ordering::SeqCst) {
                    return;
                }
                converse(stream, &act, &shared, &end);
            }
        });
        Self { address, heard, ended, thread }
    }

    pub(super) fn saying(answer: impl Into<Vec<u8>>) -> Self {
        Self::start(Act::Say(answer.into()))
    }

    pub(super) fn url(&self, scheme: &str, path: &str) -> String {
        format!("{scheme}://{}{path}", self.address)
    }

    /// Ends it and gives back everything that it heard, one entry for each connection that said something.
    pub(super) fn finish(self) -> Vec<Vec<u8>> {
        self.ended.store(true, Ordering::SeqCst);
        // Wakes the thread up; if it has ended already there is nothing to wake.
        drop(TcpStream::connect(self.address));
        if self.thread.join().is_err() {
            panic!("the server of the suite has failed");
        }
        std::mem::take(&mut *self.heard.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn converse(mut stream: TcpStream, act: &Act, heard: &Mutex<Vec<Vec<u8>>>, end: &AtomicBool) {
    ready(stream.set_read_timeout(Some(PATIENCE)));
    let request = read_request(&mut stream);
    if !request.is_empty() {
        heard.lock().unwrap_or_else(PoisonError::into_inner).push(request);
    }
    match act {
        // A peer that has seen enough may be gone: that is not the server's business.
        Act::Say(answer) => drop(stream.write_all(answer).and_then(|()| stream.shutdown(Shutdown::Write))),
        Act::Hold => hold(&mut stream, end),
    }
}

/// Until the peer closes, or the server is finished: the peer's runtime may be waiting for us, and close nothing meanwhile.
fn hold(stream: &mut TcpStream, end: &AtomicBool) {
    ready(stream.set_read_timeout(Some(GLANCE)));
    while !end.load(Ordering::SeqCst) && !matches!(stream.read(&mut [0; 4096]), Ok(0)) {}
}

/// Reads one request with its body, or as much as comes.
fn read_request(stream: &mut TcpStream) -> Vec<u8> {
    let mut received = Vec::new();
    let mut buffer = [0; 4096];
    while !is_complete(&received) {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => break,
            Ok(count) => received.extend_from_slice(buffer.get(..count).unwrap_or_default()),
        }
        if !received.starts_with(b"POST") && received.len() > 4 {
            // A handshake, or another method: one look is enough.
            break;
        }
    }
    received
}

fn is_complete(received: &[u8]) -> bool {
    let text = String::from_utf8_lossy(received);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    body.len() >= length.unwrap_or(0)
}

pub(super) fn ready<T>(outcome: std::io::Result<T>) -> T {
    match outcome {
        Ok(value) => value,
        Err(error) => panic!("the suite needs a loopback interface: {error}"),
    }
}
