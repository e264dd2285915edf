//! The operations of the gateway, one file each.
//! The way in, faults and scenarios are in `gateway`.

mod cancel;
mod capture;
mod conditions;
mod consult;
mod exchange_rate;
mod inquiry;
mod installment;
mod pay;
mod pay_answer;
mod refund;
mod retrieve_session;
mod session;
mod start;
mod token;
mod update_amount;
mod vaulting;

pub(crate) use session::Scene;
