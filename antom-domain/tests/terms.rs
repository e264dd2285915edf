//! What an attempt asks for beside the money: how it gets into the request, and what is kept of it.
//! The gateway's side of it is judged by the end-to-end suites.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod support;

use antom_core::money::Currency;
use antom_core::outcome::CaptureMode::Automatic;
use antom_core::secret::Secret;
use antom_core::wire::{Buyer, CardFeatures, Goods, PaymentMethod};
use antom_domain::order::stored::{event_text, read_event, snapshot_text};
use antom_domain::order::{
    AttemptTerms, CardTerms, Command, Integration, NewOrder, OpenAttempt, Order, OrderDetails, ProductScene,
    Refusal,
};
use serde_json::{Value, json};
use support::*;

fn with_terms(integration: Integration, method: &str, terms: AttemptTerms) -> OpenAttempt {
    OpenAttempt { terms, ..open_attempt(1, integration, method, Automatic) }
}

fn card(card: CardTerms) -> AttemptTerms {
    AttemptTerms { card: Some(Box::new(card)), ..AttemptTerms::default() }
}

fn opened(open: OpenAttempt) -> Result<Value, Refusal> {
    let mut story = Story::begin();
    let step = story.command(&Command::OpenAttempt(Box::new(open)))?;
    Ok(serde_json::from_slice(step.effects[0].body.as_bytes()).unwrap())
}

fn refused_field(open: OpenAttempt) -> String {
    match opened(open) {
        Err(Refusal::Invalid(errors)) => errors.as_slice()[0].path.clone(),
        other => panic!("{other:?}"),
    }
}

fn details() -> OrderDetails {
    let buyer = Buyer { buyer_email: Some("marker@shop.example".to_owned()), ..Buyer::default() };
    let goods = Goods { goods_name: Some("Cup".to_owned()), ..Goods::default() };
    OrderDetails { buyer: Some(buyer), goods: vec![goods] }
}

#[test]
fn goods_and_buyer_stay_in_the_log_and_go_into_the_request() {
    let new = NewOrder { details: details(), ..new_order() };
    let (order, step) = Order::create(&new, at(0)).unwrap();
    assert!(order.has_details);
    assert!(!snapshot_text(&order).unwrap().contains("marker"), "the snapshot holds no personal data");
    let recorded = antom_domain::order::Recorded { at: at(0), event: step.events[0].clone() };
    let text = event_text(&recorded).unwrap();
    assert_eq!(read_event(&text), Ok(recorded.clone()));
    assert_eq!(Order::fold([&recorded]), Ok(order));

    let terms = AttemptTerms { order: Some(Box::new(details())), ..AttemptTerms::default() };
    let request = opened(with_terms(Integration::Session, "CARD", terms)).unwrap();
    assert_eq!(request["order"]["goods"], json!([{"goodsName": "Cup"}]));
    assert_eq!(
        request["order"]["buyer"],
        json!({"referenceBuyerId": "BUYER-1", "buyerEmail": "marker@shop.example"})
    );
}

//= H-4 test
#[test]
fn a_stored_card_pays_by_token_and_is_offered_in_a_session() {
    let stored = || CardTerms {
        stored_card: Some(PaymentMethod::stored_card(&Secret::new("TOKEN"))),
        ..CardTerms::default()
    };
    let hosted = opened(with_terms(Integration::Hosted, "CARD", card(stored()))).unwrap();
    assert_eq!(
        hosted["paymentMethod"],
        json!({"paymentMethodType": "CARD", "paymentMethodId": "TOKEN", "paymentMethodMetaData": {"isCardOnFile": true}})
    );
    let session = opened(with_terms(Integration::Session, "CARD", card(stored()))).unwrap();
    assert_eq!(session["paymentMethod"], json!({"paymentMethodType": "CARD"}));
    assert_eq!(
        session["savedPaymentMethods"],
        json!([{"paymentMethodType": "CARD", "paymentMethodId": "TOKEN"}])
    );
    assert!(!format!("{:?}", stored()).contains("TOKEN"), "the token is not printed");
}

