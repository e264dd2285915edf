//! What a payment may ask for beside the money, through the service to the gateway and back.
//! The merchant API itself is judged in `merchant_api`, its document in `openapi`.
#![allow(
    clippy::indexing_slicing,
    reason = "a test fails by panicking, and a JSON value that lacks something gives null"
)]

use antom_tests::flows::{Opened, Steps};
use antom_tests::gateway::ReceivedCall;
use antom_tests::http::{list_at, text_at};
use antom_tests::merchant::has_event;
use antom_tests::{Failure, Proof, Stand, StandOptions, ensure, ledger};
use serde_json::{Value, json};

//= S-3 test
//= S-6 test
#[test]
fn the_chosen_settlement_currency_and_our_own_notify_url_go_out_with_every_payment() -> Proof {
    let options = with(&[
        ("ANTOM__PAYMENT__SETTLEMENT_CURRENCIES", "[\"USD\", \"EUR\"]"),
        ("ANTOM__PAYMENT__SETTLEMENT_CURRENCY", "EUR"),
    ]);
    Stand::prove_with(&options, |stand| {
        let steps = Steps::on(stand);
        let order = steps.create_order("settled", "1000")?;
        let session = steps.open_session(&order, "AUTOMATIC")?;
        let sent = opening(stand, "createPaymentSession", &session)?;
        settled_in(&sent, "EUR")?;
        notified_at_our_own(stand, &sent)?;
        steps.buyer(&session, "success")?;
        let paid = steps.wait_until_shippable(&order)?;
        steps.both_notifications_acknowledged(&session, &paid)?;

        let order = steps.create_order("settled", "1000")?;
        let dollars = json!({"integration": "hosted", "paymentMethodType": "CARD", "terminalType": "WEB",
            "settlementCurrency": "USD"});
        let hosted = open(stand, &order, &dollars)?;
        let sent = opening(stand, "pay", &hosted)?;
        settled_in(&sent, "USD")?;
        notified_at_our_own(stand, &sent)?;

        let mut yen = dollars;
        yen["settlementCurrency"] = json!("JPY");
        let refused = stand.merchant().open_payment(&order, &yen)?;
        refused.expect_problem(400, "invalid_request")?;
        refused.expect_field("settlementCurrency")
    })
}

//= S-3 test
#[test]
fn the_only_settlement_currency_is_named_whatever_the_payment_is_in_and_without_one_none_is() -> Proof {
    let only = [("ANTOM__PAYMENT__SETTLEMENT_CURRENCIES", "[\"EUR\"]")];
    Stand::prove_with(&with(&only), |stand| {
        let steps = Steps::on(stand);
        let order = steps.create_order("one", "1000")?;
        let session = steps.open_session(&order, "AUTOMATIC")?;
        settled_in(&opening(stand, "createPaymentSession", &session)?, "EUR")?;
        steps.buyer(&session, "success")?;
        steps.wait_until_shippable(&order)?;
        let order = steps.create_order("one", "1000")?;
        let hosted = steps.open_hosted(&order, "AUTOMATIC")?;
        settled_in(&opening(stand, "pay", &hosted)?, "EUR")?;
        ledger::must_agree(stand)
    })?;
    Stand::prove(|stand| {
        let steps = Steps::on(stand);
        let order = steps.create_order("none", "1000")?;
        let session = steps.open_session(&order, "AUTOMATIC")?;
        let sent = opening(stand, "createPaymentSession", &session)?;
        ensure(sent.request.get("settlementStrategy").is_none(), "none is named", &sent.request)
    })
}

//= S-4 test
#[test]
fn a_session_that_is_about_to_expire_is_not_handed_out_and_the_next_one_is_a_new_payment() -> Proof {
    Stand::prove(|stand| {
        let order = Steps::on(stand).create_order("late", "1000")?;
        let body = json!({"integration": "session", "paymentMethodType": "CARD"});
        let path = format!("/v1/orders/{order}/payments");
        stand.gateway().set_timings(&json!({"sessionExpiryMs": 45_000}))?;
        for _ in 0..2 {
            let late = stand.merchant().post_once(&path, &body, "checkout-1")?;
            late.expect_problem(409, "session_expired")?;
            ensure(!late.text.contains("&&"), "no session data leaves", &late.json)?;
        }
        stand.gateway().set_timings(&json!({"sessionExpiryMs": 3_600_000}))?;
        let fresh = stand.merchant().post_once(&path, &body, "checkout-2")?;
        let fresh = fresh.expect_status("a new session is handed out", &[201])?;
        let seen = Steps::on(stand).order(&order)?;
        let ids: Vec<&str> =
            list_at(&seen, "/attempts").iter().map(|one| text_at(one, "/paymentRequestId")).collect();
        let is_new = ids.len() == 2 && ids.last() == Some(&text_at(&fresh, "/paymentRequestId"));
        ensure(is_new, "the new session has a payment request id of its own", &seen)?;
        ensure(ids.first() != ids.last(), "which is another one", &seen)
    })
}

