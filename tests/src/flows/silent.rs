//! Flow e: no notification ever arrives.
//! The rhythm of the polling is the service's; here only its end is seen.

use serde_json::json;

use super::{FlowReport, Steps};
use crate::failure::{Failure, ensure};
use crate::http::{flag_at, list_at};
use crate::stand::Stand;

/// Every notification is lost; reading the order asks the gateway nothing, so polling alone brings it to its end.
///
/// The faults of this stand are replaced.
pub fn polling_alone(stand: &Stand) -> Result<FlowReport, Failure> {
    let lost = json!([{"target": "notification:*", "probability": 1.0, "do": {"kind": "drop"}}]);
    stand.gateway().plant_faults(&lost)?;
    let steps = Steps::on(stand);
    let order = steps.create_order("silent", "1000")?;
    let opened = steps.open_session(&order, "AUTOMATIC")?;
    steps.buyer(&opened, "success")?;
    steps.wait_until_shippable(&order)?;

    let asked = stand.gateway().calls("inquiryPayment", &opened.payment)?;
    ensure(!asked.is_empty(), "the gateway was asked about the payment", &json!(asked.len()))?;
    for sent in stand.gateway().notifications(&opened.payment, "")? {
        let arrived = list_at(&sent, "/tries").iter().any(|one| flag_at(one, "/acknowledged") == Some(true));
        ensure(!arrived, "no notification arrived", &sent)?;
    }
    steps.judge(&opened, &json!({"captured": "1000", "held": "1000"}))?;
    Ok(FlowReport { orders: vec![steps.order(&order)?] })
}
