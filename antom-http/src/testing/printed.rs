//! A request as text, for golden files: whoever changes what is sent sees it in the difference.
//! Keeping the files, and the fixed clock and key that make them repeatable, is left to the test.

use crate::transport::HttpRequest;

/// The request with URL, headers and body, one line each; the crate's version is left out. With an RSA key of a test and a
/// fixed clock the text is always the same, signature included.
#[must_use]
pub fn printed(request: &HttpRequest) -> String {
    let mut text = format!("POST {}\n", request.url);
    for (name, value) in &request.headers {
        let value =
            if *name == "user-agent" { value.replace(env!("CARGO_PKG_VERSION"), "*") } else { value.clone() };
        text.push_str(&format!("{name}: {value}\n"));
    }
    text.push_str(&format!("\n{}\n", String::from_utf8_lossy(&request.body)));
    text
}
