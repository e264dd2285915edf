//! Inquiries: asks the gateway one question and records what is new.
//! When to ask is the polling policy's; an answer that changes nothing writes nothing.

use std::sync::Arc;

use antom_core::id::{PaymentRequestId, ReferenceOrderId};
use antom_core::secret::Secret;
use antom_core::wire::InquiryPaymentResponse;

use crate::order::{Order, Question};
use crate::port::{CallFailure, GatewayAnswer};
use crate::reading;

use super::books::{Along, Books, BooksError};
use super::notifications::Notifications;

/// Asks the gateway.
#[derive(Debug, Clone)]
pub struct Inquiries {
    books: Books,
}

/// What an inquiry brought.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// The order after the answer.
    pub order: Arc<Order>,
    /// Why there is no verified answer, if there is none.
    pub failure: Option<CallFailure>,
}

/// What asking for a stored card brought.
#[derive(Debug, Clone)]
pub struct AskedForCard {
    /// The order after the answer.
    pub order: Arc<Order>,
    /// The token of the card; `None` where the gateway stored none, or gave no verified answer.
    pub token: Option<Secret>,
    /// Why there is no verified answer, if there is none.
    pub failure: Option<CallFailure>,
}

impl Inquiries {
    /// Inquiries over these books.
    pub fn new(books: Books) -> Inquiries {
        Inquiries { books }
    }

    /// Asks one question.
    ///
    /// A call without a verified answer is no error: the outcome stays unknown, and the question stays open.
    ///
    /// # Errors
    /// Only where the books cannot be read or written.
    pub async fn ask(&self, id: &ReferenceOrderId, question: &Question) -> Result<Asked, BooksError> {
        let (asked, _) = self.ask_and_show(id, question).await?;
        Ok(asked)
    }

    /// Asks about a payment, whether or not something is open about it, and shows the token of the card that was stored
    /// with it. The token is kept nowhere here: whoever needs it asks again.
    ///
    /// # Errors
    /// Only where the books cannot be read or written.
    //= H-4
    pub async fn stored_card(
        &self,
        id: &ReferenceOrderId,
        payment_request_id: &PaymentRequestId,
    ) -> Result<AskedForCard, BooksError> {
        let question = Question::about(payment_request_id.clone());
        let (asked, answer) = self.ask_and_show(id, &question).await?;
        let token = match &answer {
            Some(GatewayAnswer::InquiryPayment(response)) if is_about(response, payment_request_id) => {
                token_in(response)
            }
            _ => None,
        };
        Ok(AskedForCard { order: asked.order, token, failure: asked.failure })
    }

    async fn ask_and_show(
        &self,
        id: &ReferenceOrderId,
        question: &Question,
    ) -> Result<(Asked, Option<GatewayAnswer>), BooksError> {
        let call = question.call();
        let answer = match self.books.ports().gateway.call(&call).await {
            Ok(answer) => answer,
            Err(failure) => {
                let order = self.books.load(id).await?.order;
                let order = self.take_in_parked(order).await?;
                return Ok((Asked { order, failure: Some(failure) }, None));
            }
        };
        let facts = reading::answer(&call.subject, &answer);
        let taken = self.books.absorb(id, &facts, |_| Along::default()).await?;
        let order = self.take_in_parked(taken.order).await?;
        Ok((Asked { order, failure: None }, Some(answer)))
    }

    /// The order after what was parked for it.
    async fn take_in_parked(&self, order: Arc<Order>) -> Result<Arc<Order>, BooksError> {
        let taken = Notifications::new(self.books.clone()).unpark(&order).await?;
        Ok(taken.map_or(order, |taken| taken.order))
    }
}

//= T-6
fn is_about(response: &InquiryPaymentResponse, id: &PaymentRequestId) -> bool {
    response.payment_request_id.as_deref().is_none_or(|echo| echo.is_empty() || echo == id.as_str())
}

fn token_in(response: &InquiryPaymentResponse) -> Option<Secret> {
    let in_info = response.payment_result_info.as_ref().and_then(|info| info.card_token.as_deref());
    let in_card = response.card_info.as_ref().and_then(|card| card.card_token.as_deref());
    in_info.or(in_card).filter(|token| !token.is_empty()).map(Secret::new)
}
