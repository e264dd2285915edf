//! Answers of 1 GiB do not grow this process: announced, in chunks, until the connection closes, or as one endless header.
//! Alone in its file, because the peak of memory is that of a whole process.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking")]

mod support;

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;

use antom_http::{
    CallError, MaybeSentReason, ReqwestOptions, ReqwestTransport, TransportError, TransportFault,
};
use support::{client_at, pay, result_body};

const GIB: usize = 1 << 30;
const PIECE: usize = 64 << 10;
/// How much the peak may grow, in KiB.
const ALLOWED: u64 = 4 << 10;

/// One way to send too much: what comes before, around each piece, and after.
struct Flood {
    name: &'static str,
    head: &'static str,
    before_piece: &'static str,
    after_piece: &'static str,
    fault: TransportFault,
}

const FLOODS: [Flood; 4] = [
    Flood {
        name: "announced",
        head: "HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n",
        before_piece: "",
        after_piece: "",
        fault: TransportFault::TooLarge,
    },
    Flood {
        name: "in chunks",
        head: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        before_piece: "10000\r\n",
        after_piece: "\r\n",
        fault: TransportFault::TooLarge,
    },
    Flood {
        name: "until it closes",
        head: "HTTP/1.1 200 OK\r\n\r\n",
        before_piece: "",
        after_piece: "",
        fault: TransportFault::TooLarge,
    },
    Flood {
        name: "one header",
        head: "HTTP/1.1 200 OK\r\nX-Long: ",
        before_piece: "",
        after_piece: "",
        fault: TransportFault::Broken,
    },
];

/// The highest resident size so far, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").trim().parse().unwrap()
}

/// Sends the flood to whoever connects, until 1 GiB is sent or nobody reads any more.
fn flooding(flood: &'static Flood) -> (String, JoinHandle<()>) {
    serving(move |stream| {
        let piece =
            [flood.before_piece.as_bytes(), &vec![b'x'; PIECE], flood.after_piece.as_bytes()].concat();
        let mut gone = stream.write_all(flood.head.as_bytes());
        for _ in 0..GIB / PIECE {
            gone = gone.and_then(|()| stream.write_all(&piece));
            if gone.is_err() {
                return;
            }
        }
    })
}

fn serving(answer: impl Fn(&mut TcpStream) + Send + 'static) -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = vec![0; PIECE];
        let _some = stream.read(&mut request).unwrap();
        answer(&mut stream);
    });
    (url, thread)
}

/// Waits without holding up the runtime, which still has to close the connection.
async fn joined(thread: JoinHandle<()>) {
    tokio::task::spawn_blocking(move || thread.join().unwrap()).await.unwrap();
}

#[tokio::test]
async fn a_gibibyte_of_answer_grows_memory_by_less_than_four_mebibytes() {
    let transport = ReqwestTransport::new(&ReqwestOptions::default()).unwrap();
    // A call that goes well brings what every call needs: keys, buffers, the server's thread.
    let body = result_body("SUCCESS", "S");
    let (url, thread) = serving(move |stream| {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
        stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
    });
    assert!(pay(&client_at(&url, transport.clone())).await.unwrap_err().is_outcome_unknown());
    joined(thread).await;

    let before = peak();
    for flood in &FLOODS {
        let (url, thread) = flooding(flood);
        let error = pay(&client_at(&url, transport.clone())).await.unwrap_err();
        let CallError::MaybeSent {
            reason: MaybeSentReason::Transport(TransportError::MaybeSent { fault, .. }),
            ..
        } = &error
        else {
            panic!("{}: {error:?}", flood.name)
        };
        assert_eq!(*fault, flood.fault, "{}", flood.name);
        joined(thread).await;
        let grown = peak() - before;
        println!("{}: the peak grew by {grown} KiB", flood.name);
        assert!(grown <= ALLOWED, "{}: the peak grew by {grown} KiB", flood.name);
    }
}