//= H-4 test
#[test]
fn features_that_do_not_go_together_are_refused_with_their_field() {
    let features = |features: CardFeatures| card(CardTerms { features, ..CardTerms::default() });
    let recurring = CardFeatures { recurring_type: Some("SCHEDULED".to_owned()), ..CardFeatures::default() };
    let unasked = CardFeatures { tokenize_mode: Some("ASKFORCONSENT".to_owned()), ..CardFeatures::default() };
    let collecting = card(CardTerms { enable_installment_collection: Some(true), ..CardTerms::default() });
    for (integration, method, terms, field) in [
        (Integration::Hosted, "ALIPAY_CN", card(CardTerms::default()), "card"),
        (Integration::Session, "CARD", features(recurring), "card.recurringType"),
        (Integration::Session, "CARD", features(unasked), "card.storeCard.agreedAt"),
        (Integration::Hosted, "CARD", collecting, "card.enableInstallmentCollection"),
    ] {
        assert_eq!(refused_field(with_terms(integration, method, terms)), field);
    }
}

//= S-1 test
#[test]
fn a_session_is_for_the_element_where_that_is_asked_for_and_the_attempt_remembers_it() {
    let scene = Some(ProductScene::Element);
    let terms = || AttemptTerms { product_scene: scene, ..AttemptTerms::default() };
    let mut story = Story::begin();
    let mut opened = |number: usize, terms: AttemptTerms| {
        let open = OpenAttempt { terms, ..open_attempt(number, Integration::Session, "CARD", Automatic) };
        let step = story.command(&Command::OpenAttempt(Box::new(open))).unwrap();
        let request: Value = serde_json::from_slice(step.effects[0].body.as_bytes()).unwrap();
        request["productScene"].clone()
    };
    assert_eq!(opened(1, terms()), "ELEMENT_PAYMENT");
    assert_eq!(opened(2, AttemptTerms::default()), Value::Null);
    let remembered: Vec<_> = story.order.attempts.iter().map(|attempt| attempt.product_scene).collect();
    assert_eq!(remembered, [scene, None]);
    assert_eq!(refused_field(with_terms(Integration::Hosted, "CARD", terms())), "productScene");
}

//= S-3 test
#[test]
fn a_payment_names_one_of_the_settlement_currencies_of_the_contract() {
    let currency = |code: &str| Currency::parse(code).unwrap();
    let mut story = Story::begin();
    story.policy.settlement_currency = Some(currency("USD"));
    story.policy.settlement_currencies = vec![currency("USD"), currency("EUR")];
    let mut named = |number: usize, code: &str| -> Result<String, Refusal> {
        let terms = AttemptTerms { settlement_currency: Some(currency(code)), ..AttemptTerms::default() };
        let open = OpenAttempt { terms, ..open_attempt(number, Integration::Session, "CARD", Automatic) };
        let step = story.command(&Command::OpenAttempt(Box::new(open)))?;
        let request: Value = serde_json::from_slice(step.effects[0].body.as_bytes()).unwrap();
        Ok(request["settlementStrategy"]["settlementCurrency"].as_str().unwrap().to_owned())
    };
    assert_eq!(named(1, "EUR"), Ok("EUR".to_owned()));
    assert_eq!(named(2, "USD"), Ok("USD".to_owned()));
    let other = Refusal::UnknownSettlementCurrency { currency: currency("JPY") };
    assert_eq!(named(3, "JPY"), Err(other));
}

//= B-8 test
#[test]
fn the_same_key_is_the_same_request_only_with_the_same_digest() {
    let open = |number: usize, digest: Option<&str>| {
        let terms = AttemptTerms { request_digest: digest.map(str::to_owned), ..AttemptTerms::default() };
        let open = open_attempt(number, Integration::Session, "CARD", Automatic);
        Command::OpenAttempt(Box::new(OpenAttempt { idempotency_key: Some("key".to_owned()), terms, ..open }))
    };
    let mut story = Story::begin();
    story.command(&open(1, Some("one"))).unwrap();
    assert!(story.command(&open(2, Some("one"))).unwrap().is_empty());
    assert_eq!(story.command(&open(3, Some("another"))), Err(Refusal::IdempotencyKeyReused));
    assert!(
        story.command(&open(4, None)).unwrap().is_empty(),
        "what has no digest is told apart by the rest"
    );
}
