//! Inquiries: asks the gateway one question and records what is new.
//! When to ask is the polling policy's; an answer that changes nothing writes nothing.

use antom_core::id::ReferenceOrderId;

use crate::order::{Order, Question};
use crate::port::CallFailure;
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
    pub order: Order,
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
        let call = question.call();
        let facts = match self.books.ports().gateway.call(&call).await {
            Ok(answer) => reading::answer(&call.subject, &answer),
            Err(failure) => {
                let order = self.books.load(id).await?.order;
                return Ok(Asked { order, failure: Some(failure) });
            }
        };
        let taken = self.books.absorb(id, &facts, |_| Along::default()).await?;
        Notifications::new(self.books.clone()).unpark(&taken.order, &taken.step).await?;
        Ok(Asked { order: taken.order, failure: None })
    }
}
