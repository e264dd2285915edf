//! A merchant that only counts: it starts payments, lets the buyer pay and acknowledges every notification.
//! What is measured while it does so is up to the test or the benchmark.

use std::time::Duration;

use antom_simulator::core::{
    Answer, Completion, Delivery, Gateway, GatewaySettings, Operation, Outcome, Time,
};

pub(crate) const CLIENT: &str = "SANDBOX_TEST";
const ACKNOWLEDGED: &str =
    r#"{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}"#;

/// The bytes of a `pay`, or of a `createPaymentSession`, which takes the same fields; of the size that shops send.
pub(crate) fn request(number: usize) -> Vec<u8> {
    format!(
        r#"{{"productCode":"CASHIER_PAYMENT","paymentRequestId":"PR-20260110-{number:010}","order":{{"referenceOrderId":"ORDER-20260110-{number:010}","orderDescription":"Two chairs and a table","orderAmount":{{"currency":"SGD","value":"4200"}},"buyer":{{"referenceBuyerId":"buyer-{number}"}}}},"paymentAmount":{{"currency":"SGD","value":"4200"}},"paymentMethod":{{"paymentMethodType":"CARD"}},"paymentFactor":{{"isAuthorization":true}},"env":{{"terminalType":"WEB","clientIp":"114.121.121.01"}},"paymentRedirectUrl":"https://shop.test/result?order=ORDER-20260110-{number:010}","paymentNotifyUrl":"https://shop.test/notifications/antom"}}"#
    )
    .into_bytes()
}

pub(crate) fn gateway(journal: usize) -> (Gateway, Time) {
    let now = Time::parse("2026-01-10T02:00:00Z").expect("a time");
    (Gateway::new(settings(journal), now), now)
}

pub(crate) fn settings(journal: usize) -> GatewaySettings {
    GatewaySettings { journal, ..GatewaySettings::default() }
}

/// Starts a payment and lets the buyer pay it.
pub(crate) fn pay(gateway: &mut Gateway, now: Time, operation: Operation, number: usize, body: &[u8]) {
    let handled = gateway.call(now, CLIENT, operation, body);
    let Answer::Body(text, _) = handled.answer else { panic!("no answer") };
    assert!(
        text.contains(r#""resultCode":"PAYMENT_IN_PROCESS""#) || text.contains("paymentSessionData"),
        "{text}"
    );
    let id = format!("PR-20260110-{number:010}");
    gateway.complete(now, None, &id, &Completion::of(Outcome::Success)).expect("paid");
}

/// Lets so much time pass and acknowledges all that comes; tells how many notifications that were.
pub(crate) fn pass(gateway: &mut Gateway, by: Duration) -> usize {
    let target = gateway.now().after(by);
    let mut count = 0;
    while gateway.step(target) {
        for send in gateway.take_sends() {
            let answer = Delivery { status: Some(200), answer: ACKNOWLEDGED.to_owned(), error: None };
            gateway.delivered(&send, answer);
            count += 1;
        }
    }
    gateway.run_to(target);
    count
}