//= H-4 test
//= I-6 test
#[test]
fn a_card_is_stored_with_3d_secure_and_later_charged_without_the_buyer() -> Proof {
    Stand::prove(|stand| {
        let steps = Steps::on(stand);
        let order = steps.create_order("first", "1000")?;
        let store = json!({"is3DSAuthentication": true, "storeCard": {"agreedAt": "2024-06-01T09:30:00Z"}});
        let first = open(stand, &order, &card("session", &store))?;
        let sent = opening(stand, "createPaymentSession", &first)?;
        let features = meta(&sent);
        let asked = json!({"is3DSAuthentication": true, "tokenizeMode": "ASKFORCONSENT"});
        ensure(features == &asked, "3-D Secure and the token are asked for", &sent.request)?;
        steps.buyer(&first, "success")?;
        steps.wait_until_shippable(&order)?;

        let seen = stand.merchant().payment(&first.payment)?.expect_status("it is shown", &[200])?;
        ensure(
            text_at(&seen, "/storageAgreedAt") == "2024-06-01T09:30:00.000Z",
            "the agreement is kept",
            &seen,
        )?;
        let secured = seen["details"]["eci"] == "05" && seen["details"]["threeDsVersion"] == "2.2.0";
        ensure(secured, "the result of 3-D Secure is told", &seen)?;
        let told =
            ["lastFour", "issuingCountry", "funding", "dsTransactionId", "authExpiryTime", "avsResultRaw"];
        for name in told.into_iter().chain(["cvvResultRaw", "networkTransactionId", "paymentResultMessage"]) {
            ensure(!text_at(&seen, &format!("/details/{name}")).is_empty(), name, &seen)?;
        }
        let path = format!("/v1/payments/{}/stored-card", first.payment);
        let stored = stand.merchant().get(&path)?.expect_status("the token is told", &[200])?;
        let (token, chain) = (text_at(&stored, "/cardToken"), text_at(&stored, "/networkTransactionId"));
        ensure(!token.is_empty() && !chain.is_empty(), "there is a token with its chain", &stored)?;

        let order = steps.create_order("later", "2500")?;
        let charge = json!({"cardToken": token, "recurringType": "SCHEDULED", "networkTransactionId": chain});
        let answer = stand.merchant().open_payment(&order, &card("hosted", &charge))?;
        let answer = answer.expect_status("nobody has to be there", &[200])?;
        ensure(text_at(&answer, "/outcome") == "succeeded", "it succeeds at once", &answer)?;
        let later = Opened::new(&order, answer);
        let sent = opening(stand, "pay", &later)?;
        ensure(text_at(&sent.request, "/paymentMethod/paymentMethodId") == token, "by token", &sent.request)?;
        let unattended =
            json!({"isCardOnFile": true, "recurringType": "SCHEDULED", "networkTransactionId": chain});
        ensure(meta(&sent) == &unattended, "in the chain of the first payment", &sent.request)?;
        let paid = steps.wait_until_shippable(&order)?;
        let kept = [paid.to_string(), seen.to_string(), stand.log_ends()];
        ensure(
            !kept.iter().any(|text| text.contains(token)),
            "the token is shown nowhere else",
            &json!("token"),
        )?;
        ledger::must_agree(stand)
    })
}

//= H-4 test
#[test]
fn a_buyer_may_choose_a_stored_card_in_a_session() -> Proof {
    Stand::prove(|stand| {
        let steps = Steps::on(stand);
        let order = steps.create_order("again", "1000")?;
        let again = open(stand, &order, &card("session", &json!({"cardToken": "TOKEN-OF-A-BUYER"})))?;
        let sent = opening(stand, "createPaymentSession", &again)?;
        let saved = json!([{"paymentMethodType": "CARD", "paymentMethodId": "TOKEN-OF-A-BUYER"}]);
        ensure(sent.request["savedPaymentMethods"] == saved, "the card is offered", &sent.request)?;
        let is_open = sent.request.pointer("/paymentMethod/paymentMethodId").is_none();
        ensure(is_open, "and not chosen for the buyer", &sent.request)?;
        let alone = card("session", &json!({"cardToken": "T", "recurringType": "SCHEDULED"}));
        refused(stand, &order, &alone, "card.recurringType")
    })
}

