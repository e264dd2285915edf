//! The authorization machine: the hold on a card, from grant to capture, release or expiry.
//! Taking the money is the capture machine's; payment methods without a hold never enter this one.

mod phase;

pub use phase::{AuthorizationInput, AuthorizationPhase, AuthorizationTable};
