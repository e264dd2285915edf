//! One GET over a bare connection, for what listens on this machine; every other call goes through an HTTP client.
//! What the answer means is left to the callers.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// The answers are a few lines.
const LONGEST_ANSWER: u64 = 16 * 1024;

/// The status and the body of one answer. HTTP/1.0, so that its end is the end of the connection.
///
/// # Errors
/// Where nobody answers within `patience`, or what comes is no HTTP.
pub(crate) fn get(address: SocketAddr, path: &str, patience: Duration) -> std::io::Result<(u16, String)> {
    let mut stream = TcpStream::connect_timeout(&address, patience)?;
    stream.set_read_timeout(Some(patience))?;
    stream.set_write_timeout(Some(patience))?;
    write!(stream, "GET {path} HTTP/1.0\r\nhost: {address}\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(LONGEST_ANSWER).read_to_string(&mut answer)?;
    let status = answer.split(' ').nth(1).and_then(|word| word.parse().ok());
    let status = status.ok_or_else(|| std::io::Error::other("that is no HTTP answer"))?;
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    Ok((status, body.to_owned()))
}
