//! Merchant events: what the merchant's own systems are told about an order.
//! They follow from what was recorded; sending them is left to the port `EventPublisher` and the service `Publishing`.
//!
//! A step's events are in the words of the log, one for each change of a machine. A merchant cares for fewer: whether the
//! order is paid, what became of a payment, a capture, a refund. [`announce`] makes those from a step, and the store keeps
//! them in the same transaction, so that nothing is told that did not happen and nothing that happened is left untold.
//!
//! ```
//! use antom_core::{id::{ReferenceBuyerId, ReferenceOrderId}, money::{Currency, Money}, time::Timestamp};
//! use antom_domain::merchant_event::announce;
//! use antom_domain::order::{NewOrder, Order};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let at = Timestamp::from_epoch_millis(1_795_000_000_000);
//! let new = NewOrder {
//!     reference_order_id: ReferenceOrderId::parse("ORDER-1")?,
//!     amount: Money::from_minor(Currency::parse("USD")?, 1_000)?,
//!     description: "One coffee".to_owned(),
//!     reference_buyer_id: ReferenceBuyerId::parse("BUYER-1")?,
//!     details: Default::default(),
//! };
//! let (order, step) = Order::create(&new, at)?;
//! assert!(announce(&order, &step.events, &order, at, 0).is_empty(), "the merchant made the order and knows");
//! # Ok(())
//! # }
//! ```

mod announce;
mod data;
mod id;
mod kind;

use std::fmt;

use antom_core::id::{PaymentRequestId, ReferenceOrderId};
use antom_core::time::Timestamp;
use serde::Serialize;

pub use announce::announce;
pub use id::{MerchantEventId, NotAMerchantEventId};
pub use kind::MerchantEventKind;

/// The number of a merchant event in its order, from 1 and without gaps.
pub type Sequence = u64;

/// One thing that the merchant's own systems are told.
#[derive(Debug, Clone, PartialEq)]
pub struct MerchantEvent {
    /// The order.
    pub order_id: ReferenceOrderId,
    /// Its number in the order.
    pub sequence: Sequence,
    /// What happened.
    pub kind: MerchantEventKind,
    /// When we recorded it.
    pub at: Timestamp,
    /// The attempt that it is about, if it is about one.
    pub payment_request_id: Option<PaymentRequestId>,
    /// The order and what happened to it, as the page `docs/events.md` lists it.
    pub data: EventData,
}

/// The details of a merchant event: a JSON object, kept as it was written.
#[derive(Clone, PartialEq, Eq)]
pub struct EventData(String);

impl EventData {
    /// Takes a text that was stored.
    pub fn from_stored(text: String) -> EventData {
        EventData(text)
    }

    /// The JSON text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The details without what is personal in them; `None` where there is nothing, or where it is no JSON.
    pub fn without_personal_data(&self) -> Option<EventData> {
        let mut data: serde_json::Value = serde_json::from_str(&self.0).ok()?;
        let details = data.get_mut("payment")?.get_mut("details")?.as_object_mut()?;
        let before = details.len();
        details.retain(|name, _| data::IMPERSONAL.contains(&name.as_str()));
        (details.len() < before).then(|| EventData(data.to_string()))
    }

    /// The JSON text, to be stored.
    pub fn into_text(self) -> String {
        self.0
    }
}

impl fmt::Debug for EventData {
    /// Without its text: it holds what is known of a buyer's card.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} bytes>", self.as_str().len())
    }
}

impl MerchantEvent {
    /// The id under which the event is told, each time the same.
    pub fn id(&self) -> MerchantEventId {
        MerchantEventId::of(&self.order_id, self.sequence)
    }

    /// The JSON text that is sent: each time the same.
    ///
    /// # Errors
    /// None is known: the members are plain texts and numbers.
    pub fn payload(&self) -> Result<String, serde_json::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Head<'a> {
            id: &'a str,
            r#type: &'a str,
            at: Timestamp,
            reference_order_id: &'a ReferenceOrderId,
            sequence: Sequence,
            #[serde(skip_serializing_if = "Option::is_none")]
            payment_request_id: Option<&'a PaymentRequestId>,
        }
        let mut payload = serde_json::to_string(&Head {
            id: self.id().as_str(),
            r#type: self.kind.as_str(),
            at: self.at,
            reference_order_id: &self.order_id,
            sequence: self.sequence,
            payment_request_id: self.payment_request_id.as_ref(),
        })?;
        // The details are JSON already, and stay as they were written.
        payload.pop();
        payload.push_str(r#","data":"#);
        payload.push_str(self.data.as_str());
        payload.push('}');
        Ok(payload)
    }
}
