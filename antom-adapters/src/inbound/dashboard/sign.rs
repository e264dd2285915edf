//! Signing in with an API key, and out again.
//! How long that is good for is `session`'s; the key itself is looked up as the merchant API does.

use std::sync::Arc;
use std::time::Duration;

use antom_core::secret::Secret;
use axum::Extension;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::html;
use serde::Deserialize;

use super::Dashboard;
use super::answer;
use super::form;
use super::page::Page;
use super::session::{self, COOKIE, LASTS, NEEDED, Visitor, cookie, set_cookie};
use crate::inbound::api::known;
use crate::inbound::language::Language;

/// Ties the form of the way in to the browser that asked for it.
const DOOR: &str = "antom_sign_in";
const DOOR_LASTS: Duration = Duration::from_mins(10);

#[derive(Deserialize)]
pub(super) struct Key {
    csrf: String,
    key: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Leave {
    csrf: String,
}

pub(super) async fn ask(
    State(dashboard): State<Arc<Dashboard>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let lang = Language::of_request(&headers, &query.unwrap_or_default());
    door(&dashboard, lang, StatusCode::OK, &headers, None)
}

pub(super) async fn enter(
    State(dashboard): State<Arc<Dashboard>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let lang = Language::of_request(&headers, "");
    let given: Key = match form::read(&headers, body).await {
        Ok(given) => given,
        Err(refused) => return answer::refuse(&headers, refused),
    };
    if let Err(refused) = form::check(&given.csrf, cookie(&headers, DOOR).unwrap_or_default()) {
        return answer::refuse(&headers, refused);
    }
    let Some(key) = known(&dashboard.api.keys, &given.key) else {
        tracing::warn!(target: "audit", act = "sign in", "refused: no such key");
        let reason = lang.say("No such key.", "没有这个密钥。");
        return door(&dashboard, lang, StatusCode::UNAUTHORIZED, &headers, Some(reason));
    };
    if let Some(missing) = NEEDED.iter().find(|scope| !key.scopes.contains(scope)) {
        tracing::warn!(target: "audit", key = %key.name, act = "sign in", scope = missing.as_str(), "refused: no scope");
        let reason = lang.say(
            "This key has not both scopes `read` and `admin`.",
            "该密钥没有同时具备 `read` 和 `admin` 权限。",
        );
        return door(&dashboard, lang, StatusCode::FORBIDDEN, &headers, Some(reason));
    }
    let ports = dashboard.api.books.ports();
    let now = ports.clock.now();
    if dashboard.api.limits.take(&key, now).is_err() {
        let reason = lang.say("Too often. Wait a moment.", "过于频繁，请稍候。");
        return door(&dashboard, lang, StatusCode::TOO_MANY_REQUESTS, &headers, Some(reason));
    }
    let token = ports.ids.fresh();
    dashboard.sessions.begin(&token, &key, Secret::new(ports.ids.fresh()), now);
    tracing::info!(target: "audit", key = %key.name, act = "sign in", "signed in");
    let mut response = Redirect::to("/dashboard").into_response();
    append_cookie(&mut response, &set_cookie(&headers, COOKIE, &token, LASTS));
    response
}

pub(super) async fn leave(
    State(dashboard): State<Arc<Dashboard>>,
    Extension(visitor): Extension<Visitor>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let own = form::read::<Leave>(&headers, body).await;
    if let Err(refused) = own.and_then(|given| form::check(&given.csrf, visitor.csrf.expose())) {
        return answer::refuse(&headers, refused);
    }
    dashboard.sessions.end(cookie(&headers, session::COOKIE).unwrap_or_default());
    tracing::info!(target: "audit", key = %visitor.key.name, act = "sign out", "signed out");
    let mut response = Redirect::to("/dashboard/sign-in").into_response();
    append_cookie(&mut response, &set_cookie(&headers, COOKIE, "", Duration::ZERO));
    response
}

fn door(
    dashboard: &Dashboard,
    lang: Language,
    status: StatusCode,
    headers: &HeaderMap,
    message: Option<&str>,
) -> Response {
    let token = dashboard.api.books.ports().ids.fresh();
    let body = html! {
        @if let Some(message) = message { p.message.bad role="alert" { (message) } }
        form.card.door method="post" action="/dashboard/sign-in" {
            input type="hidden" name="csrf" value=(token);
            label for="key" { (lang.say("API key", "API 密钥")) }
            input #key type="password" name="key" required autocomplete="current-password" autofocus;
            p.hint {
                (lang.say(
                    "A key of [server] api_keys with the scopes read and admin. What else it may do, the buttons may.",
                    "[server] api_keys 中具备 read 和 admin 权限的密钥。按钮可执行的操作取决于密钥的其他权限。",
                ))
            }
            button.main { (lang.say("Sign in", "登录")) }
        }
    };
    let title = lang.say("Sign in", "登录");
    let page = Page { lang, title, path: "/dashboard/sign-in", visitor: None, body };
    let mut response = answer::page(status, headers, &page);
    append_cookie(&mut response, &set_cookie(headers, DOOR, &token, DOOR_LASTS));
    response
}

fn append_cookie(response: &mut Response, cookie: &str) {
    // Tokens are hexadecimal: a cookie made of one is always a header.
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}
