//! Where the gateway is: the host of a region or one's own, and the sandbox's other paths.
//! Who calls, and with which credential, is the client's business.

use std::fmt;
use std::net::IpAddr;

use antom_core::Api;

/// The gateway's regions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Region {
    /// `open-na-global.alipay.com`
    NorthAmerica,
    /// `open-sea-global.alipay.com`
    Asia,
    /// `open-de-global.alipay.com`
    Europe,
}

impl Region {
    /// The region's base URL. Sandbox and production share it.
    #[must_use]
    pub const fn base_url(self) -> &'static str {
        match self {
            Self::NorthAmerica => "https://open-na-global.alipay.com",
            Self::Asia => "https://open-sea-global.alipay.com",
            Self::Europe => "https://open-de-global.alipay.com",
        }
    }
}

/// Which paths are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum PathChoice {
    /// The sandbox's for a sandbox credential, production's otherwise.
    #[default]
    ByCredential,
    /// Always `/ams/sandbox/api/...`.
    Sandbox,
    /// Always `/ams/api/...`.
    Production,
}

/// The gateway's address: scheme, host and port, without a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    base: String,
    paths: PathChoice,
}

impl Endpoint {
    /// The gateway of a region.
    //= G-1
    #[must_use]
    pub fn region(region: Region) -> Self {
        Self { base: region.base_url().to_owned(), paths: PathChoice::default() }
    }

    /// Any other host: `https://host[:port]`, or `http://` for a loopback address.
    ///
    /// # Errors
    /// [`EndpointError`] when it is anything else. Path, query and user are refused: the signed path is the gateway's own.
    //= G-1
    pub fn custom(base_url: &str) -> Result<Self, EndpointError> {
        check_base(base_url)?;
        let base = base_url.strip_suffix('/').unwrap_or(base_url).to_owned();
        Ok(Self { base, paths: PathChoice::default() })
    }

    /// Sets which paths are called.
    #[must_use]
    pub fn with_paths(mut self, paths: PathChoice) -> Self {
        self.paths = paths;
        self
    }

    /// The base URL without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base
    }

    /// Whether the connection is encrypted.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        self.base.starts_with("https://")
    }

    /// Whether a transport may call this URL: https to anywhere, plain http to this machine only. For implementers of
    /// [`Transport`](crate::Transport); an [`Endpoint`] checks its own base URL.
    #[must_use]
    pub fn allows(url: &str) -> bool {
        let Some((scheme, rest)) = url.split_once("://") else { return false };
        let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
        check_base(&format!("{scheme}://{authority}")).is_ok()
    }

    /// The path that is sent and signed for an operation.
    //= G-1
    #[must_use]
    pub fn path(&self, api: Api, sandbox_credential: bool) -> &'static str {
        let sandbox = match self.paths {
            PathChoice::ByCredential => sandbox_credential,
            PathChoice::Sandbox => true,
            PathChoice::Production => false,
        };
        if sandbox { api.sandbox_path() } else { api.path() }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.base)
    }
}

/// Why a base URL is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EndpointError {
    /// Neither http nor https.
    #[error("the base url must start with https:// (or http:// for a loopback address)")]
    Scheme,
    /// Plain http to somewhere else than this machine.
    #[error("plain http is allowed to loopback addresses only")]
    PlainHttp,
    /// User information in the URL.
    #[error("the base url must not hold a user or password")]
    UserInfo,
    /// A path, query or fragment.
    #[error("the base url must not have a path, query or fragment")]
    Path,
    /// No host, or characters that a host cannot have.
    #[error("the host of the base url is not readable")]
    Host,
    /// Not a port number.
    #[error("the port of the base url is not a number from 1 to 65535")]
    Port,
}

/// Checks a base URL, with at most one slash at its end.
pub(crate) fn check_base(base_url: &str) -> Result<(), EndpointError> {
    let (encrypted, rest) = match (base_url.strip_prefix("https://"), base_url.strip_prefix("http://")) {
        (Some(rest), _) => (true, rest),
        (None, Some(rest)) => (false, rest),
        (None, None) => return Err(EndpointError::Scheme),
    };
    let authority = rest.strip_suffix('/').unwrap_or(rest);
    if authority.contains('@') {
        return Err(EndpointError::UserInfo);
    }
    if authority.contains(['/', '?', '#', '\\']) {
        return Err(EndpointError::Path);
    }
    let host = host_of(authority)?;
    if encrypted || is_loopback(host) { Ok(()) } else { Err(EndpointError::PlainHttp) }
}

