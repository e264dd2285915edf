//! `antom sign` and `antom verify`: the signature of one message, on the command line.
//! They judge no age and read no clock.

mod message;
mod sign;
mod verify;

pub(super) use sign::Sign;
pub(super) use verify::Verify;
