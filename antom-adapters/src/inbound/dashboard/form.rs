//! Takes the dashboard's forms in, and refuses those that no page of this session has made.
//! What the fields mean is left to the handlers.

use axum::body::Body;
use axum::extract::{Form, FromRequest as _, Request};
use axum::http::HeaderMap;
use serde::de::DeserializeOwned;
use subtle::ConstantTimeEq as _;

use super::answer::Refused;
use crate::inbound::intake::{self, BODY_WITHIN};

/// More than any form of ours.
const MAX_FORM: usize = 16 * 1024;

/// The fields of a form.
pub(super) async fn read<T: DeserializeOwned>(headers: &HeaderMap, body: Body) -> Result<T, Refused> {
    let bytes = intake::whole(body, MAX_FORM, BODY_WITHIN).await.map_err(|_| Refused::Unreadable)?;
    let mut whole = Request::post("/");
    if let Some(kind) = headers.get(axum::http::header::CONTENT_TYPE) {
        whole = whole.header(axum::http::header::CONTENT_TYPE, kind);
    }
    let whole = whole.body(Body::from(bytes)).map_err(|_| Refused::Unreadable)?;
    let Form(fields) = Form::from_request(whole, &()).await.map_err(|_| Refused::Unreadable)?;
    Ok(fields)
}

/// Whether the form was made for whoever sends it.
pub(super) fn check(given: &str, expected: &str) -> Result<(), Refused> {
    let is_own: bool = given.as_bytes().ct_eq(expected.as_bytes()).into();
    if is_own && !expected.is_empty() { Ok(()) } else { Err(Refused::ForeignForm) }
}