fn host_of(authority: &str) -> Result<&str, EndpointError> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (host, after) = rest.split_once(']').ok_or(EndpointError::Host)?;
            let port = if after.is_empty() {
                None
            } else {
                Some(after.strip_prefix(':').ok_or(EndpointError::Port)?)
            };
            (host, port)
        }
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    if let Some(port) = port {
        let digits = port.bytes().all(|byte| byte.is_ascii_digit());
        port.parse::<u16>().ok().filter(|number| digits && *number > 0).ok_or(EndpointError::Port)?;
    }
    let bracketed = authority.starts_with('[');
    let readable = if bracketed {
        host.parse::<std::net::Ipv6Addr>().is_ok()
    } else {
        host.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.')
    };
    if host.is_empty() || !readable { Err(EndpointError::Host) } else { Ok(host) }
}

/// Only names and addresses that cannot lead off this machine.
fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    //= G-1 test
    #[test]
    fn every_region_has_its_host() {
        assert_eq!(Endpoint::region(Region::NorthAmerica).base_url(), "https://open-na-global.alipay.com");
        assert_eq!(Endpoint::region(Region::Asia).base_url(), "https://open-sea-global.alipay.com");
        assert_eq!(Endpoint::region(Region::Europe).base_url(), "https://open-de-global.alipay.com");
    }

    //= G-1 test
    #[test]
    fn the_credential_chooses_the_path_unless_it_is_set() {
        let endpoint = Endpoint::region(Region::Asia);
        assert_eq!(endpoint.path(Api::Pay, true), "/ams/sandbox/api/v1/payments/pay");
        assert_eq!(endpoint.path(Api::Pay, false), "/ams/api/v1/payments/pay");
        let always = endpoint.clone().with_paths(PathChoice::Sandbox);
        assert_eq!(always.path(Api::Pay, false), "/ams/sandbox/api/v1/payments/pay");
        let never = endpoint.with_paths(PathChoice::Production);
        assert_eq!(never.path(Api::Pay, true), "/ams/api/v1/payments/pay");
    }

    #[test]
    fn a_base_url_is_https_anywhere_or_http_on_this_machine() {
        for good in [
            "https://open-sea-global.alipay.com",
            "https://gateway.example:8443/",
            "http://127.0.0.1:4010",
            "http://localhost:1",
            "http://[::1]:4010/",
            "https://[2001:db8::1]",
            "http://127.255.0.1",
        ] {
            let endpoint = Endpoint::custom(good).unwrap();
            assert_eq!(endpoint.base_url(), good.trim_end_matches('/'));
        }
    }

    #[test]
    fn a_url_is_allowed_by_its_scheme_and_host() {
        for url in
            ["https://gateway.example/a?b#c", "http://127.0.0.1:1/x", "http://[::1]/", "http://localhost"]
        {
            assert!(Endpoint::allows(url), "{url}");
        }
        for url in [
            "http://gateway.example/x",
            "http://127.0.0.1@evil/",
            "http://evil\\@127.0.0.1/",
            "/x",
            "",
            "ftp://x/",
        ] {
            assert!(!Endpoint::allows(url), "{url}");
        }
    }

    #[test]
    fn other_base_urls_are_refused_for_the_right_reason() {
        let cases = [
            ("open-sea-global.alipay.com", EndpointError::Scheme),
            ("ftp://host", EndpointError::Scheme),
            ("HTTP://127.0.0.1", EndpointError::Scheme),
            ("", EndpointError::Scheme),
            ("http://gateway.example", EndpointError::PlainHttp),
            ("http://127.0.0.1.evil.example", EndpointError::PlainHttp),
            ("http://localhost.evil.example", EndpointError::PlainHttp),
            ("http://10.0.0.1", EndpointError::PlainHttp),
            ("http://0.0.0.0", EndpointError::PlainHttp),
            ("http://[2001:db8::1]", EndpointError::PlainHttp),
            ("http://[::ffff:127.0.0.1]", EndpointError::PlainHttp),
            ("http://2130706433", EndpointError::PlainHttp),
            ("https://user:pw@host", EndpointError::UserInfo),
            ("http://127.0.0.1@evil.example", EndpointError::UserInfo),
            ("https://host/ams", EndpointError::Path),
            ("https://host//", EndpointError::Path),
            ("https://host?x", EndpointError::Path),
            ("https://host#x", EndpointError::Path),
            ("http://127.0.0.1\\@evil", EndpointError::UserInfo),
            ("https://", EndpointError::Host),
            ("https://:443", EndpointError::Host),
            ("https://ho st", EndpointError::Host),
            ("https://[::1", EndpointError::Host),
            ("https://[host]", EndpointError::Host),
            ("https://host:", EndpointError::Port),
            ("https://host:0", EndpointError::Port),
            ("https://host:65536", EndpointError::Port),
            ("https://host:+1", EndpointError::Port),
            ("https://host:a", EndpointError::Port),
            ("https://[::1]443", EndpointError::Port),
        ];
        for (url, expected) in cases {
            assert_eq!(Endpoint::custom(url), Err(expected), "{url}");
        }
    }
}
