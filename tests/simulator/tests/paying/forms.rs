//! What a buyer enters on a page, and what comes of it.

use antom_simulator::core::{
    CardForm, ChallengeAnswer, Checkout, CheckoutStanding, CompletionError, Operation, Submitted,
};
use serde_json::{Value, json};

use crate::scene::{Scene, changed, session};

const GOOD: &str = "4054695723100768";
const BAD: &str = "4054692760174822";

pub(crate) fn form(number: &str) -> CardForm {
    CardForm {
        card_no: number.to_owned(),
        expiry_month: "12".to_owned(),
        expiry_year: "30".to_owned(),
        cvv: "123".to_owned(),
        ..CardForm::default()
    }
}

pub(crate) fn declined(code: &str) -> Submitted {
    Submitted::Declined { result_code: code.to_owned() }
}

/// Makes a session and gives the key by which the client SDK's form names it.
pub(crate) fn session_key(scene: &mut Scene, request: &Value) -> String {
    let answer = scene.call(Operation::CreatePaymentSession, request);
    let data = answer["paymentSessionData"].as_str().expect("data").to_owned();
    data.splitn(4, "&&").take(3).collect::<Vec<_>>().join("&&")
}

pub(crate) fn with_meta(request: &Value, meta: Value) -> Value {
    changed(request, "paymentMethod.paymentMethodMetaData", meta)
}

#[test]
fn a_session_is_found_by_its_key_with_everything_that_a_form_shows() {
    let mut scene = Scene::new();
    let request = changed(
        &with_meta(&session("a1", "MANUAL"), json!({"selectedCardBrand": "VISA"})),
        "locale",
        json!("fr_FR"),
    );
    let key = session_key(&mut scene, &request);
    let view = scene.gateway.checkout_view(Checkout::Session(&key)).expect("a view");
    assert_eq!((view.payment_request_id.as_str(), view.payment_id), ("a1", None));
    assert_eq!(
        (view.currency.as_str(), view.value, view.order_description.as_str()),
        ("SGD", 4_200, "a chair")
    );
    assert_eq!((view.locale.as_deref(), view.redirect_url.as_str()), (Some("fr_FR"), "imeituan://"));
    assert_eq!((view.selected_card_brand.as_deref(), view.manual_capture), (Some("VISA"), true));
    assert_eq!(view.expires_at.expect("a time").to_utc(), "2026-01-10T03:00:00.000Z");
    assert_eq!(view.standing, CheckoutStanding::Open);
    assert_eq!(scene.gateway.checkout_view(Checkout::Session("nobody")), None);
    let payment_id = scene.pay("b1", "");
    let view = scene.gateway.checkout_view(Checkout::Payment(&payment_id)).expect("a view");
    assert_eq!((view.payment_request_id.as_str(), view.payment_id), ("b1", Some(payment_id)));
}

#[test]
fn a_buyer_may_try_several_cards_in_one_session() {
    let mut scene = Scene::new();
    let key = session_key(&mut scene, &session("a1", ""));
    let place = Checkout::Session(&key);
    assert_eq!(scene.gateway.submit_card(scene.now, place, &form(BAD)), Ok(declined("DO_NOT_HONOR")));
    assert_eq!(scene.status("a1"), "PROCESSING");
    let unknown = form("4111111111111111");
    assert_eq!(scene.gateway.submit_card(scene.now, place, &unknown), Ok(declined("INVALID_CARD_NUMBER")));
    let good = form("4054695723100768");
    assert_eq!(scene.gateway.submit_card(scene.now, place, &good), Ok(Submitted::Authorized));
    assert_eq!(scene.status("a1"), "SUCCESS");
    assert_eq!(scene.gateway.submit_card(scene.now, place, &form(GOOD)), Err(CompletionError::Final));
    assert_eq!(scene.attempt("a1")["executed"]["pay"], 1);
}

