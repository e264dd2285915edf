//! What the buyer's pages need to know: the payment, or the vaulting, behind an address or a session key, as a view.
//! Drawing the pages is left to the shell, what the buyer does on them to `buyer`.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::buyer::Outcome;
use super::fingerprint::Fingerprint;
use super::gateway::Gateway;
use super::names::Name;
use super::payment::{CaptureMode, Handout, Payment, Phase};
use super::three_ds::ChallengeKind;
use super::time::Time;

/// How a page names its payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checkout<'a> {
    /// The hosted page: by `paymentId`.
    Payment(&'a str),
    /// The client SDK's form: by the first three parts of `paymentSessionData`, joined by `&&`.
    Session(&'a str),
}

/// What pages find payments by, whichever client they belong to.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Checkouts {
    /// By the fingerprint of their key; the key itself is made again to compare it.
    #[serde(skip)]
    sessions: HashMap<Fingerprint, usize>,
    pub(crate) challenges: HashMap<Name, (usize, ChallengeKind)>,
}

/// A payment as the buyer may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckoutView {
    /// The merchant.
    pub client_id: String,
    /// Whether the card is stored and nothing is paid; then there is no amount, and the ids are those of the vaulting.
    pub stores_only: bool,
    /// The merchant's id of the payment.
    pub payment_request_id: String,
    /// The gateway's id; none for a session that nobody has tried to pay.
    pub payment_id: Option<String>,
    /// The merchant's id of the order.
    pub reference_order_id: String,
    /// The merchant's words for the order.
    pub order_description: String,
    /// ISO 4217.
    pub currency: String,
    /// In the currency's smallest unit.
    pub value: u64,
    /// `CARD` or another method.
    pub payment_method_type: String,
    /// The language that the merchant asked for.
    pub locale: Option<String>,
    /// When paying ends.
    pub expires_at: Option<Time>,
    /// Whether the merchant captures by itself.
    pub manual_capture: bool,
    /// Where the buyer goes afterwards.
    pub redirect_url: String,
    /// The brand that the merchant asked for.
    pub selected_card_brand: Option<String>,
    /// Whether the buyer is to be asked to have the card stored.
    pub asks_to_store: bool,
    /// Whether the buyer may choose to pay the bank in instalments.
    pub collects_instalments: bool,
    /// The stored cards among which the buyer may choose.
    pub stored_cards: Vec<StoredCardView>,
    /// Where the payment stands.
    pub standing: CheckoutStanding,
}

/// A stored card as the buyer may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCardView {
    /// The card token, which a form posts back.
    pub payment_method_id: String,
    /// The brand.
    pub card_brand: String,
    /// The last four digits of the number.
    pub last_four: String,
    /// Two digits.
    pub expiry_month: String,
    /// Two digits.
    pub expiry_year: String,
}

/// Where a payment stands, for its buyer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckoutStanding {
    /// Can be paid.
    Open,
    /// The bank's question stands; the form may be used all the same, which makes the question void.
    Challenged {
        /// Id of the challenge.
        id: String,
        /// Its page.
        url: String,
    },
    /// The buyer is done, the outcome will come later.
    Pending,
    /// Authorized or paid.
    Succeeded,
    /// Failed for good.
    Failed {
        /// Why.
        result_code: String,
    },
    /// Cancelled by the merchant.
    Cancelled,
    /// Its time is over.
    Expired,
}

impl Gateway {
    /// The payment behind a page; `None` if there is none.
    pub fn checkout_view(&self, place: Checkout<'_>) -> Option<CheckoutView> {
        match self.checkout_index(place) {
            Some(index) => self.checkout_view_at(index),
            None => self.vaulting_checkout(self.vaultings.at(place)?),
        }
    }

