//! Counts requests by who they are for and by status, and notifications by what became of them.
//! Which route is which surface is told by whoever puts the routes together.

use std::sync::Arc;

use antom_domain::port::InboxVerdict;
use axum::http::StatusCode;
use axum::response::Response;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

use super::Labels;

const STATUSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];
/// What becomes of a notification: a verdict of the inbox once it is stored, or why it was not taken in.
const VERDICTS: [&str; 9] =
    ["absorbed", "parked", "kept", "hint", "refused", "not_json", "too_large", "too_slow", "not_stored"];

/// Who a route is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Surface {
    /// The merchant's own systems.
    MerchantApi,
    /// The gateway's notifications.
    Webhook,
    /// Buyers' browsers.
    Pages,
}

impl Surface {
    const ALL: [Surface; 3] = [Surface::MerchantApi, Surface::Webhook, Surface::Pages];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Surface::MerchantApi => "merchant_api",
            Surface::Webhook => "webhook",
            Surface::Pages => "pages",
        }
    }
}

/// The counters of requests.
#[derive(Debug, Clone)]
pub(crate) struct RequestCounts(Arc<Counts>);

#[derive(Debug)]
struct Counts {
    requests: Vec<(Surface, [Counter; STATUSES.len()])>,
    notifications: [Counter; VERDICTS.len()],
}

impl RequestCounts {
    pub(super) fn register(registry: &mut Registry) -> RequestCounts {
        let requests = Family::<[(&'static str, &'static str); 2], Counter>::default();
        let notifications = Family::<Labels, Counter>::default();
        registry.register(
            "requests",
            "Answered requests, by who they are for and by status",
            requests.clone(),
        );
        registry.register("notifications", "Notifications, by what became of them", notifications.clone());
        let of = |surface: Surface| {
            let counter =
                |status| requests.get_or_create_owned(&[("surface", surface.as_str()), ("status", status)]);
            (surface, STATUSES.map(counter))
        };
        RequestCounts(Arc::new(Counts {
            requests: Surface::ALL.into_iter().map(of).collect(),
            notifications: VERDICTS.map(|verdict| notifications.get_or_create_owned(&[("verdict", verdict)])),
        }))
    }

    /// Counts an answer.
    pub(crate) fn answered(&self, surface: Surface, answer: &Response) {
        let status = answer.status();
        let class = usize::from(status.as_u16() / 100).wrapping_sub(1);
        let of_surface = self.0.requests.iter().find(|(one, _)| *one == surface);
        if let Some(counter) = of_surface.and_then(|(_, counters)| counters.get(class)) {
            counter.inc();
        }
        if surface == Surface::Webhook {
            let verdict = answer.extensions().get::<InboxVerdict>().map_or(refusal(status), |v| v.as_str());
            let counters = VERDICTS.iter().zip(&self.0.notifications);
            counters.filter(|(name, _)| **name == verdict).for_each(|(_, counter)| {
                counter.inc();
            });
        }
    }
}

/// Why a notification was not taken in, by the status that it was answered with.
fn refusal(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "not_json",
        StatusCode::PAYLOAD_TOO_LARGE => "too_large",
        StatusCode::REQUEST_TIMEOUT => "too_slow",
        StatusCode::UNAUTHORIZED => "refused",
        StatusCode::SERVICE_UNAVAILABLE => "not_stored",
        // A request that is no notification at all, such as a GET.
        _ => "",
    }
}
