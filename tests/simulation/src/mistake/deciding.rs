//! Mistakes in deciding on commands.
//! The order itself stays right; what is wrong is what it is asked to decide on.

use std::sync::Arc;

use antom_core::id::ReferenceOrderId;
use antom_domain::capture::CaptureTable;
use antom_domain::order::{Command, Order, Recorded};
use antom_domain::port::{Announced, Commit, IdKey};
use antom_domain::service::{Books, BooksError, CommandError};
use antom_domain::verdict::Table;

/// Decides a capture as if those without a final answer were not there; `None` where there is nothing to be forgotten,
/// or the capture is known.
///
/// # Errors
/// As the service that it stands in for.
pub async fn capture_forgetting_doubt(
    books: &Books,
    id: &ReferenceOrderId,
    command: &Command,
) -> Result<Option<Arc<Order>>, CommandError> {
    let Command::Capture { capture_request_id, .. } = command else { return Ok(None) };
    let stored = books.load(id).await?;
    let captures = || stored.order.attempts.iter().flat_map(|attempt| &attempt.captures);
    let is_known = captures().any(|capture| capture.capture_request_id.as_ref() == Some(capture_request_id));
    if is_known || captures().all(|capture| CaptureTable::is_final(capture.phase)) {
        return Ok(None);
    }
    let mut forgetful = Order::clone(&stored.order);
    for attempt in &mut forgetful.attempts {
        attempt.captures.retain(|capture| CaptureTable::is_final(capture.phase));
    }
    let at = books.ports().clock.now();
    let step = forgetful.decide(command, at, books.policy())?;
    let mut order = Order::clone(&stored.order);
    step.events.iter().for_each(|event| order.apply(event, at));
    let order = Arc::new(order);
    let commit = Commit {
        order_id: id.clone(),
        expected: stored.version,
        events: step.events.iter().map(|event| Recorded { at, event: event.clone() }).collect(),
        phase: order.phase(),
        next_check_at: order.next_check_at(at, books.policy()),
        snapshot: Arc::clone(&order),
        ids: vec![IdKey::CaptureRequest(capture_request_id.to_string())],
        effects: step.effects.iter().map(|call| (call.clone(), at)).collect(),
        settles: None,
        inbox: None,
        announced: Announced { total: stored.announced, ..Announced::default() },
    };
    match books.ports().store.commit(commit).await {
        Ok(_) => Ok(Some(order)),
        Err(_) => Err(BooksError::Busy.into()),
    }
}
