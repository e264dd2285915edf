//! Erasing personal data on request: of one order, or of all orders of one buyer, page by page.
//! What is erased, and when it must not be, is decided by the domain.

use std::sync::Arc;

use antom_core::id::{ReferenceBuyerId, ReferenceOrderId};
use antom_domain::port::StoreError;
use antom_domain::service::{BooksError, Erasal, Erasing, ErasingError};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::Deserialize;
use serde_json::{Value, json};

use super::orders::order_id;
use super::problem::Problem;
use super::{Api, body};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Erase {
    reference_order_id: Option<String>,
    reference_buyer_id: Option<String>,
    cursor: Option<String>,
}

/// What became of the orders.
#[derive(Debug, Default)]
struct Report {
    erased: Vec<ReferenceOrderId>,
    erased_before: Vec<ReferenceOrderId>,
    refused: Vec<Value>,
    next: Option<String>,
}

/// Asking again is harmless: what is erased stays so, and of a buyer only what is left is found.
pub(super) async fn erase(
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let wish: Erase = body::read(&headers, body).await?;
    let erasing = api.erasing.as_ref().ok_or_else(Problem::not_erasable)?;
    let report = match (wish.reference_order_id, wish.reference_buyer_id) {
        (Some(order), None) => of_order(erasing, order_id(order)?).await?,
        (None, Some(buyer)) => of_buyer(erasing, buyer, wish.cursor).await?,
        _ => {
            let message = "give either referenceOrderId or referenceBuyerId";
            return Err(Problem::field("referenceOrderId", message));
        }
    };
    Ok(Json(report.view()))
}

async fn of_order(erasing: &Erasing, id: ReferenceOrderId) -> Result<Report, Problem> {
    let mut report = Report::default();
    report.take(&id, erasing.erase(&id).await?);
    Ok(report)
}

async fn of_buyer(erasing: &Erasing, buyer: String, cursor: Option<String>) -> Result<Report, Problem> {
    let buyer = ReferenceBuyerId::parse(buyer)
        .map_err(|error| Problem::field("referenceBuyerId", error.to_string()))?;
    let (orders, next) = match erasing.orders_of(&buyer, cursor).await {
        Err(StoreError::Unreadable { what: "cursor", .. }) => {
            return Err(Problem::field("cursor", "is not one that this route gave out"));
        }
        found => found?,
    };
    let mut report = Report { next, ..Report::default() };
    for id in orders {
        match erasing.erase(&id).await {
            Ok(erasal) => report.take(&id, erasal),
            Err(error @ (ErasingError::Refused(_) | ErasingError::StillNeeded)) => {
                report.refused.push(json!({ "referenceOrderId": id, "detail": error.to_string() }));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(report)
}

impl Report {
    fn take(&mut self, id: &ReferenceOrderId, erasal: Erasal) {
        match erasal {
            Erasal::Erased => {
                tracing::info!(referenceOrderId = %id, "personal data erased on request");
                self.erased.push(id.clone());
            }
            Erasal::ErasedBefore => self.erased_before.push(id.clone()),
        }
    }

    fn view(self) -> Value {
        json!({
            "erased": self.erased,
            "erasedBefore": self.erased_before,
            "refused": self.refused,
            "next": self.next,
        })
    }
}

impl From<ErasingError> for Problem {
    fn from(error: ErasingError) -> Problem {
        match error {
            ErasingError::Refused(_) | ErasingError::StillNeeded => Problem::not_at_rest(error.to_string()),
            ErasingError::Books(error) => error.into(),
            _ => BooksError::Busy.into(),
        }
    }
}