//= H-4 test
//= C-8 test
#[test]
fn the_billing_address_is_checked_and_its_letter_is_told() -> Proof {
    Stand::prove(|stand| {
        let steps = Steps::on(stand);
        let order = steps.create_order("address", "1000")?;
        let address = json!({"region": "US", "state": "CA", "city": "Los Angeles", "address1": "1 Main Street",
            "address2": "2nd floor", "zipCode": "AVS-N"});
        let hosted = open(stand, &order, &card("hosted", &json!({"billingAddress": address})))?;
        let sent = opening(stand, "pay", &hosted)?;
        ensure(meta(&sent)["billingAddress"] == address, "the address is sent as it is", &sent.request)?;
        steps.buyer(&hosted, "success")?;
        let paid = steps.wait_until_shippable(&order)?;
        ensure(text_at(&paid, "/attempts/0/details/avsResultRaw") == "N", "the letter is told", &paid)?;
        let order = steps.create_order("address", "1000")?;
        let long = card("hosted", &json!({"billingAddress": {"region": "us", "state": "California"}}));
        refused(stand, &order, &long, "card.billingAddress.state")?;
        refused(stand, &order, &long, "card.billingAddress.region")
    })
}

//= H-4 test
#[test]
fn instalments_are_asked_for_and_the_payment_counts_once_in_full() -> Proof {
    Stand::prove(|stand| {
        let steps = Steps::on(stand);
        let order = stand.next_order_id("instalments");
        let body = json!({"referenceOrderId": order, "amount": {"currency": "BRL", "value": "120000"},
            "description": "A table", "buyer": {"referenceBuyerId": "buyer-1"}});
        stand.merchant().create_order(&body)?.expect_status("the order is created", &[201])?;
        let plan = json!({"installmentNum": 6});
        let hosted = open(stand, &order, &card("hosted", &json!({"creditPayPlan": plan})))?;
        let sent = opening(stand, "pay", &hosted)?;
        ensure(sent.request["creditPayPlan"] == plan, "six instalments are asked for", &sent.request)?;
        steps.buyer(&hosted, "success")?;
        steps.wait_until_shippable(&order)?;
        steps.judge(&hosted, &json!({"authorized": "120000", "captured": "120000"}))?;

        let order = steps.create_order("instalments", "1000")?;
        let many = card("hosted", &json!({"creditPayPlan": {"installmentNum": 37}}));
        refused(stand, &order, &many, "card.creditPayPlan.installmentNum")?;
        let chosen = card("hosted", &json!({"enableInstallmentCollection": true}));
        refused(stand, &order, &chosen, "card.enableInstallmentCollection")?;
        let in_form = open(stand, &order, &card("session", &json!({"enableInstallmentCollection": true})))?;
        let sent = opening(stand, "createPaymentSession", &in_form)?;
        ensure(sent.request["enableInstallmentCollection"] == true, "the form asks", &sent.request)
    })
}

//= H-4 test
#[test]
fn a_co_badged_card_is_used_under_the_brand_that_the_buyer_chose() -> Proof {
    Stand::prove(|stand| {
        let steps = Steps::on(stand);
        let order = steps.create_order("brand", "1000")?;
        let choice = json!({"selectedCardBrand": "CARTES_BANCAIRES", "paymentMethodRegion": "FR",
            "enableAuthenticationUpgrade": true});
        let session = open(stand, &order, &card("session", &choice))?;
        let sent = opening(stand, "createPaymentSession", &session)?;
        ensure(meta(&sent)["selectedCardBrand"] == "CARTES_BANCAIRES", "the brand is sent", &sent.request)?;
        ensure(meta(&sent)["enableAuthenticationUpgrade"] == "true", "the upgrade is sent", &sent.request)?;
        steps.buyer(&session, "success")?;
        let paid = steps.wait_until_shippable(&order)?;
        let details = &paid["attempts"][0]["details"];
        ensure(details["cardBrand"] == "CARTES_BANCAIRES", "the brand is told", details)?;
        ensure(details["paymentMethodRegion"] == "FR", "the region is told", details)
    })
}

