//! What strangers try at the service's doors: each is kept out, tells nothing, and leaves the books as they are.
//! Slow clients and many connections are judged beside the listener, the grammar of signatures in the signing crate.

mod access;
mod bodies;
mod canaries;
mod fields;
mod forgeries;
mod forgery;
mod framing;
mod injection;
mod paths;
mod proxy;
mod routes;

use antom_tests::flows::{Opened, Steps};
use antom_tests::waiting::{Look, PATIENCE, until};
use antom_tests::{Failure, Stand, StandOptions};

/// The path that the gateway notifies.
const WEBHOOK: &str = "/notifications/antom";

/// A service that asks the gateway each question once and then leaves it alone, so that whatever changes was changed by a request.
fn quiet(more: &[(&str, &str)]) -> StandOptions {
    let polling = ("ANTOM__PAYMENT__POLLING", "{\"fast_window\": \"0s\", \"sweep\": \"1h\"}");
    let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    StandOptions {
        service_environment: [polling].iter().chain(more).map(pair).collect(),
        simulator_arguments: ["--journal", "50000"].map(str::to_owned).to_vec(),
        ..StandOptions::default()
    }
}

/// An attempt that waits for its buyer; the service has asked about it and will not ask again.
fn waiting(stand: &Stand, about: &str) -> Result<Opened, Failure> {
    let steps = Steps::on(stand);
    let order = steps.create_order(about, "1000")?;
    let opened = steps.open_session(&order, "AUTOMATIC")?;
    until("the service's own first question", PATIENCE, || {
        let asked = stand.gateway().calls("inquiryPayment", &opened.payment)?;
        let is_answered = asked.iter().any(|call| !call.answer.is_null());
        Ok(if is_answered { Look::Found(()) } else { Look::NotYet("none".to_owned()) })
    })?;
    Ok(opened)
}

/// The attempt's token, as its buyer's browser has it.
fn token(opened: &Opened) -> &str {
    let url = antom_tests::http::text_at(&opened.answer, "/statusUrl");
    url.rsplit('/').next().unwrap_or_default()
}
