//! Reconciliation: files against the books, inquiries about what differs, and the report that is kept.
//! Reading and comparing files is left to `antom-reconcile`; what an inquiry means is decided by the domain.
//!
//! Nothing here changes an order. A difference leads to a question to the gateway, and only its verified answer becomes a fact.

mod books;
mod files;
mod reconciler;
mod transactions;

use std::sync::Arc;

use antom_core::id::{PaymentRequestId, ReferenceOrderId};
use antom_core::time::Timestamp;
use antom_domain::order::{CallSubject, Question};
use antom_domain::port::{IdKey, OrderStore, StoreError};
use antom_domain::service::{Books, BooksError, Inquiries};
use antom_reconcile::{Options, Outcome, ReconcileError, Report, Source};
use serde_json::{Value, json};
use tokio::runtime::Handle;

use crate::outbound::archive::{Archive, KeptReport};
use books::StoreBooks;
pub(crate) use files::{FileOnDisk, Progress, below};
pub use reconciler::Reconciler;
pub(crate) use reconciler::Refused;

/// So many payments are asked about after one reconciliation; what is left is asked about when it is run again.
const QUESTIONS: usize = 200;

/// What an inquiry about a payment in question brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// The gateway's answer was news: a fact was recorded.
    Changed,
    /// The gateway says what the books say.
    Confirmed,
    /// There was no verified answer.
    Unanswered,
    /// The books know no such payment: a person has to look.
    NotOurs,
    /// Nobody was asked, because there is no gateway here, or too many payments differ.
    Pending,
}

impl Asked {
    fn word(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Confirmed => "confirmed",
            Self::Unanswered => "unanswered",
            Self::NotOurs => "notOurs",
            Self::Pending => "pending",
        }
    }
}

/// A payment in question, and what became of the question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Inquiry {
    payment_request_id: String,
    payment_id: String,
    /// The order that was asked about.
    order: Option<ReferenceOrderId>,
    asked: Asked,
}

/// A reconciliation that was carried out.
#[derive(Debug)]
pub(crate) struct Done {
    /// What was found, after all answers.
    pub(crate) report: Report,
    inquiries: Vec<Inquiry>,
}

/// A reconciliation came to no end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failed {
    /// A file cannot be used, or the books cannot be read.
    #[error(transparent)]
    Reconcile(#[from] ReconcileError),
    /// An answer of the gateway cannot be recorded.
    #[error(transparent)]
    Books(#[from] BooksError),
    /// The report cannot be kept.
    #[error(transparent)]
    Archive(#[from] StoreError),
}

/// Holds the files against the orders in a store, on a thread that may wait.
pub(crate) async fn compare<S: Source + Send + Sync + 'static>(
    store: Arc<dyn OrderStore>,
    files: Arc<Vec<S>>,
    options: Options,
) -> Result<Report, ReconcileError> {
    let runtime = Handle::current();
    let work = move || antom_reconcile::reconcile(&files, &mut StoreBooks { store, runtime }, &options);
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| Err(antom_reconcile::BooksError::new("the comparison was broken off").into()))
}

/// Compares, asks the gateway about every payment that differs, and compares again where an answer was news.
///
/// # Idempotency
/// Questions change nothing at the gateway, and known facts add nothing.
//= B-7
pub(crate) async fn reconcile<S: Source + Send + Sync + 'static>(
    books: &Books,
    files: Vec<S>,
    options: Options,
) -> Result<Done, Failed> {
    let (files, store) = (Arc::new(files), &books.ports().store);
    let mut report = compare(Arc::clone(store), Arc::clone(&files), options).await?;
    let mut inquiries = Vec::new();
    for (number, (request, payment)) in report.payments_in_question().into_iter().enumerate() {
        let (order, asked) =
            if number < QUESTIONS { ask(books, &request, &payment).await? } else { (None, Asked::Pending) };
        inquiries.push(Inquiry { payment_request_id: request, payment_id: payment, order, asked });
    }
    if inquiries.iter().any(|one| one.asked == Asked::Changed) {
        report = compare(Arc::clone(store), files, options).await?;
    }
    Ok(Done { report, inquiries })
}

/// What is to be asked where there is no gateway.
pub(crate) fn unasked(report: Report) -> Done {
    let pending = |(payment_request_id, payment_id)| Inquiry {
        payment_request_id,
        payment_id,
        order: None,
        asked: Asked::Pending,
    };
    let inquiries = report.payments_in_question().into_iter().map(pending).collect();
    Done { report, inquiries }
}

