//! What the merchant is told of a vaulting: the stored card with its token, and the notification of the outcome.
//! Delivery and resends are in `notifications`.

use serde_json::{Map, Value, json};

use super::{Standing, Vaulting};
use crate::core::cards::ISSUER_NAME;
use crate::core::codes;
use crate::core::gateway::Gateway;
use crate::core::names::Name;
use crate::core::notifications::Draft;
use crate::core::time::Time;
use crate::core::timings::millis;

/// What the simulator's log and fault rules call the notification, which has no `notifyType` of its own.
const KIND: &str = "VAULTING_RESULT";

impl Vaulting {
    /// `paymentMethodDetail`: the card once it is stored, before that no more than its type.
    pub(crate) fn detail(&self) -> Value {
        let mut detail = Map::from_iter([("paymentMethodType".to_owned(), json!("CARD"))]);
        let stored = self.used.as_ref().filter(|_| self.standing == Standing::Stored);
        if let Some(used) = stored {
            let last_four = used.card.last_four();
            let mut card = json!({
                "cardToken": used.token,
                "brand": used.brand(),
                "bin": used.card.bin(),
                "lastFour": last_four,
                "maskedCardNo": format!("************{last_four}"),
                "expiryYear": format!("{:02}", used.expiry.year),
                "expiryMonth": format!("{:02}", used.expiry.month),
                "issuerName": ISSUER_NAME,
                "issuingCountry": used.card.country,
                "funding": "CREDIT",
                "avsResultRaw": used.avs,
                "cvvResultRaw": used.cvv,
                "networkTransactionId": format!("{:015}", self.network_id),
            });
            if let (Some(members), Some(holder)) = (card.as_object_mut(), &used.holder) {
                members.insert("cardholderName".to_owned(), json!({"fullName": holder}));
            }
            detail.insert("card".to_owned(), card);
        }
        Value::Object(detail)
    }
}

impl Gateway {
    /// Tells the outcome as soon after it as that of a payment.
    pub(super) fn tell_vaulting_soon(&mut self, index: usize) {
        self.tell_vaulting(index, self.now.after(millis(self.timings.payment_result_ms)));
    }

    pub(super) fn tell_vaulting(&mut self, index: usize, due: Time) {
        let Some(vaulting) = self.vaultings.get(index) else { return };
        // The request's URL comes first, as for payments (rules 14.5).
        let own = || self.contract_of(&vaulting.client).payment_notify_url.as_deref().map(Name::from);
        let Some(url) = vaulting.notify_url.clone().or_else(own) else { return };
        let mut body = json!({
            "result": codes::result("notifyVaulting", vaulting.result_code()),
            "vaultingRequestId": vaulting.request_id,
            "paymentMethodDetail": vaulting.detail(),
            "vaultingCreateTime": vaulting.created.to_wire(),
        });
        let optional = [
            ("metadata", vaulting.metadata.as_deref().map(Value::from)),
            ("customizedInfo", vaulting.customized_info.clone()),
        ];
        if let Some(members) = body.as_object_mut() {
            for (name, value) in optional {
                if let Some(value) = value {
                    members.insert(name.to_owned(), value);
                }
            }
        }
        let client = vaulting.client.clone();
        self.notify(Draft { client, kind: KIND.to_owned(), url, body, payment: None }, due);
    }
}
