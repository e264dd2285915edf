//! What somebody who watches wants to know: the newest payments that pass a filter, and how much there is of everything.
//! Waiting for changes is left to the shell.

use serde_json::{Value, json};

use super::gateway::Gateway;
use super::payment::Payment;
use super::time::Time;

/// Which payments are asked for; an absent filter admits all.
#[derive(Clone, Debug, Default)]
pub struct PaymentFilter {
    /// Of this client.
    pub client: Option<String>,
    /// In this state, by the word of the control API.
    pub status: Option<String>,
    /// With this text in one of their ids, or in that of their order.
    pub search: Option<String>,
    /// Only so many, the newest ones.
    pub limit: Option<usize>,
}

impl PaymentFilter {
    fn admits(&self, payment: &Payment) -> bool {
        let agrees = |wanted: &Option<String>, found: &str| wanted.as_ref().is_none_or(|w| w == found);
        let ids = [Some(&*payment.request_id), payment.payment_id.as_deref(), Some(&*payment.order_id)];
        let holds = |text: &String| ids.into_iter().flatten().any(|id| id.contains(text.as_str()));
        agrees(&self.client, &payment.client)
            && agrees(&self.status, payment.phase.as_str())
            && self.search.as_ref().is_none_or(holds)
    }
}

impl Gateway {
    /// The payments that pass a filter, oldest first.
    pub fn filtered_payment_views(&self, filter: &PaymentFilter) -> Vec<Value> {
        let admitted = self.payments.iter().enumerate().filter(|(_, one)| filter.admits(one));
        let newest = admitted.rev().take(filter.limit.unwrap_or(usize::MAX));
        let mut views: Vec<Value> = newest.filter_map(|(index, _)| self.payment_at(index)).collect();
        views.reverse();
        views
    }

    /// How much there is of everything, of one client or of all, and when something happens next by itself.
    pub fn overview(&self, client: Option<&str>) -> Value {
        let is_own = |found: &str| client.is_none_or(|client| client == found);
        json!({
            "payments": self.payments.iter().filter(|one| is_own(&one.client)).count(),
            "notifications": self.notifications.iter().filter(|one| is_own(&one.client)).count(),
            "violations": self.violations.iter().filter(|one| is_own(&one.client)).count(),
            "faults": self.faults.count(),
            "scenarios": self.scenario_views(None).len(),
            "nextDueAt": self.next_due().map(Time::to_utc),
        })
    }
}