/// Asks everything about one payment.
async fn ask(
    books: &Books,
    request: &str,
    payment: &str,
) -> Result<(Option<ReferenceOrderId>, Asked), BooksError> {
    let store = &books.ports().store;
    let by_request = store.find(&IdKey::PaymentRequest(request.to_owned())).await?;
    let found = match by_request {
        None if !payment.is_empty() => store.find(&IdKey::Payment(payment.to_owned())).await?,
        found => found,
    };
    let Some(before) = (match &found {
        Some(id) => store.load(id).await?,
        None => None,
    }) else {
        return Ok((None, Asked::NotOurs));
    };
    let id = before.order.reference_order_id.clone();
    let is_meant = |own: &PaymentRequestId| own.as_str() == request;
    let by_payment = |one: &&antom_domain::order::Attempt| {
        one.payment.payment_id.as_ref().is_some_and(|own| own.as_str() == payment)
    };
    let attempts = &before.order.attempts;
    let attempt = attempts.iter().find(|one| is_meant(&one.payment_request_id));
    let Some(attempt) = attempt.or_else(|| attempts.iter().find(by_payment)) else {
        return Ok((Some(id), Asked::NotOurs));
    };
    let own = attempt.payment_request_id.clone();
    let about_refunds = before.order.questions().into_iter().filter(|question| {
        let is_about_refund = matches!(question.subject, CallSubject::InquireRefund { .. });
        is_about_refund && *question.subject.payment_request_id() == own
    });
    let inquiries = Inquiries::new(books.clone());
    let (mut is_answered, mut last) = (true, before.order.clone());
    for question in std::iter::once(Question::about(own.clone())).chain(about_refunds) {
        let asked = inquiries.ask(&id, &question).await?;
        is_answered &= asked.failure.is_none();
        last = asked.order;
    }
    let asked = match (last == before.order, is_answered) {
        (false, _) => Asked::Changed,
        (true, true) => Asked::Confirmed,
        (true, false) => Asked::Unanswered,
    };
    Ok((Some(id), asked))
}

impl Done {
    /// The orders that the gateway was asked about: calls may have to be made for them now.
    fn asked_orders(&self) -> impl Iterator<Item = &ReferenceOrderId> {
        self.inquiries.iter().filter(|one| one.asked == Asked::Changed).filter_map(|one| one.order.as_ref())
    }

    /// The whole report as JSON.
    pub(crate) fn view(&self, at: Timestamp) -> Value {
        let mut view = self.summary(at);
        let report = serde_json::to_value(&self.report).unwrap_or_default();
        let inquiries: Vec<Value> = self
            .inquiries
            .iter()
            .map(|one| {
                json!({
                    "paymentRequestId": one.payment_request_id,
                    "paymentId": one.payment_id,
                    "outcome": one.asked.word(),
                })
            })
            .collect();
        if let (Some(members), Value::Object(report)) = (view.as_object_mut(), report) {
            members.extend(report);
            members.insert("inquiries".to_owned(), Value::Array(inquiries));
        }
        view
    }

    /// What a list shows.
    fn summary(&self, at: Timestamp) -> Value {
        let files: Vec<&str> = self.report.files.iter().map(|file| file.name.as_str()).collect();
        let outcome = if self.report.outcome() == Outcome::Clean { "clean" } else { "differences" };
        json!({
            "id": self.report.id,
            "at": at.to_rfc3339(),
            "outcome": outcome,
            "matched": self.report.matched,
            "differences": self.report.differences(),
            "files": files,
        })
    }

    /// Keeps the report; the same files again replace it.
    pub(crate) async fn keep(&self, archive: &dyn Archive, at: Timestamp) -> Result<(), StoreError> {
        let (summary, body) = (self.summary(at).to_string(), self.view(at).to_string());
        archive.keep(&KeptReport { id: self.report.id.clone(), at, summary, body }).await
    }

    /// The report for people, with what became of the questions.
    pub(crate) fn table(&self) -> String {
        let mut text = self.report.to_table();
        for one in &self.inquiries {
            let id =
                if one.payment_request_id.is_empty() { &one.payment_id } else { &one.payment_request_id };
            let said = match one.asked {
                Asked::Changed => "the gateway told news, which are recorded",
                Asked::Confirmed => "the gateway says what the books say",
                Asked::Unanswered => "the gateway gave no verified answer; run this again",
                Asked::NotOurs => "not a payment of these books; ask the gateway's support",
                Asked::Pending => "not asked yet",
            };
            let shown: String = id.chars().filter(|letter| !letter.is_control()).collect();
            text.push_str(&format!("inquiry  {shown}  {said}\n"));
        }
        text
    }
}