#[test]
fn a_hosted_page_takes_the_same_cards() {
    let mut scene = Scene::new();
    let id = scene.pay("a1", "");
    let place = Checkout::Payment(&id);
    assert_eq!(scene.gateway.submit_card(scene.now, place, &form(BAD)), Ok(declined("DO_NOT_HONOR")));
    assert_eq!(scene.gateway.submit_card(scene.now, place, &form(GOOD)), Ok(Submitted::Authorized));
    scene.advance(3);
    assert_eq!(scene.kinds(), ["PAYMENT_RESULT S", "CAPTURE_RESULT S"]);
    let nobody = Checkout::Payment("2026");
    assert_eq!(scene.gateway.submit_card(scene.now, nobody, &form(GOOD)), Err(CompletionError::Unknown));
}

#[test]
fn what_cannot_be_right_on_a_form_is_a_failed_try_with_the_code_that_says_why() {
    let mut scene = Scene::new();
    let key = session_key(&mut scene, &session("a1", ""));
    for (wrong, code) in [
        (form("4054695723100769"), "INVALID_CARD_NUMBER"),
        (form(""), "INVALID_CARD_NUMBER"),
        (CardForm { expiry_month: "13".to_owned(), ..form(GOOD) }, "INVALID_EXPIRATION_DATE"),
        (CardForm { expiry_month: "00".to_owned(), ..form(GOOD) }, "INVALID_EXPIRATION_DATE"),
        (CardForm { expiry_year: "25".to_owned(), ..form(GOOD) }, "INVALID_EXPIRATION_DATE"),
        (CardForm { expiry_year: "2030".to_owned(), ..form(GOOD) }, "INVALID_EXPIRATION_DATE"),
        (CardForm { cvv: "99".to_owned(), ..form(GOOD) }, "INVALID_PAYMENT_METHOD_META_DATA"),
        (CardForm { cvv: "12a".to_owned(), ..form(GOOD) }, "INVALID_PAYMENT_METHOD_META_DATA"),
        (CardForm { cvv: String::new(), ..form(GOOD) }, "INVALID_PAYMENT_METHOD_META_DATA"),
        (
            CardForm { selected_card_brand: Some("MASTERCARD".to_owned()), ..form(GOOD) },
            "SELECTED_CARD_BRAND_NOT_AVAILABLE",
        ),
        (
            CardForm { payment_method_id: Some("nobody's".to_owned()), ..CardForm::default() },
            "INVALID_ACCESS_TOKEN",
        ),
    ] {
        let submitted = scene.gateway.submit_card(scene.now, Checkout::Session(&key), &wrong);
        assert_eq!(submitted, Ok(declined(code)), "{wrong:?}");
    }
    // The month that the card ends with is still good: it is January 2026.
    let last_month = CardForm { expiry_month: "01".to_owned(), expiry_year: "26".to_owned(), ..form(GOOD) };
    let submitted = scene.gateway.submit_card(scene.now, Checkout::Session(&key), &last_month);
    assert_eq!(submitted, Ok(Submitted::Authorized));
}

#[test]
fn a_challenge_is_answered_once_and_its_failure_is_final() {
    let asked = |scene: &mut Scene, id: &str| {
        let key = session_key(scene, &with_meta(&session(id, ""), json!({"is3DSAuthentication": true})));
        match scene.gateway.submit_card(scene.now, Checkout::Session(&key), &form(GOOD)) {
            Ok(Submitted::Challenge { id, url }) => {
                assert_eq!(url, format!("http://127.0.0.1:4010/checkout/3ds/{id}"));
                id
            }
            other => panic!("no challenge: {other:?}"),
        }
    };
    let mut scene = Scene::new();
    let challenge = asked(&mut scene, "a1");
    let view = scene.gateway.challenge_view(&challenge).expect("a view");
    assert_eq!((view.card_brand.as_str(), view.last_four.as_str(), view.open), ("VISA", "0768", true));
    assert_eq!(view.payment.payment_request_id, "a1");
    assert_eq!(scene.status("a1"), "PROCESSING");
    let answer = |scene: &mut Scene, id: &str, answer| scene.gateway.answer_challenge(scene.now, id, answer);
    assert_eq!(answer(&mut scene, &challenge, ChallengeAnswer::Abandon), Ok(Submitted::Left));
    assert_eq!(scene.status("a1"), "PROCESSING");
    assert_eq!(answer(&mut scene, &challenge, ChallengeAnswer::Approve), Ok(Submitted::Authorized));
    assert_eq!(scene.status("a1"), "SUCCESS");
    assert_eq!(answer(&mut scene, &challenge, ChallengeAnswer::Approve), Err(CompletionError::Final));
    assert!(!scene.gateway.challenge_view(&challenge).expect("a view").open);
    let challenge = asked(&mut scene, "b1");
    let failed = Submitted::Failed { result_code: "USER_PAYMENT_VERIFICATION_FAILED".to_owned() };
    assert_eq!(answer(&mut scene, &challenge, ChallengeAnswer::Decline), Ok(failed));
    assert_eq!(scene.status("b1"), "FAIL");
    assert_eq!(answer(&mut scene, "nobody", ChallengeAnswer::Approve), Err(CompletionError::Unknown));
}

