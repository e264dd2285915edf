//! Who may use the control API from a browser: pages of the simulator itself, never those of other sites.
//! Programs send no `Origin` and pass; the gateway API has signatures and needs no door.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::answers::Problem;
use super::tls::REAL_HOSTS;

/// By which names the simulator is known.
#[derive(Clone, Debug)]
pub(crate) struct Door {
    names: Arc<[String]>,
    /// Where others than this machine are served, it may have names that nobody told it.
    any_name: bool,
}

impl Door {
    pub(crate) fn new(names: &[String], listen: IpAddr) -> Self {
        Self { names: names.into(), any_name: !listen.is_loopback() }
    }

    /// Refuses what a foreign page sent.
    pub(crate) async fn pass(State(door): State<Self>, request: Request, next: Next) -> Response {
        if let Err(reason) = door.admits(request.method(), request.headers()) {
            return Problem::foreign(reason).into_response();
        }
        next.run(request).await
    }

    fn admits(&self, method: &Method, headers: &HeaderMap) -> Result<(), String> {
        let text = |name: header::HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
        let host = text(header::HOST).unwrap_or_default();
        // A page of another site that had its own name resolved to this machine (DNS rebinding).
        if !self.is_known(name_of(host)) {
            return Err(format!(
                "the control API is not served as {host}: use an address, localhost, or a name given with --tls-name"
            ));
        }
        if let Some(origin) = text(header::ORIGIN) {
            let own = origin.split_once("://").is_some_and(|(_, authority)| authority == host);
            if !own {
                return Err(format!("a page of {origin} may not use the control API of {host}"));
            }
        }
        // Older than some browsers, but it needs no name to be compared.
        let site = headers.get("sec-fetch-site").and_then(|site| site.to_str().ok());
        if method != Method::GET && matches!(site, Some("cross-site" | "same-site")) {
            return Err("a page of another site may not use the control API".to_owned());
        }
        Ok(())
    }

    /// An address or a name that no stranger can own: without a dot, of a reserved domain, or one of ours.
    fn is_known(&self, name: &str) -> bool {
        const RESERVED: [&str; 4] = [".localhost", ".test", ".local", ".internal"];
        self.any_name
            || !name.contains('.')
            || name.parse::<IpAddr>().is_ok()
            || RESERVED.iter().any(|domain| name.ends_with(domain))
            || REAL_HOSTS.contains(&name)
            || self.names.iter().any(|known| known == name)
    }
}

/// The name in a `Host` header, without its port; an IPv6 address has colons and no dots.
fn name_of(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => name,
        _ => host,
    }
    .trim_start_matches('[')
    .trim_end_matches(']')
}
