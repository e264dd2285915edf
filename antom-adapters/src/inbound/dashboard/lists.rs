//! Reads more of the books than one page of a port holds, and never more than is told beside it.
//! What is looked for is left to the callers.

use antom_core::time::Timestamp;
use antom_domain::order::Order;
use antom_domain::port::{IdKey, InboxMark, InboxQuery, OrderQuery, StoreError};
use antom_domain::service::Books;

/// How many of the newest orders charts and alerts look at.
pub(super) const SAMPLE: usize = 1_000;
/// How many of the newest notifications are looked through for those of one order.
pub(super) const NOTIFICATIONS: usize = 1_000;
/// The most that a port gives at once.
const PAGE: usize = 200;

/// The newest orders.
pub(super) async fn newest_orders(books: &Books) -> Result<Vec<Order>, StoreError> {
    let (mut orders, mut cursor) = (Vec::new(), None);
    while orders.len() < SAMPLE {
        let query = OrderQuery { cursor, limit: PAGE, ..OrderQuery::default() };
        let page = books.ports().store.list(&query).await?;
        orders.extend(page.orders);
        match page.next {
            Some(next) => cursor = Some(next),
            None => break,
        }
    }
    Ok(orders)
}

/// Of the newest notifications those that name the order's payments, oldest first; none came before the order was there.
pub(super) async fn notifications_of(books: &Books, order: &Order) -> Result<Vec<InboxMark>, StoreError> {
    let is_own = |mark: &InboxMark| mark.notification.keys.iter().any(|key| is_of(order, key));
    let (mut found, mut seen, mut cursor) = (Vec::new(), 0_usize, None);
    while seen < NOTIFICATIONS {
        let query = InboxQuery { cursor, limit: PAGE, ..InboxQuery::default() };
        let page = books.ports().inbox.notifications(&query).await?;
        seen = seen.saturating_add(page.marks.len());
        let is_before = |mark: &InboxMark| mark.notification.received_at < order.created_at;
        let is_over = page.marks.iter().all(is_before);
        found.extend(page.marks.into_iter().filter(is_own));
        match page.next {
            Some(next) if !is_over => cursor = Some(next),
            _ => break,
        }
    }
    found.reverse();
    Ok(found)
}

fn is_of(order: &Order, key: &IdKey) -> bool {
    order.attempts.iter().any(|attempt| match key {
        IdKey::PaymentRequest(id) => attempt.payment_request_id.as_str() == id,
        IdKey::Payment(id) => attempt.payment.payment_id.as_ref().is_some_and(|known| known.as_str() == id),
        IdKey::RefundRequest(id) => {
            attempt.refunds.iter().any(|refund| refund.refund_request_id.as_str() == id)
        }
        IdKey::CaptureRequest(id) => attempt
            .captures
            .iter()
            .filter_map(|capture| capture.capture_request_id.as_ref())
            .any(|known| known.as_str() == id),
        _ => false,
    })
}

/// A day as browsers write it, from its beginning in UTC.
pub(super) fn day(text: &str) -> Option<Timestamp> {
    let is_day = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    is_day.then(|| Timestamp::parse(&format!("{text}T00:00:00Z")).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_and_nothing_else_is_a_day() {
        assert_eq!(day("2026-11-22"), Timestamp::parse("2026-11-22T00:00:00Z").ok());
        for odd in ["", "2026-11-22T00", "2026-13-22", "yesterday1", "2026-11-2é"] {
            assert_eq!(day(odd), None, "{odd}");
        }
    }
}
