//! Sessions of browsers: begun with an API key, ended by the clock, and only in the memory of this process.
//! What the key may do is asked of the merchant API each time; here it has to be known still.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use antom_core::secret::Secret;
use antom_core::time::Timestamp;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use sha2::{Digest as _, Sha256};

use super::Dashboard;
use super::answer::{self, Refused};
use crate::service::config::{ApiKey, Scope};

/// From signing in to the end, whatever happens in between.
pub(super) const LASTS: Duration = Duration::from_hours(1);
/// The cookie that names a session.
pub(super) const COOKIE: &str = "antom_dashboard";
/// What the pages show is what these two scopes show at the merchant API.
pub(super) const NEEDED: [Scope; 2] = [Scope::Read, Scope::Admin];

/// The sessions that were begun here. A cookie is known by its digest only.
#[derive(Debug, Default)]
pub(super) struct Sessions(Mutex<HashMap<[u8; 32], Session>>);

#[derive(Debug, Clone)]
struct Session {
    key: [u8; 32],
    csrf: Secret,
    ends: Timestamp,
}

/// Who looks at a page.
#[derive(Debug, Clone)]
pub(super) struct Visitor {
    /// The key that the session was begun with, as it is configured now.
    pub(super) key: ApiKey,
    /// What every form of this session carries.
    pub(super) csrf: Secret,
}

impl Visitor {
    pub(super) fn may(&self, scope: Scope) -> bool {
        self.key.scopes.contains(&scope)
    }
}

impl Sessions {
    /// Begins a session under this token, and forgets those that have ended.
    pub(super) fn begin(&self, token: &str, key: &ApiKey, csrf: Secret, now: Timestamp) {
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.retain(|_, session| session.ends > now);
        let session = Session { key: key.sha256, csrf, ends: now.saturating_add(LASTS) };
        sessions.insert(digest(token), session);
    }

    pub(super) fn end(&self, token: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&digest(token));
    }

    fn find(&self, token: &str, now: Timestamp) -> Option<Session> {
        let sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.get(&digest(token)).filter(|session| session.ends > now).cloned()
    }
}

impl Dashboard {
    /// Who the request is from; nobody where the session has ended or its key is gone.
    pub(super) fn visitor(&self, headers: &HeaderMap) -> Option<Visitor> {
        let now = self.api.books.ports().clock.now();
        let Session { key, csrf, .. } = self.sessions.find(cookie(headers, COOKIE)?, now)?;
        let keys = self.api.keys.merchant();
        let key = keys.iter().find(|one| one.sha256 == key)?.clone();
        NEEDED.iter().all(|scope| key.scopes.contains(scope)).then_some(Visitor { key, csrf })
    }
}

/// Lets those in who signed in. A page leads others to the way in; a form is refused, since nobody meant it.
pub(super) async fn admit(
    State(dashboard): State<Arc<Dashboard>>,
    mut request: Request,
    next: Next,
) -> Response {
    match dashboard.visitor(request.headers()) {
        Some(visitor) => {
            request.extensions_mut().insert(visitor);
            next.run(request).await
        }
        None if *request.method() == Method::GET => Redirect::to("/dashboard/sign-in").into_response(),
        None => answer::refuse(request.headers(), Refused::NotSignedIn),
    }
}

/// The value of a cookie.
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// A cookie that scripts cannot read and other sites cannot send; over TLS, as a proxy tells, only over TLS.
pub(super) fn set_cookie(headers: &HeaderMap, name: &str, value: &str, lasts: Duration) -> String {
    let is_tls = headers.get("x-forwarded-proto").is_some_and(|scheme| scheme.as_bytes() == b"https");
    let secure = if is_tls { "; Secure" } else { "" };
    let seconds = lasts.as_secs();
    format!("{name}={value}; Path=/dashboard; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}")
}

fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_by_the_clock_and_by_leaving() {
        let key = ApiKey { name: "desk".to_owned(), sha256: [7; 32], scopes: NEEDED.to_vec() };
        let (sessions, begin) = (Sessions::default(), Timestamp::from_epoch_millis(1_795_000_000_000));
        sessions.begin("token", &key, Secret::new("csrf"), begin);
        let last = begin.saturating_add(LASTS).saturating_sub(Duration::from_millis(1));
        assert!(sessions.find("token", last).is_some());
        assert!(sessions.find("token", begin.saturating_add(LASTS)).is_none(), "an hour is over");
        assert!(sessions.find("other", begin).is_none());
        sessions.end("token");
        assert!(sessions.find("token", begin).is_none());
    }

    #[test]
    fn a_cookie_is_found_among_others_by_its_whole_name() {
        let headers = HeaderMap::from_iter([(
            header::COOKIE,
            "my_antom_dashboard=no; antom_dashboard=yes; x".parse().unwrap(),
        )]);
        assert_eq!(cookie(&headers, COOKIE), Some("yes"));
        assert_eq!(cookie(&headers, "x"), None);
    }
}