//= H-4 test
#[test]
fn a_korean_issuer_verifies_the_buyer_of_an_automatic_capture_only() -> Proof {
    Stand::prove(|stand| {
        let steps = Steps::on(stand);
        let order = steps.create_order("korea", "1000")?;
        let korean = json!({"requireIssuerAuthentication": true, "selectedCardBrand": "HYUNDAI"});
        let mut by_hand = card("hosted", &korean);
        by_hand["captureMode"] = json!("MANUAL");
        refused(stand, &order, &by_hand, "captureMode")?;
        let nameless = card("hosted", &json!({"requireIssuerAuthentication": true}));
        refused(stand, &order, &nameless, "card.selectedCardBrand")?;
        let hosted = open(stand, &order, &card("hosted", &korean))?;
        steps.buyer(&hosted, "success")?;
        let paid = steps.wait_until_shippable(&order)?;
        ensure(text_at(&paid, "/attempts/0/details/cardBrand") == "HYUNDAI", "the brand is told", &paid)
    })
}

//= H-4 test
//= P-1 test
#[test]
fn what_needs_the_card_itself_is_refused_wherever_it_stands() -> Proof {
    Stand::prove(|stand| {
        let steps = Steps::on(stand);
        let order = steps.create_order("refused", "1000")?;
        let mpi = json!({"mpiData": {"threeDSVersion": "2.1.0", "eci": "05"}});
        refused(stand, &order, &card("hosted", &mpi), "card.mpiData")?;
        let promised = json!({"storeCard": {"agreedAt": "2999-01-01T00:00:00Z"}});
        refused(stand, &order, &card("session", &promised), "card.storeCard.agreedAt")?;
        let nested = json!({"billingAddress": {"region": "US", "Security-Code": "123"}});
        refused(stand, &order, &card("session", &nested), "card.billingAddress.Security-Code")?;
        let wallet = json!({"integration": "hosted", "paymentMethodType": "GCASH", "terminalType": "WEB",
            "card": {"is3DSAuthentication": true}});
        refused(stand, &order, &wallet, "card")?;
        let goods = json!({"referenceOrderId": "with-a-pan", "amount": {"currency": "USD", "value": "100"},
            "description": "Tea", "buyer": {"referenceBuyerId": "b"},
            "goods": [{"referenceGoodsId": "1", "goodsName": "Tea", "pan": "4054695723100768"}]});
        let answer = stand.merchant().create_order(&goods)?;
        answer.expect_problem(400, "invalid_request")?;
        answer.expect_field("goods[0].pan")?;
        let seen = steps.order(&order)?;
        ensure(list_at(&seen, "/attempts").is_empty(), "nothing was opened", &seen)
    })
}

//= H-5 test
#[test]
fn an_immediate_success_counts_only_if_it_can_be_believed() -> Proof {
    Stand::prove(|stand| {
        let steps = Steps::on(stand);
        let token = steps.store_card()?;
        let with_token = card("hosted", &json!({"cardToken": token}));
        for kind in ["no_signature", "bad_signature", "wrong_amount"] {
            let rule = json!({"target": "pay", "script": [true], "do": {"kind": kind}});
            stand.gateway().plant_faults(&json!([rule]))?;
            let order = steps.create_order(kind, "1000")?;
            let answer = stand.merchant().open_payment(&order, &with_token)?;
            let answer = answer.expect_status(kind, &[200, 201, 202])?;
            let opened = Opened::new(&order, answer);
            stand.gateway().clear_faults()?;
            let seen = steps.wait_for_event(&opened, "PaymentSucceeded")?;
            let told = text_at(&opened.answer, "/outcome");
            let was_asked = !stand.gateway().calls("inquiryPayment", &opened.payment)?.is_empty();
            let is_repeated = stand.gateway().calls("pay", &opened.payment)?.len() > 1;
            ensure(told == "succeeded" || was_asked || is_repeated, "the outcome is asked about", &seen)?;
            ensure(was_asked || is_repeated, "the first answer alone is not believed", &seen)?;
            steps.wait_until_shippable(&order)?;
            steps.judge(&opened, &json!({"captured": "1000", "held": "1000"}))?;
        }
        ledger::must_agree(stand)
    })
}

