//! The merchant API's own promises: limits, paging, repeated requests, fresh knowledge, and the second kind of credential.
//! What payments carry is judged in `payment_features`, bad input in `bad_input`.

use antom_tests::flows::Steps;
use antom_tests::http::{Call, flag_at, list_at, text_at};
use antom_tests::merchant::has_event;
use antom_tests::waiting::{Look, PATIENCE, until};
use antom_tests::{Failure, Proof, Stand, StandOptions, ensure, ledger};
use serde_json::{Value, json};

#[test]
fn a_key_that_asks_too_often_is_told_when_to_come_back() -> Proof {
    Stand::prove_with(&with(&[("ANTOM__SERVER__RATE_LIMIT", "1")]), |stand| {
        let merchant = stand.merchant();
        let refused = until("the end of the key's requests", PATIENCE, || {
            let answer = merchant.orders("")?;
            Ok(if answer.status == 429 { Look::Found(answer) } else { Look::NotYet(answer.text) })
        })?;
        refused.expect_problem(429, "too_many_requests")?;
        ensure(refused.retry_after == Some(1), "it is told when", &json!(refused.retry_after))?;
        merchant.with_key("unknown").orders("")?.expect_problem(401, "unauthorized")?;
        until("room for a request", PATIENCE, || {
            let answer = merchant.orders("")?;
            Ok(if answer.status == 200 { Look::Found(()) } else { Look::NotYet(answer.text) })
        })
    })
}

#[test]
fn orders_are_listed_in_pages_of_the_wanted_size_without_loss_or_repetition() -> Proof {
    Stand::prove(|stand| {
        let mut made = Vec::new();
        for _ in 0..5 {
            made.push(Steps::on(stand).create_order("page", "1000")?);
        }
        let (mut seen, mut query) = (Vec::new(), "?limit=2".to_owned());
        let sizes = until("the last page", PATIENCE, || {
            let page = stand.merchant().orders(&query)?.expect_status("a page", &[200])?;
            let orders = list_at(&page, "/orders");
            seen.push(orders.len());
            made.retain(|id| !orders.iter().any(|order| text_at(order, "/referenceOrderId") == id));
            let next = text_at(&page, "/next");
            if next.is_empty() {
                return Ok(Look::Found(seen.clone()));
            }
            query = format!("?limit=2&cursor={next}");
            Ok(Look::NotYet(page.to_string()))
        })?;
        ensure(sizes == [2, 2, 1] && made.is_empty(), "five orders on three pages", &json!([sizes, made]))?;
        for (query, field) in [("?limit=0", "limit"), ("?limit=201", "limit"), ("?limit=x", "limit")] {
            let refused = stand.merchant().orders(query)?;
            refused.expect_problem(400, "invalid_request")?;
            refused.expect_field(field)?;
        }
        stand.merchant().orders("?page=2")?.expect_problem(400, "invalid_request")
    })
}

//= B-8 test
#[test]
fn the_same_key_with_another_card_feature_is_another_request() -> Proof {
    Stand::prove(|stand| {
        let order = Steps::on(stand).create_order("same", "1000")?;
        let path = format!("/v1/orders/{order}/payments");
        let body = json!({"integration": "session", "paymentMethodType": "CARD", "card": {"is3DSAuthentication": true}});
        let pay = |body: &Value| stand.merchant().post_once(&path, body, "key-1");
        let first = pay(&body)?.expect_status("it is opened", &[201])?;
        let again = pay(&body)?.expect_status("the same again", &[201])?;
        ensure(first == again, "is the same payment", &again)?;
        let mut other = body;
        other["card"]["is3DSAuthentication"] = json!(false);
        pay(&other)?.expect_problem(409, "conflict")
    })
}

//= B-7 test
#[test]
fn before_goods_leave_the_gateway_is_asked_where_its_last_word_is_old() -> Proof {
    Stand::prove_with(&with(&[("ANTOM__PAYMENT__FRESH_FOR", "0s")]), |stand| {
        let steps = Steps::on(stand);
        let order = steps.create_order("ship", "1000")?;
        let opened = steps.open_session(&order, "AUTOMATIC")?;
        steps.buyer(&opened, "success")?;
        steps.wait_until_shippable(&order)?;
        let asked = || Ok::<_, Failure>(stand.gateway().calls("inquiryPayment", &opened.payment)?.len());
        let before = asked()?;
        let answer = stand.merchant().shippable(&order)?.expect_status("it is confirmed", &[200])?;
        ensure(flag_at(&answer, "/shippable") == Some(true), "it may be shipped", &answer)?;
        ensure(asked()? == before + 1, "after one more question", &json!(asked()?))?;

        let away = json!([{"target": "inquiryPayment", "probability": 1.0, "do": {"kind": "bad_signature"}}]);
        stand.gateway().plant_faults(&away)?;
        let answer = stand.merchant().shippable(&order)?.expect_status("nothing is confirmed", &[202])?;
        ensure(flag_at(&answer, "/shippable") == Some(false), "so nothing is shipped", &answer)?;
        ensure(text_at(&answer, "/outcome") == "in_doubt", "and the doubt is told", &answer)
    })
}

