//! A merchant's system that takes webhooks on loopback: it confirms, refuses, or keeps the sender waiting, as it is told.
//! What must arrive, and in which order, is judged by the suites.

use std::collections::VecDeque;
use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use serde_json::Value;

use crate::catcher::{self, Caught};
use crate::failure::Failure;
use crate::http::text_at;
use crate::waiting::{Look, PATIENCE, until};

/// Where a redirect leads to.
pub const ELSEWHERE: &str = "/elsewhere";

/// How one webhook is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// With this status.
    Status(u16),
    /// With a redirect to another path here.
    Redirect,
    /// Not at all: the connection ends.
    Hangup,
    /// Not at all, and the connection stays.
    Silence,
}

/// A webhook as it arrived.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrived {
    /// The request.
    pub caught: Caught,
    /// Its body, read.
    pub body: Value,
    /// How it was answered.
    pub reply: Reply,
}

#[derive(Debug, Default)]
struct Shared {
    replies: Mutex<VecDeque<Reply>>,
    arrived: Mutex<Vec<Arrived>>,
    waiting: Mutex<Vec<TcpStream>>,
    is_over: AtomicBool,
}

/// A listener on a free port, which confirms whatever it was not told to treat otherwise. Dropping it ends it.
#[derive(Debug)]
pub struct Receiver {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Receiver {
    /// Listens on a free loopback port.
    pub fn start() -> Result<Self, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::default());
        let served = Arc::clone(&shared);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if served.is_over.load(Ordering::SeqCst) {
                    return;
                }
                // A sender that goes away in the middle is the sender's failure.
                let _gone = stream.map(|stream| serve(stream, &served));
            }
        });
        Ok(Self { address, shared, thread: Some(thread) })
    }

    /// The address of a path here.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Answers the next webhooks so, one after the other.
    pub fn reply_with(&self, replies: &[Reply]) {
        lock(&self.shared.replies).extend(replies);
    }

    /// Everything that arrived so far, oldest first.
    pub fn arrived(&self) -> Vec<Arrived> {
        lock(&self.shared.arrived).clone()
    }

    /// Waits until an event of this type was confirmed for this order.
    pub fn wait_for(&self, order: &str, kind: &str) -> Result<Arrived, Failure> {
        until(&format!("{kind} of {order} at the receiver"), PATIENCE, || {
            let arrived = self.arrived();
            let found = arrived.iter().find(|one| {
                one.reply == Reply::Status(200)
                    && text_at(&one.body, "/type") == kind
                    && text_at(&one.body, "/referenceOrderId") == order
            });
            Ok(match found {
                Some(found) => Look::Found(found.clone()),
                None => Look::NotYet(format!("{} webhook(s)", arrived.len())),
            })
        })
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        // Wakes the listener, so that it sees that it is over.
        let _woken = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}

fn serve(mut stream: TcpStream, shared: &Shared) -> Result<(), Failure> {
    let caught = catcher::read(&mut stream)?;
    let reply = lock(&shared.replies).pop_front().unwrap_or(Reply::Status(200));
    let body = serde_json::from_str(&caught.body).unwrap_or(Value::Null);
    lock(&shared.arrived).push(Arrived { caught, body, reply });
    match reply {
        Reply::Status(status) => {
            write!(stream, "HTTP/1.1 {status} .\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")?;
        }
        Reply::Redirect => write!(
            stream,
            "HTTP/1.1 307 .\r\nlocation: {ELSEWHERE}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        )?,
        Reply::Hangup => {}
        Reply::Silence => lock(&shared.waiting).push(stream),
    }
    Ok(())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn webhooks_are_kept_in_their_order_and_answered_as_told() {
        let receiver = Receiver::start().unwrap();
        receiver.reply_with(&[Reply::Status(500), Reply::Hangup]);
        let answers: Vec<String> = (0..3)
            .map(|number| {
                let mut stream = TcpStream::connect(receiver.address).unwrap();
                write!(stream, "POST /a HTTP/1.1\r\nX-Id: {number}\r\nContent-Length: 2\r\n\r\n{{}}")
                    .unwrap();
                let mut answer = String::new();
                stream.read_to_string(&mut answer).unwrap();
                answer.lines().next().unwrap_or_default().to_owned()
            })
            .collect();
        assert_eq!(answers, ["HTTP/1.1 500 .", "", "HTTP/1.1 200 ."]);
        let ids: Vec<String> =
            receiver.arrived().iter().map(|one| one.caught.header("x-id").to_owned()).collect();
        assert_eq!(ids, ["0", "1", "2"]);
    }
}
