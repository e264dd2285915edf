//! The operations of the gateway, one file each.
//! The way in, faults and scenarios are in `gateway`.

mod cancel;
mod capture;
mod consult;
mod inquiry;
mod pay;
mod refund;
mod session;
