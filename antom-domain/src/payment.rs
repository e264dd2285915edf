//! The payment machine: one attempt of a buyer to pay, as the gateway sees it.
//! Whether the money is then captured, returned or kept is left to the other machines and to `order`.

mod phase;

pub use phase::{PaymentInput, PaymentPhase, PaymentTable};