//= B-7 test
#[test]
fn a_fresh_word_of_the_gateway_needs_no_question() -> Proof {
    Stand::prove(|stand| {
        let steps = Steps::on(stand);
        let order = steps.create_order("fresh", "1000")?;
        let opened = steps.open_session(&order, "AUTOMATIC")?;
        steps.buyer(&opened, "success")?;
        steps.wait_until_shippable(&order)?;
        let asked = || Ok::<_, Failure>(stand.gateway().calls("inquiryPayment", &opened.payment)?.len());
        let before = asked()?;
        stand.merchant().shippable(&order)?.expect_status("it is confirmed", &[200])?;
        ensure(asked()? == before, "nobody asks", &json!(asked()?))
    })
}

//= C-7 test
#[test]
fn a_report_of_the_client_is_never_believed_and_at_most_leads_to_a_question() -> Proof {
    // After its first question the service asks nothing for an hour, and no notification comes in time.
    let polling = "{\"fast_window\": \"0s\", \"sweep\": \"1h\"}";
    Stand::prove_with(&with(&[("ANTOM__PAYMENT__POLLING", polling)]), |stand| {
        stand.gateway().set_timings(&json!({"paymentResultMs": 3_600_000}))?;
        let steps = Steps::on(stand);
        let order = steps.create_order("client", "1000")?;
        let opened = steps.open_session(&order, "AUTOMATIC")?;
        until("the service's own first question", PATIENCE, || {
            let asked = stand.gateway().calls("inquiryPayment", &opened.payment)?.len();
            Ok(if asked > 0 { Look::Found(()) } else { Look::NotYet("none".to_owned()) })
        })?;
        let url = text_at(&opened.answer, "/statusUrl").trim_start_matches(stand.merchant().base());
        let events = format!("{url}/events");
        let report = |event: &Value| {
            let answer = stand.merchant().send_without_key(Call::new("POST", &events).json(event))?;
            answer.expect_status("the report is taken", &[200])
        };
        let claim = json!({"code": "SDK_PAYMENT_SUCCESSFUL", "result": {"paymentStatus": "SUCCESS"}});
        let told = report(&claim)?;
        ensure(text_at(&told, "/status") == "processing", "a claim is no payment", &told)?;
        let seen = steps.order(&order)?;
        ensure(text_at(&seen, "/phase") == "awaitingPayment", "the books are as before", &seen)?;

        steps.buyer(&opened, "success")?;
        let loading = report(&json!({"code": "SDK_START_OF_LOADING"}))?;
        ensure(text_at(&loading, "/status") == "processing", "loading asks nobody", &loading)?;
        let seen = steps.order(&order)?;
        ensure(!has_event(&seen, "PaymentSucceeded", &opened.payment), "nobody knows yet", &seen)?;
        until("the question that a report leads to", PATIENCE, || {
            report(&json!({"code": "SDK_SOMETHING_NEW"}))?;
            let seen = steps.order(&order)?;
            let is_known = has_event(&seen, "PaymentSucceeded", &opened.payment);
            Ok(if is_known { Look::Found(()) } else { Look::NotYet(seen.to_string()) })
        })
    })
}

//= S-7 test
//= B-7 test
#[test]
fn the_result_page_says_what_the_books_know_whatever_its_address_says() -> Proof {
    Stand::prove(|stand| {
        let steps = Steps::on(stand);
        let order = steps.create_order("result", "1000")?;
        let opened = steps.open_session(&order, "AUTOMATIC")?;
        let sent = stand.gateway().calls("createPaymentSession", &opened.payment)?;
        let own = text_at(&opened.answer, "/statusUrl").replace("/status/", "/result/");
        let named = sent.first().map(|call| text_at(&call.request, "/paymentRedirectUrl"));
        ensure(named == Some(own.as_str()), "the buyer comes back to our own page", &json!(named))?;
        let page = own.trim_start_matches(stand.merchant().base());
        let says = |query: &str| {
            let path = format!("{page}{query}");
            Ok::<_, Failure>(stand.merchant().send_without_key(Call::new("GET", &path))?.text)
        };
        let is_paid = |text: &str| text.contains("data-shown=\"paid\"");
        let before = says("?paymentStatus=SUCCESS&result=S")?;
        ensure(!is_paid(&before), "the address proves nothing", &json!(before))?;
        steps.buyer(&opened, "success")?;
        until("the page of a paid order", PATIENCE, || {
            let text = says("?paymentStatus=FAIL")?;
            Ok(if is_paid(&text) { Look::Found(()) } else { Look::NotYet(text) })
        })
    })
}

