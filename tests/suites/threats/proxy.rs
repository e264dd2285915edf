//! A proxy that takes a prefix away from every path, as many do in front of a service.
//! It changes nothing else: what the service makes of the rest is judged by the tests.

use std::net::TcpListener;
use std::sync::{Arc, OnceLock};

use antom_tests::Failure;
use antom_tests::wire::Wire;

/// Listening from the beginning; it passes requests on once it is told where to.
#[derive(Debug)]
pub(crate) struct Proxy {
    address: String,
    behind: Arc<OnceLock<String>>,
}

impl Proxy {
    pub(crate) fn start(prefix: &'static str) -> Result<Self, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = format!("http://{}", listener.local_addr()?);
        let behind = Arc::new(OnceLock::<String>::new());
        let target = Arc::clone(&behind);
        // It ends with the test's process.
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let target = Arc::clone(&target);
                std::thread::spawn(move || {
                    if let (Ok(client), Some(base)) = (Wire::over(client), target.get()) {
                        // A client that goes away is served no further.
                        let _ended = pass_on(client, base, prefix);
                    }
                });
            }
        });
        Ok(Self { address, behind })
    }

    pub(crate) fn base(&self) -> &str {
        &self.address
    }

    /// From now on requests go there.
    pub(crate) fn stand_before(&self, base: &str) {
        // The first place stays.
        let _again = self.behind.set(base.to_owned());
    }
}

fn pass_on(mut client: Wire, base: &str, prefix: &str) -> Result<(), Failure> {
    while let Some((start, headers)) = client.head()? {
        let body = client.body(&headers)?;
        let mut words = start.splitn(3, ' ');
        let (method, target, version) = (words.next(), words.next().unwrap_or_default(), words.next());
        let inner = target.strip_prefix(prefix).unwrap_or(target);
        let mut request =
            format!("{} {inner} {}\r\n", method.unwrap_or_default(), version.unwrap_or_default());
        for (name, value) in &headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str("\r\n");
        let mut server = Wire::to(base)?;
        server.send(&[request.as_bytes(), &body].concat())?;
        let Some(reply) = server.reply()? else { return Ok(()) };
        let mut answer = format!("HTTP/1.1 {} -\r\n", reply.status);
        for (name, value) in &reply.headers {
            answer.push_str(&format!("{name}: {value}\r\n"));
        }
        answer.push_str("\r\n");
        answer.push_str(&reply.body);
        client.send(answer.as_bytes())?;
    }
    Ok(())
}
