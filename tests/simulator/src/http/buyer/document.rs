//! The making of a page: templates from files, text escaped where it is put in, headers that allow no inline script.
//! What a page shows is decided by its own module.

use std::fmt::{self, Display, Formatter};

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;

use super::language::Language;

/// Text that may hold anything, safe between tags and in quoted attributes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text<'a>(pub(super) &'a str);

impl Display for Text<'_> {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        for letter in self.0.chars() {
            match letter {
                '&' => to.write_str("&amp;")?,
                '<' => to.write_str("&lt;")?,
                '>' => to.write_str("&gt;")?,
                '"' => to.write_str("&quot;")?,
                '\'' => to.write_str("&#39;")?,
                other => write!(to, "{other}")?,
            }
        }
        Ok(())
    }
}

/// Who may show a page inside another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    Nobody,
    Anybody,
    /// Anybody, and the page may do anything.
    Unguarded,
}

/// A page of its own, as large as the window.
pub(super) fn page(status: StatusCode, language: Language, content: &str) -> Response {
    page_with(status, language, content, "checkout.js", Framing::Nobody)
}

/// The same with another script, or inside another page.
pub(super) fn page_with(
    status: StatusCode,
    language: Language,
    content: &str,
    script: &str,
    framing: Framing,
) -> Response {
    let words = language.words();
    let html = format!(
        include_str!("../assets/page.html"),
        lang = language.tag(),
        title = words.payment,
        script = script,
        strip = words.strip,
        content = content,
    );
    html_response(status, html, framing)
}

/// HTML with the headers that every page carries.
///
/// There is no `form-action`: browsers apply it to redirects as well, and a buyer is sent on to addresses that only
/// the merchant knows, custom schemes of apps among them.
pub(super) fn html_response(status: StatusCode, html: String, framing: Framing) -> Response {
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status;
    let policy = match framing {
        Framing::Nobody => Some(concat!(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; ",
            "frame-src 'self'; base-uri 'none'; frame-ancestors 'none'"
        )),
        Framing::Anybody => Some(concat!(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; ",
            "frame-src 'self'; base-uri 'none'"
        )),
        Framing::Unguarded => None,
    };
    let headers = response.headers_mut();
    if let Some(policy) = policy {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    }
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        // A page shows what is true now; the one behind the back button must ask again.
        (header::CACHE_CONTROL, "no-store"),
        // Other sites learn no address of a payment; our own forms still say where they come from.
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The one way in which a buyer's browser is sent on: 303, so that it asks with GET.
pub(super) fn see_other(address: &str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    // Encoded text always fits into a header.
    if let Ok(location) = HeaderValue::from_str(&encoded(address)) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A value of a query, with everything encoded that is not plain.
pub(super) fn query_value(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    percent_encoded(text, plain)
}

/// An address with everything percent-encoded that may not stand in one: letters beyond ASCII, blanks.
fn encoded(address: &str) -> String {
    percent_encoded(address, |byte| byte.is_ascii_graphic())
}

fn percent_encoded(text: &str, is_plain: impl Fn(u8) -> bool) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut encoded, byte| {
        if is_plain(byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
        encoded
    })
}

/// A static answer: a script, a style sheet, an image.
pub(super) fn asset(kind: &'static str, content: impl Into<Body>) -> Response {
    let mut response = Response::new(content.into());
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, kind),
        // Another build of the simulator may serve another file under the same name.
        (header::CACHE_CONTROL, "no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_leave_its_place() {
        assert_eq!(Text("<a href=\"x\">'&").to_string(), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;");
    }

    #[test]
    fn addresses_of_apps_and_of_other_scripts_fit_into_the_header() {
        for (address, expected) in [
            ("imeituan://", "imeituan://"),
            ("https://shop.test/r?a=1&b=%20", "https://shop.test/r?a=1&b=%20"),
            ("https://shop.test/\u{7ed3}", "https://shop.test/%E7%BB%93"),
        ] {
            assert_eq!(encoded(address), expected);
        }
    }
}
