//! Cards that a buyer agreed to have stored: paying with their tokens, with the buyer and without.

use antom_simulator::core::{Operation, Outcome};
use serde_json::{Value, json};

use crate::cards::{info, pay_by_card};
use crate::forms::with_meta;
use crate::scene::{CLIENT, Scene, changed, pay, session};

const VISA: &str = "4054695723100768";

/// The first payment of a buyer who agrees: the token, and the network's id of the payment.
fn stored(scene: &mut Scene, id: &str, number: &str) -> (String, String) {
    let request = pay_by_card(id, number, &json!({"tokenizeMode": "ASKFORCONSENT"}));
    assert_eq!(scene.code(Operation::Pay, &request), "SUCCESS");
    let info = info(scene, id);
    let text = |name: &str| info[name].as_str().expect(name).to_owned();
    (text("cardToken"), text("networkTransactionId"))
}

fn pay_by_token(id: &str, token: &str, meta: Value) -> Value {
    changed(&with_meta(&pay(id, ""), meta), "paymentMethod.paymentMethodId", json!(token))
}

#[test]
fn a_token_pays_without_card_data_and_belongs_to_its_client() {
    let mut scene = Scene::new();
    let (token, _) = stored(&mut scene, "a1", VISA);
    let request = pay_by_token("b1", &token, json!({"isCardOnFile": true}));
    assert_eq!(scene.code(Operation::Pay, &request), "SUCCESS");
    let told = info(&mut scene, "b1");
    assert_eq!((&told["lastFour"], &told["cvvResultRaw"]), (&json!("0768"), &json!("X")));
    assert_eq!(scene.code(Operation::Pay, &pay_by_token("c1", "unknown", json!({}))), "INVALID_ACCESS_TOKEN");
    let body = pay_by_token("d1", &token, json!({})).to_string();
    let handled = scene.gateway.call(scene.now, "SANDBOX_OTHER", Operation::Pay, body.as_bytes());
    assert!(format!("{handled:?}").contains("INVALID_ACCESS_TOKEN"), "{handled:?}");
}

#[test]
fn the_older_flag_asks_for_a_token_as_well() {
    let mut scene = Scene::new();
    let request = with_meta(&session("a1", ""), json!({"tokenize": "true"}));
    scene.call(Operation::CreatePaymentSession, &request);
    scene.act("a1", Outcome::Success).expect("paid");
    assert!(info(&mut scene, "a1")["cardToken"].is_string());
    let wrong = with_meta(&session("b1", ""), json!({"tokenizeMode": "ALWAYS"}));
    assert_eq!(scene.code(Operation::CreatePaymentSession, &wrong), "PARAM_ILLEGAL");
}

#[test]
fn a_buyer_who_does_not_agree_leaves_no_token() {
    let mut scene = Scene::new();
    let area = json!({"card": {"buyerAgreesToStore": false}});
    scene.gateway.arrange(scene.now, None, CLIENT, "a1", &area).expect("arranged");
    let request = with_meta(&session("a1", ""), json!({"tokenizeMode": "ASKFORCONSENT"}));
    scene.call(Operation::CreatePaymentSession, &request);
    scene.act("a1", Outcome::Success).expect("paid");
    assert_eq!(info(&mut scene, "a1").get("cardToken"), None);
}

#[test]
fn a_merchant_charges_a_stored_card_only_in_the_chain_that_it_began() {
    let mut scene = Scene::new();
    let (token, network_id) = stored(&mut scene, "a1", VISA);
    let (brazilian, _) = stored(&mut scene, "a2", "4294097400915107");
    let unattended = |network_id: &str| json!({"isCardOnFile": true, "recurringType": "SCHEDULED", "networkTransactionId": network_id});
    for (id, token, meta, code) in [
        ("b1", &token, unattended(&network_id), "SUCCESS"),
        ("b2", &token, json!({"isCardOnFile": true, "recurringType": "UNSCHEDULED"}), "SUCCESS"),
        ("b3", &token, unattended("000000000000001"), "INVALID_PAYMENT_METHOD_META_DATA"),
        ("b4", &brazilian, json!({"isCardOnFile": true, "recurringType": "SCHEDULED"}), "CARD_NOT_SUPPORTED"),
        ("b5", &token, json!({"recurringType": "SCHEDULED"}), "PARAM_ILLEGAL"),
        ("b6", &token, json!({"isCardOnFile": true, "recurringType": "WEEKLY"}), "PARAM_ILLEGAL"),
        (
            "b7",
            &token,
            json!({"isCardOnFile": true, "recurringType": "SCHEDULED", "is3DSAuthentication": true}),
            "PARAM_ILLEGAL",
        ),
    ] {
        let request = pay_by_token(id, token, meta.clone());
        assert_eq!(scene.code(Operation::Pay, &request), code, "{id} {meta}");
    }
    let nothing_on_file = with_meta(&pay("c1", ""), json!({"isCardOnFile": true}));
    assert_eq!(scene.code(Operation::Pay, &nothing_on_file), "PARAM_ILLEGAL");
}

#[test]
fn nobody_is_asked_when_the_merchant_charges_by_itself() {
    let mut scene = Scene::new();
    let (token, _) = stored(&mut scene, "a1", VISA);
    let area = json!({"card": {"issuer": "authentication_required"}});
    scene.gateway.arrange(scene.now, None, CLIENT, "b1", &area).expect("arranged");
    let meta =
        json!({"isCardOnFile": true, "recurringType": "SCHEDULED", "enableAuthenticationUpgrade": true});
    assert_eq!(scene.code(Operation::Pay, &pay_by_token("b1", &token, meta)), "AUTHENTICATION_REQUIRED");
}