//= H-5 test
#[test]
fn an_immediate_failure_is_told_where_its_code_is_final() -> Proof {
    Stand::prove(|stand| {
        let steps = Steps::on(stand);
        let order = steps.create_order("failed", "1000")?;
        let nobodys = card("hosted", &json!({"cardToken": "TOKEN-OF-NOBODY"}));
        let answer = stand.merchant().open_payment(&order, &nobodys)?;
        answer.expect_problem(422, "refused_by_gateway")?;
        ensure(answer.text.contains("INVALID_ACCESS_TOKEN"), "the code is told", &answer.json)?;
        let seen = steps.order(&order)?;
        let payment = text_at(&seen, "/attempts/0/paymentRequestId");
        ensure(has_event(&seen, "PaymentFailed", payment), "the payment has failed", &seen)?;
        ensure(text_at(&seen, "/phase") == "open", "the buyer may pay again", &seen)?;
        ledger::must_agree(stand)
    })
}

#[test]
fn goods_and_buyer_reach_the_gateway_and_personal_data_is_not_repeated() -> Proof {
    Stand::prove(|stand| {
        let order = stand.next_order_id("goods");
        let goods = json!([{"referenceGoodsId": "cup-1", "goodsName": "Cup",
            "goodsUnitAmount": {"currency": "USD", "value": "500"}, "goodsQuantity": "2"}]);
        let mut body = json!({"referenceOrderId": order, "amount": {"currency": "USD", "value": "1000"},
            "description": "Two cups", "goods": goods,
            "buyer": {"referenceBuyerId": "buyer-1", "buyerEmail": "ada@shop.example",
                "buyerName": {"firstName": "Ada", "lastName": "Berg"}, "successfulOrderCount": 3}});
        stand.merchant().create_order(&body)?.expect_status("the order is created", &[201])?;
        let session = Steps::on(stand).open_session(&order, "AUTOMATIC")?;
        let sent = opening(stand, "createPaymentSession", &session)?;
        ensure(sent.request["order"]["goods"] == goods, "the goods are sent", &sent.request)?;
        ensure(sent.request["order"]["buyer"] == body["buyer"], "the buyer is told", &sent.request)?;
        let seen = Steps::on(stand).order(&order)?;
        ensure(seen["goods"] == goods, "the goods are shown", &seen)?;
        ensure(!seen.to_string().contains("ada@"), "the buyer's address is not", &seen)?;
        body["goods"][0]["goodsQuantity"] = json!("3");
        stand.merchant().create_order(&body)?.expect_problem(409, "conflict")?;
        body["referenceOrderId"] = json!("chinese");
        body["goods"][0]["goodsName"] = json!("茶杯");
        let answer = stand.merchant().create_order(&body)?;
        answer.expect_problem(400, "invalid_request")?;
        answer.expect_field("goods[0].goodsName")
    })
}

fn with(environment: &[(&str, &str)]) -> StandOptions {
    let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    StandOptions { service_environment: environment.iter().map(pair).collect(), ..StandOptions::default() }
}

/// The body of a card payment with these features.
fn card(integration: &str, features: &Value) -> Value {
    let mut body = json!({"integration": integration, "paymentMethodType": "CARD", "card": features});
    if integration == "hosted" {
        body["terminalType"] = json!("WEB");
    }
    body
}

fn open(stand: &Stand, order: &str, body: &Value) -> Result<Opened, Failure> {
    let answer = stand.merchant().open_payment(order, body)?;
    Ok(Opened::new(order, answer.expect_status("a payment is opened", &[201])?))
}

fn refused(stand: &Stand, order: &str, body: &Value, field: &str) -> Result<(), Failure> {
    let answer = stand.merchant().open_payment(order, body)?;
    answer.expect_problem(400, "invalid_request")?;
    answer.expect_field(field)
}

/// The call that opened a payment, as the gateway received it.
fn opening(stand: &Stand, operation: &str, opened: &Opened) -> Result<ReceivedCall, Failure> {
    stand.gateway().first_call(operation, &opened.payment)
}

fn meta(call: &ReceivedCall) -> &Value {
    &call.request["paymentMethod"]["paymentMethodMetaData"]
}

fn settled_in(call: &ReceivedCall, currency: &str) -> Result<(), Failure> {
    let named = text_at(&call.request, "/settlementStrategy/settlementCurrency");
    ensure(named == currency, &format!("{currency} is named"), &call.request)
}

fn notified_at_our_own(stand: &Stand, call: &ReceivedCall) -> Result<(), Failure> {
    let own = format!("{}/notifications/antom", stand.merchant().base());
    ensure(text_at(&call.request, "/paymentNotifyUrl") == own, "our own URL is named", &call.request)
}
