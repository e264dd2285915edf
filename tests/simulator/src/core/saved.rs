//! The gateway's state as it outlives the process: what is left out is made again, what was on its way is sent again.
//! Files, and what the shell keeps beside the gateway, are the shell's.

use serde::{Deserialize, Serialize};

use super::gateway::{Gateway, GatewaySettings};
use super::names::{Name, Names};
use super::notifications::{Delivery, Standing};

/// A gateway that was saved. Its settings are not part of it: those of the new start hold.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SavedGateway(Gateway);

impl SavedGateway {
    /// The gateway as it was, under these settings. Notifications that were on their way go out again.
    pub fn resume(self, settings: GatewaySettings) -> Gateway {
        let Self(mut gateway) = self;
        gateway.journal.limit_to(settings.journal);
        gateway.settings = settings;
        gateway.share_texts();
        gateway.index();
        gateway.send_unanswered_again();
        gateway
    }
}

impl Gateway {
    /// What the gateway holds at this moment, to be written without holding it up.
    pub fn saved(&self) -> SavedGateway {
        SavedGateway(self.clone())
    }

    /// Texts come from a file one by one; afterwards equal ones are one text again.
    fn share_texts(&mut self) {
        let names = &mut self.names;
        for payment in &mut self.payments {
            names.share(&mut payment.client);
            names.share(&mut payment.method);
            names.share_if(&mut payment.notify_url);
            for refund in &mut payment.refunds {
                names.share_if(&mut refund.notify_url);
            }
        }
        for vaulting in &mut self.vaultings.list {
            names.share(&mut vaulting.client);
            names.share_if(&mut vaulting.notify_url);
        }
        for notification in &mut self.notifications {
            names.share(&mut notification.client);
            names.share(&mut notification.kind);
            names.share(&mut notification.url);
            for ending in notification.tries.iter_mut().filter_map(|attempt| attempt.ending.as_mut()) {
                names.share(&mut ending.answer);
                names.share_if(&mut ending.error);
            }
        }
    }

    /// Enters every payment, refund and vaulting under its ids.
    fn index(&mut self) {
        for index in 0..self.payments.len() {
            self.enter_session(index);
        }
        for index in 0..self.vaultings.list.len() {
            self.vaultings.enter(index);
        }
        for (index, vaulting) in self.vaultings.list.iter().enumerate() {
            let books = self.books.entry(vaulting.client.clone()).or_default();
            books.vaultings.insert(vaulting.request_id.clone(), index);
        }
        for (index, payment) in self.payments.iter().enumerate() {
            let books = self.books.entry(payment.client.clone()).or_default();
            books.by_request.insert(payment.request_id.clone(), index);
            if let Some(id) = &payment.payment_id {
                books.by_payment.insert(id.clone(), index);
            }
            for (refund, entry) in payment.refunds.iter().enumerate() {
                books.refunds_by_id.insert(entry.refund_id.clone(), (index, refund));
            }
        }
    }

    fn send_unanswered_again(&mut self) {
        for index in 0..self.notifications.len() {
            let ending = self.ending(&Delivery::failed("the simulator ended before the answer came"));
            let Some(notification) = self.notifications.get_mut(index) else { continue };
            let mut any = false;
            for attempt in notification.tries.iter_mut().filter(|attempt| attempt.ending.is_none()) {
                attempt.ending = Some(ending.clone());
                any = true;
            }
            if any && notification.standing != Standing::Refused {
                self.send(index, None);
            }
        }
    }
}

impl Names {
    fn share(&mut self, name: &mut Name) {
        *name = self.of(name);
    }

    fn share_if(&mut self, name: &mut Option<Name>) {
        if let Some(name) = name {
            self.share(name);
        }
    }
}

/// Maps whose keys are no texts, which JSON wants, as lists of pairs.
pub(crate) mod pairs {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<K, V, S>(map: &BTreeMap<K, V>, serializer: S) -> Result<S::Ok, S::Error>
    where
        K: Serialize,
        V: Serialize,
        S: Serializer,
    {
        serializer.collect_seq(map)
    }

    pub(crate) fn deserialize<'de, K, V, D>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
    where
        K: Deserialize<'de> + Ord,
        V: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        Ok(Vec::<(K, V)>::deserialize(deserializer)?.into_iter().collect())
    }
}
