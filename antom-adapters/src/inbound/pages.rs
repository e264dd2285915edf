//! What a buyer's browser may see: the state of the attempt that its token names.
//! The address of the return proves nothing; the answer is what the books know.

use antom_domain::order::{Attempt, Order};
use antom_domain::payment::PaymentPhase;
use antom_domain::port::IdKey;
use antom_domain::service::Books;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;

use crate::worker::WorkerHandle;

#[derive(Debug, Clone)]
struct Pages {
    books: Books,
    worker: WorkerHandle,
}

/// The public routes of buyers.
pub fn router(books: Books, worker: WorkerHandle) -> Router {
    Router::new()
        .route("/result/{token}", get(result))
        .route("/status/{token}", get(status))
        .with_state(Pages { books, worker })
}

/// What a buyer is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Paid,
    Failed,
    Processing,
}

impl Shown {
    fn word(self) -> &'static str {
        match self {
            Shown::Paid => "paid",
            Shown::Failed => "failed",
            Shown::Processing => "processing",
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            Shown::Paid => "Your payment is complete. The shop prepares your order.",
            Shown::Failed => "This payment was not completed. You can go back to the shop and pay again.",
            Shown::Processing => "Order processing. The shop shows the state of your order.",
        }
    }
}

//= S-7
async fn result(State(pages): State<Pages>, Path(token): Path<String>) -> Response {
    match pages.shown(token).await {
        Ok(shown) => {
            let page = format!(
                "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
                 content=\"width=device-width\"><title>Payment</title><p>{}</p></html>",
                shown.sentence()
            );
            (
                [
                    (header::CONTENT_SECURITY_POLICY, "default-src 'none'"),
                    (header::CACHE_CONTROL, "no-store"),
                ],
                Html(page),
            )
                .into_response()
        }
        Err(status) => status.into_response(),
    }
}

async fn status(State(pages): State<Pages>, Path(token): Path<String>) -> Response {
    match pages.shown(token).await {
        Ok(shown) => {
            ([(header::CACHE_CONTROL, "no-store")], Json(json!({ "status": shown.word() }))).into_response()
        }
        Err(status) => status.into_response(),
    }
}

impl Pages {
    async fn shown(&self, token: String) -> Result<Shown, StatusCode> {
        let key = IdKey::Token(token.clone());
        let unavailable = |_| StatusCode::SERVICE_UNAVAILABLE;
        let order_id = self.books.ports().store.find(&key).await.map_err(unavailable)?;
        let order_id = order_id.ok_or(StatusCode::NOT_FOUND)?;
        let order = self.books.load(&order_id).await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?.order;
        self.worker.changed(&order_id);
        let attempt =
            order.attempts.iter().find(|attempt| attempt.token == token).ok_or(StatusCode::NOT_FOUND)?;
        Ok(shown(&order, attempt))
    }
}

fn shown(order: &Order, attempt: &Attempt) -> Shown {
    if order.shippable().is_ok() {
        return Shown::Paid;
    }
    match attempt.payment.phase {
        PaymentPhase::Failed | PaymentPhase::Cancelled => Shown::Failed,
        PaymentPhase::Opening
        | PaymentPhase::InDoubt
        | PaymentPhase::AwaitingPayer
        | PaymentPhase::Pending
        | PaymentPhase::Succeeded => Shown::Processing,
    }
}
