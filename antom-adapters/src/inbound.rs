//! Inbound adapters: how merchants, buyers, operators and the gateway reach the service.
//! They translate; what is allowed is decided by the domain.

pub mod admin;
pub mod api;
pub mod cli;
pub(crate) mod dashboard;
mod digest;
mod intake;
mod language;
pub mod listener;
pub(crate) mod observe;
pub mod openapi;
pub mod pages;
pub mod reconciliation;
pub(crate) mod unread;
pub mod webhook;
