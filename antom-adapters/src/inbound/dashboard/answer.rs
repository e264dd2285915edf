//! What every answer of the dashboard has: its policy, its language, a tag by which a page is recognised.
//! What stands on a page is left to the pages.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse as _, Response};
use maud::html;

use super::page::Page;
use crate::inbound::digest::sha256_hex;
use crate::inbound::language::Language;

/// Nothing from elsewhere, nothing inline, in nobody's frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Why a request is not even looked at.
#[derive(Debug, Clone, Copy)]
pub(super) enum Refused {
    NotSignedIn,
    ForeignForm,
    Unreadable,
    NotFound,
    Unavailable,
}

/// Gives every answer its headers, and the language that was asked for to those that come after.
pub(super) async fn dress(request: Request, next: Next) -> Response {
    let chosen = Language::chosen(request.uri().query().unwrap_or_default());
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // Pages show buyers' orders and are kept by nobody; files may be asked for again.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if let Some(lang) = chosen {
        headers.append(header::SET_COOKIE, HeaderValue::from_static(lang.cookie()));
    }
    response
}

/// A page. Whoever has the same one already is told so, which is how a page that stays open looks for news.
pub(super) fn page(status: StatusCode, headers: &HeaderMap, page: &Page<'_>) -> Response {
    let text = page.text();
    let tag = format!("\"{}\"", sha256_hex(text.as_bytes()));
    let is_known = headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    if is_known && status == StatusCode::OK {
        return ([(header::ETAG, tag)], StatusCode::NOT_MODIFIED).into_response();
    }
    (status, [(header::ETAG, tag)], Html(text)).into_response()
}

/// A page that says why there is nothing else.
pub(super) fn refuse(headers: &HeaderMap, refused: Refused) -> Response {
    let lang = Language::of_request(headers, "");
    let (status, reason) = match refused {
        Refused::NotSignedIn => (
            StatusCode::UNAUTHORIZED,
            lang.say(
                "You are not signed in any more. Sign in and do it again.",
                "登录已失效。请重新登录后再操作。",
            ),
        ),
        Refused::ForeignForm => (
            StatusCode::FORBIDDEN,
            lang.say(
                "This form is not one of this session, and nothing was done. Load the page again.",
                "此表单不属于当前会话，未执行任何操作。请重新加载页面。",
            ),
        ),
        Refused::Unreadable => (
            StatusCode::BAD_REQUEST,
            lang.say("The form cannot be read, and nothing was done.", "无法读取表单，未执行任何操作。"),
        ),
        Refused::NotFound => {
            (StatusCode::NOT_FOUND, lang.say("There is nothing with such an id.", "没有对应此编号的内容。"))
        }
        Refused::Unavailable => (
            StatusCode::SERVICE_UNAVAILABLE,
            lang.say("The books cannot be read now. Try again.", "暂时无法读取账本，请重试。"),
        ),
    };
    let body = html! {
        p.message.bad role="alert" { (reason) }
        p { a href="/dashboard" { (lang.say("To the dashboard", "返回控制台")) } }
    };
    let title = lang.say("Not possible", "无法完成");
    page(status, headers, &Page { lang, title, path: "/dashboard", visitor: None, body })
}

/// A file of the build.
pub(super) fn file(kind: &'static str, content: &'static str) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")], content).into_response()
}
