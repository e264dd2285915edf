//! A bare HTTP/1.1 connection: sends exactly the bytes that a test made, and reads the answers one by one.
//! Whether they are a request at all is the test's matter; honest calls are made with `http`.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

use crate::failure::Failure;

/// Longer than any time limit of the service.
const READ_WITHIN: Duration = Duration::from_secs(45);

/// A connection.
#[derive(Debug)]
pub struct Wire {
    stream: BufReader<TcpStream>,
}

/// An answer as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The headers in their order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body's text.
    pub body: String,
}

impl Wire {
    /// Connects to the server at `base`, such as `http://127.0.0.1:4010`.
    pub fn to(base: &str) -> Result<Self, Failure> {
        let address = base.trim_start_matches("http://").trim_end_matches('/');
        Self::over(TcpStream::connect(address)?)
    }

    /// Takes a connection that exists.
    pub fn over(stream: TcpStream) -> Result<Self, Failure> {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(READ_WITHIN))?;
        Ok(Self { stream: BufReader::new(stream) })
    }

    /// Sends the bytes. A server that has answered already may refuse the rest; its answer can be read all the same.
    pub fn send(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        match self.stream.get_mut().write_all(bytes) {
            Err(error) if !is_gone(&error) => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// The next answer; `None` where the server closed the connection instead. Answers to HEAD cannot be read.
    pub fn reply(&mut self) -> Result<Option<Reply>, Failure> {
        let Some((start, headers)) = self.head()? else { return Ok(None) };
        let status = start.split(' ').nth(1).and_then(|text| text.parse().ok());
        let status = status.ok_or_else(|| Failure::step("an answer begins with its status", start))?;
        let body = self.body(&headers)?;
        Ok(Some(Reply { status, headers, body: String::from_utf8_lossy(&body).into_owned() }))
    }

    /// The first line and the headers of a message; `None` where nothing comes any more.
    pub fn head(&mut self) -> Result<Option<(String, Vec<(String, String)>)>, Failure> {
        let Some(start) = self.line()? else { return Ok(None) };
        let mut headers = Vec::new();
        loop {
            match self.line()? {
                Some(line) if line.is_empty() => return Ok(Some((start, headers))),
                Some(line) => {
                    let (name, value) = line.split_once(':').unwrap_or((&line, ""));
                    headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
                }
                None => return Err(Failure::step("a head comes to its end", start)),
            }
        }
    }

    /// The body that follows a head, of the length that is announced there.
    pub fn body(&mut self, headers: &[(String, String)]) -> Result<Vec<u8>, Failure> {
        let announced = headers.iter().find(|(name, _)| name == "content-length");
        let mut body = vec![0; announced.and_then(|(_, value)| value.parse().ok()).unwrap_or(0)];
        self.stream.read_exact(&mut body)?;
        Ok(body)
    }

    fn line(&mut self) -> Result<Option<String>, Failure> {
        let mut line = Vec::new();
        match self.stream.read_until(b'\n', &mut line) {
            Err(error) if !is_gone(&error) => Err(error.into()),
            Err(_) | Ok(0) => Ok(None),
            Ok(_) => Ok(Some(String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned())),
        }
    }
}

impl Reply {
    /// A header's value, empty where absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(one, _)| one == name).map_or("", |(_, value)| value)
    }

    /// The body as JSON; null where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }
}

/// A whole request with these headers and this body; its length is added where no header tells how it is framed.
pub fn request(method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let framing = ["content-length", "transfer-encoding"];
    let is_framed = headers.iter().any(|(name, _)| framing.contains(&name.to_ascii_lowercase().as_str()));
    let mut bytes = format!("{method} {target} HTTP/1.1\r\nhost: localhost\r\n").into_bytes();
    for (name, value) in headers {
        bytes.extend(format!("{name}: {value}\r\n").bytes());
    }
    if !is_framed {
        bytes.extend(format!("content-length: {}\r\n", body.len()).bytes());
    }
    bytes.extend(b"\r\n");
    bytes.extend(body);
    bytes
}

/// Sends one request over a connection of its own; `None` where it was closed without an answer.
pub fn exchange(base: &str, bytes: &[u8]) -> Result<Option<Reply>, Failure> {
    let mut wire = Wire::to(base)?;
    wire.send(bytes)?;
    wire.reply()
}

fn is_gone(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn answers_on_one_connection_are_read_one_by_one_until_it_is_closed() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let answers = "HTTP/1.1 200 OK\r\nA: b\r\ncontent-length: 2\r\n\r\nok\
                           HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n";
            stream.write_all(answers.as_bytes()).unwrap();
        });
        let mut wire = Wire::to(&base).unwrap();
        let first = wire.reply().unwrap().unwrap();
        assert_eq!((first.status, first.header("a"), first.body.as_str()), (200, "b", "ok"));
        assert_eq!(wire.reply().unwrap().unwrap().status, 404);
        assert_eq!(wire.reply().unwrap(), None);
        server.join().unwrap();
    }

    #[test]
    fn a_length_is_added_only_where_no_header_frames_the_body() {
        let text =
            |headers: &[(&str, &str)]| String::from_utf8(request("POST", "/a", headers, b"xy")).unwrap();
        assert_eq!(text(&[]), "POST /a HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\n\r\nxy");
        let chunked = text(&[("Transfer-Encoding", "chunked")]);
        assert_eq!(chunked, "POST /a HTTP/1.1\r\nhost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nxy");
    }
}
