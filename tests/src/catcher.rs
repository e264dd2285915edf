//! A loopback listener that takes one HTTP request exactly as it was sent, so that a test can pass it on, changed or not.
//! It acknowledges the request like a merchant; what is done with the catch is the test's.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use crate::failure::Failure;
use crate::waiting::{Look, PATIENCE, until};

const READ_WITHIN: Duration = Duration::from_secs(10);
/// What the gateway takes as an acknowledgement.
pub const ACKNOWLEDGEMENT: &str =
    r#"{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}"#;

/// A listener on a free port.
#[derive(Debug)]
pub struct Catcher {
    listener: TcpListener,
    address: String,
}

/// A request as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caught {
    /// The method.
    pub method: String,
    /// The path, with its query.
    pub path: String,
    /// The headers in their order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body's text.
    pub body: String,
}

impl Catcher {
    /// Listens on a free loopback port.
    pub fn start() -> Result<Self, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?.to_string();
        Ok(Self { listener, address })
    }

    /// The address of a path here.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Waits for one request, acknowledges it and answers it as it was.
    pub fn catch(&self) -> Result<Caught, Failure> {
        let mut stream = until("a request at the listener", PATIENCE, || match self.listener.accept() {
            Ok((stream, _)) => Ok(Look::Found(stream)),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(Look::NotYet("nothing".to_owned())),
            Err(error) => Err(error.into()),
        })?;
        stream.set_nonblocking(false)?;
        let caught = read(&mut stream)?;
        let length = ACKNOWLEDGEMENT.len();
        write!(
            stream,
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n\
             {ACKNOWLEDGEMENT}"
        )?;
        Ok(caught)
    }
}

impl Caught {
    /// A header's value, empty where absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(one, _)| one == name).map_or("", |(_, value)| value)
    }
}

/// Reads one request to its end.
pub(crate) fn read(stream: &mut TcpStream) -> Result<Caught, Failure> {
    stream.set_read_timeout(Some(READ_WITHIN))?;
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let headers = headers_of(head);
            let length = headers.iter().find(|(name, _)| name == "content-length");
            let length = length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
            if body.len() >= length {
                let mut start = head.split(' ').map(str::to_owned);
                let (method, path) = (start.next().unwrap_or_default(), start.next().unwrap_or_default());
                return Ok(Caught { method, path, headers, body: body.to_owned() });
            }
        }
        let count = stream.read(&mut chunk)?;
        if count == 0 {
            return Err(Failure::step("a whole request arrives", text));
        }
        bytes.extend_from_slice(chunk.get(..count).unwrap_or_default());
    }
}

fn headers_of(head: &str) -> Vec<(String, String)> {
    let pairs = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    pairs.map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_caught_as_it_was_sent() {
        let catcher = Catcher::start().unwrap();
        let mut client = TcpStream::connect(&catcher.address).unwrap();
        write!(client, "POST /a HTTP/1.1\r\nSignature: x=1, y=2\r\nContent-Length: 4\r\n\r\nbody").unwrap();
        let caught = catcher.catch().unwrap();
        assert_eq!((caught.header("signature"), caught.body.as_str()), ("x=1, y=2", "body"));
        assert_eq!((caught.method.as_str(), caught.path.as_str()), ("POST", "/a"));
    }
}
