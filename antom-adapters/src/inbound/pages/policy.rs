//! The content policies of the pages: what a browser may load and run while it shows them.
//! Nothing inline runs anywhere; what the gateway's SDK needs is allowed only on the page that loads it.

use crate::service::config::{CheckoutConfig, SdkScript};

/// Where the gateway's SDK gets its form, its calls, its pictures and its tracker from, in sandbox and production alike.
const GATEWAY: &str =
    "https://*.alipay.com https://*.alipayobjects.com https://*.antom.com https://*.marmot-cloud.com";

/// The policies of one configuration.
#[derive(Debug)]
pub(super) struct Policies {
    /// A page with nothing but our own script.
    pub(super) plain: String,
    /// The page that loads the SDK.
    pub(super) with_sdk: String,
}

impl Policies {
    pub(super) fn new(settings: &CheckoutConfig, gateway_url: &str) -> Policies {
        // Pictures of methods come from the gateway's hosts, in clear only where the gateway is this machine.
        let local = if gateway_url.starts_with("http://") { origin(gateway_url) } else { "" };
        let hosts = match &settings.sdk {
            None => String::new(),
            Some(SdkScript::Copy(_)) => GATEWAY.to_owned(),
            // A stand-in on this machine brings everything from where it is.
            Some(SdkScript::Url { url, .. }) if url.starts_with("http://") => origin(url).to_owned(),
            Some(SdkScript::Url { url, .. }) => format!("{GATEWAY} {}", origin(url)),
        };
        let start = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'";
        let plain = format!(
            "{start}; script-src 'self'; style-src 'self'; img-src 'self' https: {local}; connect-src 'self'; form-action 'none'"
        );
        // The SDK writes style elements of its own; it posts the bank's form from this page.
        let with_sdk = format!(
            "{start}; script-src 'self' {hosts}; style-src 'self' 'unsafe-inline'; img-src 'self' https: data: {local}; \
             font-src https:; connect-src 'self' {hosts}; frame-src {hosts}; form-action https: {hosts}"
        );
        Policies { plain, with_sdk }
    }
}

/// Scheme, host and port.
fn origin(url: &str) -> &str {
    let after_scheme = url.find("://").map_or(0, |at| at.saturating_add(3));
    let rest = url.get(after_scheme..).unwrap_or_default();
    let end = rest.find(['/', '?', '#']).map_or(url.len(), |at| after_scheme.saturating_add(at));
    url.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_ends_before_the_path() {
        for url in ["http://127.0.0.1:4010", "http://127.0.0.1:4010/a.js", "http://127.0.0.1:4010?x"] {
            assert_eq!(origin(url), "http://127.0.0.1:4010");
        }
    }
}