#[test]
fn another_try_makes_the_banks_question_void() {
    let mut scene = Scene::new();
    let key = session_key(&mut scene, &with_meta(&session("a1", ""), json!({"is3DSAuthentication": true})));
    let place = Checkout::Session(&key);
    let Ok(Submitted::Challenge { id, url }) = scene.gateway.submit_card(scene.now, place, &form(GOOD))
    else {
        panic!("no challenge")
    };
    let view = scene.gateway.checkout_view(place).expect("a view");
    assert_eq!(view.standing, CheckoutStanding::Challenged { id: id.clone(), url });
    assert_eq!(scene.gateway.submit_card(scene.now, place, &form(BAD)), Ok(declined("DO_NOT_HONOR")));
    let late = scene.gateway.answer_challenge(scene.now, &id, ChallengeAnswer::Approve);
    assert_eq!(late, Err(CompletionError::Final));
    assert_eq!(scene.status("a1"), "PROCESSING");
}

#[test]
fn a_card_is_stored_only_if_the_merchant_asks_and_the_buyer_agrees() {
    let mut scene = Scene::new();
    let mut token = |asks: bool, agrees: bool, id: &str| {
        let meta = if asks { json!({"tokenizeMode": "ASKFORCONSENT"}) } else { json!({}) };
        let key = session_key(&mut scene, &with_meta(&session(id, ""), meta));
        let view = scene.gateway.checkout_view(Checkout::Session(&key)).expect("a view");
        assert_eq!(view.asks_to_store, asks);
        let form = CardForm { store: agrees, ..form(GOOD) };
        scene.gateway.submit_card(scene.now, Checkout::Session(&key), &form).expect("submitted");
        let answer = scene.call(Operation::InquiryPayment, &json!({"paymentRequestId": id}));
        answer["paymentResultInfo"]["cardToken"].as_str().map(str::to_owned)
    };
    assert_eq!(token(false, true, "a1"), None);
    assert_eq!(token(true, false, "b1"), None);
    let token = token(true, true, "c1").expect("a token");
    let saved = json!([{"paymentMethodType": "CARD", "paymentMethodId": token},
                       {"paymentMethodType": "CARD", "paymentMethodId": "deleted"}]);
    let key = session_key(&mut scene, &changed(&session("d1", ""), "savedPaymentMethods", saved));
    let view = scene.gateway.checkout_view(Checkout::Session(&key)).expect("a view");
    let listed: Vec<_> = view.stored_cards.iter().map(|card| card.last_four.as_str()).collect();
    assert_eq!(listed, ["0768"]);
    let form = CardForm { payment_method_id: Some(token), ..CardForm::default() };
    let submitted = scene.gateway.submit_card(scene.now, Checkout::Session(&key), &form);
    assert_eq!(submitted, Ok(Submitted::Authorized));
}

#[test]
fn nothing_of_a_card_shows_in_debug_output_or_in_the_journal() {
    let mut scene = Scene::new();
    let key = session_key(&mut scene, &session("a1", ""));
    let form = CardForm { payment_method_id: Some("secret-token".to_owned()), ..form(GOOD) };
    assert!(!format!("{form:?}").contains("secret-token") && !format!("{form:?}").contains(GOOD));
    scene
        .gateway
        .submit_card(scene.now, Checkout::Session(&key), &crate::forms::form(GOOD))
        .expect("submitted");
    let journal = scene.gateway.journal_view(None).to_string();
    assert!(journal.contains("\"card\":\"0768\"") && !journal.contains(GOOD));
}