    pub(crate) fn checkout_index(&self, place: Checkout<'_>) -> Option<usize> {
        match place {
            Checkout::Payment(id) => self.books.values().find_map(|books| books.by_payment.get(id).copied()),
            Checkout::Session(key) => {
                let index = self.checkouts.sessions.get(&Fingerprint::of_text(key)).copied()?;
                let session = self.payments.get(index)?.session()?;
                (session.key == key).then_some(index)
            }
        }
    }

    /// Makes a session known by its key.
    pub(crate) fn enter_session(&mut self, index: usize) {
        if let Some(session) = self.payments.get(index).and_then(Payment::session) {
            self.checkouts.sessions.insert(Fingerprint::of_text(&session.key), index);
        }
    }

    pub(crate) fn checkout_view_at(&self, index: usize) -> Option<CheckoutView> {
        let payment = self.payments.get(index)?;
        let terms = payment.terms();
        Some(CheckoutView {
            client_id: payment.client.to_string(),
            stores_only: false,
            payment_request_id: payment.request_id.to_string(),
            payment_id: payment.payment_id.as_deref().map(str::to_owned),
            reference_order_id: payment.order_id.to_string(),
            order_description: payment.description.to_string(),
            currency: payment.amount.currency.to_owned(),
            value: payment.amount.value,
            payment_method_type: payment.method.to_string(),
            locale: terms.locale.as_deref().map(str::to_owned),
            expires_at: payment.payable_until(),
            manual_capture: payment.capture_mode == CaptureMode::Manual,
            redirect_url: payment.redirect_url.to_string(),
            selected_card_brand: terms.selected_brand.as_deref().map(str::to_owned),
            asks_to_store: terms.asks_to_store,
            collects_instalments: terms.collects_instalments,
            stored_cards: self.stored_cards_of(payment),
            standing: self.standing_of(payment),
        })
    }

    fn stored_cards_of(&self, payment: &Payment) -> Vec<StoredCardView> {
        let tokens = payment.terms().saved_tokens.iter();
        let stored = tokens.filter_map(|token| self.tokens.find(&payment.client, token, self.now));
        stored
            .map(|stored| StoredCardView {
                payment_method_id: stored.token.to_string(),
                card_brand: stored.card.brands.first().copied().unwrap_or_default().to_owned(),
                last_four: stored.card.last_four().to_owned(),
                expiry_month: format!("{:02}", stored.expiry.month),
                expiry_year: format!("{:02}", stored.expiry.year),
            })
            .collect()
    }

    fn standing_of(&self, payment: &Payment) -> CheckoutStanding {
        match payment.phase {
            Phase::Success => CheckoutStanding::Succeeded,
            Phase::Failed => CheckoutStanding::Failed {
                result_code: payment.result_code.as_deref().unwrap_or("PROCESS_FAIL").to_owned(),
            },
            Phase::Cancelled => CheckoutStanding::Cancelled,
            Phase::Pending => CheckoutStanding::Pending,
            Phase::Open | Phase::Processing if payment.is_too_late(self.now) => CheckoutStanding::Expired,
            Phase::Open | Phase::Processing => match &payment.challenge {
                Some(challenge) => CheckoutStanding::Challenged {
                    id: challenge.id.to_string(),
                    url: self.challenge_url(&challenge.id),
                },
                None => CheckoutStanding::Open,
            },
        }
    }
}

impl Payment {
    /// Until when a buyer can begin to pay.
    pub(crate) fn payable_until(&self) -> Option<Time> {
        match self.handout() {
            Some(Handout { expiry, pay_until, .. }) => {
                Some(pay_until.map_or(*expiry, |until| until.min(*expiry)))
            }
            None => self.close_at,
        }
    }

    /// Whether a buyer comes too late to begin: the session's time is over, and no try of it is under way.
    pub(crate) fn is_too_late(&self, now: Time) -> bool {
        let waits_for_a_new_try = self.phase == Phase::Open
            || self.tries.last().is_some_and(|last| last.outcome == Outcome::Decline);
        self.handout().is_some()
            && waits_for_a_new_try
            && self.payable_until().is_some_and(|until| now >= until)
    }
}
