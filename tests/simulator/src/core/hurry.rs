//! The fault that turns an answer and its notifications round: what a call has set in motion ends at once, and is
//! told before the answer leaves. Waiting for the merchant's acknowledgement is the shell's.

use serde_json::Value;

use super::buyer::{Completion, Outcome};
use super::gateway::{Claim, Gateway, Timer};
use super::notifications::Standing;
use super::operation::Operation;

impl Gateway {
    /// Ends what this call began, and lets its notifications go. Answers which ones those are.
    pub(crate) fn tell_first(&mut self, client: &str, operation: Operation, body: &[u8]) -> Vec<usize> {
        let request: Value = serde_json::from_slice(body).unwrap_or_default();
        let text = |name: &str| request.get(name).and_then(Value::as_str).unwrap_or_default();
        let books = self.books_of(client);
        let of_payment = books.by_payment.get(text("paymentId")).copied();
        let (index, kind) = match operation {
            Operation::Pay => (books.by_request.get(text("paymentRequestId")).copied(), "PAYMENT_RESULT"),
            Operation::Capture => (of_payment, "CAPTURE_RESULT"),
            Operation::Refund => (of_payment, "REFUND_RESULT"),
            _ => return Vec::new(),
        };
        let Some(index) = index else { return Vec::new() };
        match operation {
            Operation::Pay => {
                // The buyer is as fast as that. A payment that has ended already stays as it is.
                let act = Completion::of(Outcome::Success);
                let _ended_before = self.complete(self.now, Some(client), text("paymentRequestId"), &act);
            }
            Operation::Capture => {
                let known = self.books_of(client).captures.get(text("captureRequestId"));
                if let Some((_, place)) = known.and_then(Claim::entry) {
                    self.complete_capture(index, place);
                }
            }
            _ => {
                let known = self.books_of(client).refunds.get(text("refundRequestId"));
                if let Some((_, place)) = known.and_then(Claim::entry) {
                    self.complete_refund(index, place);
                }
            }
        }
        self.release(index, kind)
    }

    /// Sends what waits for its first send.
    fn release(&mut self, index: usize, kind: &str) -> Vec<usize> {
        let now = self.now;
        let waits = |one: &super::notifications::Notification| {
            one.payment == Some(index)
                && one.kind.as_str() == kind
                && one.standing == Standing::Pending
                && one.tries.is_empty()
        };
        let waiting = self.notifications.iter_mut().enumerate().filter(|(_, one)| waits(one));
        let released: Vec<usize> = waiting
            .map(|(place, one)| {
                one.next_at = Some(now);
                place
            })
            .collect();
        for notification in &released {
            self.arm(now, Timer::Notify { notification: *notification });
        }
        self.run_to(now);
        released
    }

    /// Whether the first send of a notification has ended.
    pub fn is_told(&self, notification: usize) -> bool {
        let found = self.notifications.get(notification);
        found.is_none_or(|one| one.tries.iter().any(|attempt| attempt.ending.is_some()))
    }
}
