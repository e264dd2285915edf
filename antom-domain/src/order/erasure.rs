//! Erasing what is personal in an order that is at rest: what goes, and what the books keep.
//! Rewriting the stored log is the store's; when it is done is decided by `service::Erasing`.

use antom_core::id::ReferenceBuyerId;
use serde::{Deserialize, Serialize};

use super::Step;
use super::details::Details;
use super::event::{Event, Handout, Recorded};
use super::phase::OrderPhase;
use super::state::{Attempt, Order};

/// What stands in place of a text that was erased.
pub const ERASED_TEXT: &str = "erased";

/// How far personal data of an order were erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Erased {
    /// What only a payment needs: name, address and telephone number of the buyer, and what was handed to the client.
    Contact,
    /// Everything that may tell who bought: besides that the merchant's id of the buyer, description and goods, and what is
    /// known of the card. Ids of payments, amounts, phases and times stay.
    Everything,
}

/// Why nothing is erased.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ErasureRefusal {
    /// A newer program had a part in the order.
    #[error("the order was written by a newer program; this one only shows it")]
    WrittenByNewerProgram,
    /// Money may still move.
    #[error("the order is not at rest (phase {phase}); erase its data when it is paid, refunded or given up")]
    NotAtRest {
        /// Where the order is.
        phase: OrderPhase,
    },
}

impl Erased {
    /// The word that is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Erased::Contact => "contact",
            Erased::Everything => "everything",
        }
    }

    /// Reads the stored word.
    pub fn from_word(word: &str) -> Option<Erased> {
        [Erased::Contact, Erased::Everything].into_iter().find(|erased| erased.as_str() == word)
    }
}

impl Order {
    /// Whether nothing is open about the order, and its money has come to an end: it is paid, refunded, or nobody pays.
    pub fn is_at_rest(&self) -> bool {
        let is_over = matches!(self.phase(), OrderPhase::Open | OrderPhase::Paid | OrderPhase::Refunded);
        is_over && self.questions().is_empty()
    }

    /// Decides that personal data are erased; [`Recorded::without_personal_data`] says what becomes of the log.
    ///
    /// # Idempotency
    /// Where as much was erased before, the step is empty.
    ///
    /// # Errors
    /// [`ErasureRefusal`], and nothing happens.
    pub fn erase(&self, how_far: Erased) -> Result<Step, ErasureRefusal> {
        if self.is_read_only {
            return Err(ErasureRefusal::WrittenByNewerProgram);
        }
        if self.erased >= Some(how_far) {
            return Ok(Step::default());
        }
        if !self.is_at_rest() {
            return Err(ErasureRefusal::NotAtRest { phase: self.phase() });
        }
        Ok(Step { events: vec![Event::PersonalDataErased { how_far }], ..Step::default() })
    }

    /// What the event did, folded: the same as folding the rewritten log.
    pub(super) fn forget(&mut self, how_far: Erased) {
        self.erased = self.erased.max(Some(how_far));
        if how_far == Erased::Everything {
            ERASED_TEXT.clone_into(&mut self.description);
            self.reference_buyer_id = erased_buyer();
            self.has_details = false;
            self.attempts.iter_mut().for_each(Attempt::forget_the_card);
        }
    }
}

impl Attempt {
    fn forget_the_card(&mut self) {
        self.payment.details = self.payment.details.impersonal();
        self.request_digest = None;
    }
}

impl Recorded {
    /// The event without what is personal in it; `None` where there is nothing. Folded, the log still tells the same
    /// phases and amounts.
    pub fn without_personal_data(&self, how_far: Erased) -> Option<Recorded> {
        let event = match (&self.event, how_far) {
            (Event::OrderCreated { details: Some(details), .. }, Erased::Contact) => {
                details.buyer.as_ref()?;
                let mut event = self.event.clone();
                if let Event::OrderCreated { details: Some(details), .. } = &mut event {
                    details.buyer = None;
                }
                event
            }
            (Event::OrderCreated { reference_order_id, amount, .. }, Erased::Everything) => {
                Event::OrderCreated {
                    reference_order_id: reference_order_id.clone(),
                    amount: *amount,
                    description: ERASED_TEXT.to_owned(),
                    reference_buyer_id: erased_buyer(),
                    details: None,
                }
            }
            (Event::HandoutReceived { payment_request_id, handout, window_closes_at }, _) => {
                Event::HandoutReceived {
                    payment_request_id: payment_request_id.clone(),
                    handout: handout.emptied(),
                    window_closes_at: *window_closes_at,
                }
            }
            (Event::DetailsLearnt { payment_request_id, details }, Erased::Everything) => {
                Event::DetailsLearnt {
                    payment_request_id: payment_request_id.clone(),
                    details: details.impersonal(),
                }
            }
            (Event::AttemptOpened { request_digest: Some(_), .. }, Erased::Everything) => {
                let mut event = self.event.clone();
                if let Event::AttemptOpened { request_digest, .. } = &mut event {
                    *request_digest = None;
                }
                event
            }
            _ => return None,
        };
        (event != self.event).then_some(Recorded { at: self.at, event })
    }
}

impl Handout {
    /// That something was handed out stays; what it was leads to a page of the buyer's.
    fn emptied(&self) -> Handout {
        match self {
            Handout::Session { expires_at, .. } => Handout::Session {
                payment_session_data: String::new(),
                payment_session_id: None,
                expires_at: *expires_at,
            },
            Handout::Redirect { .. } => {
                Handout::Redirect { normal_url: None, scheme_url: None, applink_url: None }
            }
        }
    }
}

impl Details {
    /// What books and settlement files are compared by.
    pub(super) fn impersonal(&self) -> Details {
        Details {
            acquirer_reference_no: self.acquirer_reference_no.clone(),
            auth_expiry_time: self.auth_expiry_time.clone(),
            actual_payment_amount: self.actual_payment_amount,
            ..Details::default()
        }
    }
}

fn erased_buyer() -> ReferenceBuyerId {
    #[expect(clippy::expect_used, reason = "the word is a valid id, as a test shows")]
    ReferenceBuyerId::parse(ERASED_TEXT).expect("the word is a valid id")
}