//= H-1 test
//= B-6 test
#[test]
fn methods_come_from_the_gateway_or_else_from_the_configuration_and_tell_whether_they_know_refunds() -> Proof
{
    let options = with(&[
        ("ANTOM__PAYMENT__METHODS", "[\"CARD\", \"ALIPAY_CN\"]"),
        ("ANTOM__PAYMENT__METHODS_WITHOUT_REFUNDS", "[\"ALIPAY_CN\"]"),
    ]);
    Stand::prove_with(&options, |stand| {
        let merchant = stand.merchant();
        let wanted = json!({"amount": {"currency": "USD", "value": "1000"}, "terminalType": "WEB"});
        let consult = || merchant.post("/v1/consult", &wanted)?.expect_status("methods are told", &[200]);
        let refunds = |offered: &Value, method: &str| {
            let options = list_at(offered, "/paymentOptions").iter();
            let mut found = options.filter(|one| text_at(one, "/paymentMethodType") == method);
            found.next().and_then(|one| flag_at(one, "/supportsRefunds"))
        };
        let told = consult()?;
        ensure(text_at(&told, "/source") == "gateway", "the gateway tells", &told)?;
        ensure(!told["paymentOptions"][0]["logo"]["logoName"].is_null(), "with names", &told)?;
        ensure(refunds(&told, "CARD") == Some(true), "cards have refunds", &told)?;
        let away = json!([{"target": "consult", "probability": 1.0, "do": {"kind": "bad_signature"}}]);
        stand.gateway().plant_faults(&away)?;
        let told = consult()?;
        ensure(text_at(&told, "/source") == "configuration", "the configuration stands in", &told)?;
        ensure(refunds(&told, "ALIPAY_CN") == Some(false), "the wallet has no refunds", &told)?;

        let steps = Steps::on(stand);
        let order = steps.create_order("wallet", "1000")?;
        let body = json!({"integration": "hosted", "paymentMethodType": "ALIPAY_CN", "terminalType": "WEB"});
        let answer = merchant.open_payment(&order, &body)?.expect_status("it is opened", &[201])?;
        let payment = text_at(&answer, "/paymentRequestId");
        stand.gateway().complete(payment, "success")?;
        let is_paid = |seen: &Value| has_event(seen, "PaymentSucceeded", payment);
        merchant.wait_for_order(&order, "the payment", |_| Ok(()), is_paid)?;
        let told = merchant.refunds(payment)?.expect_status("refunds are listed", &[200])?;
        let nothing = flag_at(&told, "/supportsRefunds") == Some(false) && told["refundable"].is_null();
        ensure(nothing, "nothing can be refunded", &told)?;
        let part = json!({"amount": {"currency": "USD", "value": "100"}});
        merchant.refund(payment, &part)?.expect_problem(409, "method_without_refunds")
    })
}

//= X-13 test
#[test]
fn an_api_key_over_tls_pays_and_notifications_stay_signed() -> Proof {
    let options = StandOptions {
        simulator_arguments: ["--tls-listen", "127.0.0.1:0"].map(str::to_owned).to_vec(),
        ..StandOptions::default()
    };
    Stand::prove_with(&options, |stand| {
        let tls = stand.simulator().told("tls")?.to_owned();
        let keys = stand.keys();
        let file = keys.join("antom.toml");
        let text = std::fs::read_to_string(&file)?;
        let lines = text.lines().map(|line| match line {
            plain if plain.starts_with("base_url = ") => format!(
                "base_url = \"{tls}\"\nca_file = \"{}\"\ncredential = \"api_key\"\napi_key_file = \"{}\"",
                keys.join("ca.pem").display(),
                keys.join("gateway_api_key").display(),
            ),
            private if private.starts_with("merchant_private_key = ") => String::new(),
            other => other.to_owned(),
        });
        std::fs::write(&file, lines.collect::<Vec<_>>().join("\n"))?;
        stand.service().terminate()?;
        stand.start_service_again()?;

        let steps = Steps::on(stand);
        let order = steps.create_order("key", "1000")?;
        let opened = steps.open_session(&order, "AUTOMATIC")?;
        steps.buyer(&opened, "success")?;
        let paid = steps.wait_until_shippable(&order)?;
        steps.both_notifications_acknowledged(&opened, &paid)?;
        let shown = stand.check_config()?;
        let key = std::fs::read_to_string(stand.keys().join("gateway_api_key"))?;
        ensure(shown.contains("gateway.api_key = <redacted>"), "the key is not printed", &json!(shown))?;
        let told = format!("{shown} {}", stand.log_ends());
        ensure(!told.contains(key.trim()), "nor logged", &json!("an API key"))?;
        ledger::must_agree(stand)
    })
}

fn with(environment: &[(&str, &str)]) -> StandOptions {
    let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    StandOptions { service_environment: environment.iter().map(pair).collect(), ..StandOptions::default() }
}
