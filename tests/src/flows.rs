//! The main flows of a merchant, driven over HTTP only; every step that a flow names is checked.
//! Starting the processes, printing and the comparison of the books are left to the callers.

mod hosted;
mod retry;
mod session;
mod silent;
mod steps;
mod surplus;

pub use hosted::hosted_manual_capture;
pub use retry::retry_after_failure;
pub use session::session_automatic_capture;
pub use silent::polling_alone;
pub use steps::{Opened, Steps};
pub use surplus::{captured_surplus_is_refunded, surplus_is_cancelled};

use serde_json::Value;

use crate::failure::Failure;
use crate::stand::Stand;

/// What a flow leaves behind: its orders as the merchant API shows them at the end.
#[derive(Debug, Clone)]
pub struct FlowReport {
    /// The orders with their timelines.
    pub orders: Vec<Value>,
}

/// A flow with its name.
#[derive(Debug, Clone, Copy)]
pub struct Flow {
    /// Its letter in the list of main flows.
    pub letter: char,
    /// What it shows, as a sentence.
    pub title: &'static str,
    /// Whether it changes the gateway for all payments, so that it needs a stand of its own.
    pub alone: bool,
    /// Drives it.
    pub run: fn(&Stand) -> Result<FlowReport, Failure>,
}

/// The main flows, in order.
pub const ALL: [Flow; 5] = [
    Flow {
        letter: 'a',
        title: "A card payment in a session is captured automatically; only then the order is shippable",
        alone: false,
        run: session_automatic_capture,
    },
    Flow {
        letter: 'b',
        title: "A hosted card payment is captured by the merchant; only then the order is shippable",
        alone: false,
        run: hosted_manual_capture,
    },
    Flow {
        letter: 'c',
        title: "A failed payment is tried again under the same order with a new payment request id",
        alone: false,
        run: retry_after_failure,
    },
    Flow {
        letter: 'd',
        title: "Two attempts of one order succeed; one is kept and the surplus is cancelled once",
        alone: false,
        run: surplus_is_cancelled,
    },
    Flow {
        letter: 'e',
        title: "Without any notification, polling alone brings the order to its end",
        alone: true,
        run: polling_alone,
    },
];
