//! Personal data at rest, through real processes: sealed with a key, refused without it, sealed anew with another, erased.
//! What each database does with a value is tested beside the adapters.
#![allow(clippy::indexing_slicing, reason = "a JSON value that is asked for what it has not gives null")]

use antom_tests::flows::{Opened, Steps};
use antom_tests::http::{list_at, text_at};
use antom_tests::merchant::hosted_body;
use antom_tests::postgres::Cluster;
use antom_tests::process::Ended;
use antom_tests::waiting::{Look, PATIENCE, until};
use antom_tests::{Failure, Proof, Stand, StandOptions, ensure, ledger, skip};
use serde_json::{Value, json};

/// 32 times the same byte: nobody's keys.
const KEY: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
const OTHER_KEY: &str = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=";
/// With the scope `admin`, and its SHA-256.
const ADMIN: [(&str, &str, &str); 1] =
    [("threat-admin", "admin", "54edbaeb12597754c479cd4f845831d602a7b267823584ad57adda2f7014b623")];
const CANARIES: [&str; 7] = [
    "Zephyrine",
    "zephyrine@canary.example",
    "999555123456",
    "a cage for canaries",
    "buyer-canary-77",
    "7 Canary Wharf",
    "card-token-canary-5511",
];

fn with(more: &[(&str, &str)]) -> StandOptions {
    let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    StandOptions { service_environment: more.iter().map(pair).collect(), ..StandOptions::default() }
}

fn order_of_canaries(order: &str) -> Value {
    json!({
        "referenceOrderId": order,
        "amount": {"currency": "USD", "value": "1000"},
        "description": "a cage for canaries",
        "buyer": {
            "referenceBuyerId": "buyer-canary-77",
            "buyerName": {"firstName": "Zephyrine", "lastName": "Canary"},
            "buyerEmail": "zephyrine@canary.example",
            "buyerPhoneNo": "999555123456",
        },
    })
}

fn create(stand: &Stand, about: &str) -> Result<String, Failure> {
    let order = stand.next_order_id(about);
    stand.merchant().create_order(&order_of_canaries(&order))?.expect_status("it is created", &[201])?;
    Ok(order)
}

/// A paid order of a buyer whose data are known.
fn paid(stand: &Stand) -> Result<Opened, Failure> {
    let steps = Steps::on(stand);
    let order = create(stand, "canary")?;
    let opened = steps.open_session(&order, "AUTOMATIC")?;
    steps.buyer(&opened, "success")?;
    steps.wait_until_shippable(&order)?;
    stand.gateway().wait_for_acknowledged(&[&opened.payment], "PAYMENT_RESULT")?;
    Ok(opened)
}

/// A payment with a stored card and a billing address, whose opening call waits because the gateway is away.
fn waiting_call(stand: &Stand) -> Result<String, Failure> {
    let rules = json!([{"target": "pay", "probability": 1.0, "do": {"kind": "status", "status": 503}}]);
    stand.gateway().plant_faults(&rules)?;
    let order = create(stand, "waiting")?;
    let mut body = hosted_body("AUTOMATIC");
    body["card"] = json!({
        "cardToken": "card-token-canary-5511",
        "billingAddress": {"address1": "7 Canary Wharf", "city": "London", "region": "GB", "zipCode": "E14"},
    });
    let opened = stand.merchant().open_payment(&order, &body)?.expect_status("nobody knows", &[202])?;
    Ok(text_at(&opened, "/paymentRequestId").to_owned())
}

/// The canaries in the database and everything beside it.
fn found(stand: &Stand) -> Result<Vec<&'static str>, Failure> {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(stand.folder())? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.starts_with("antom.sqlite") && path.is_file() {
            bytes.extend(std::fs::read(&path)?);
        }
    }
    ensure(bytes.len() > 4_096, "there is a database", &json!(bytes.len()))?;
    let holds = |word: &&str| bytes.windows(word.len()).any(|window| window == word.as_bytes());
    Ok(CANARIES.into_iter().filter(holds).collect())
}

#[test]
fn in_a_sealed_database_nothing_personal_is_found_and_a_call_is_repeated_with_the_same_bytes() -> Proof {
    Stand::prove_with(
        &with(&[("ANTOM__DATABASE__DATA_KEY", KEY), ("ANTOM__GATEWAY__TIMEOUT", "1s")]),
        |stand| {
            paid(stand)?;
            let payment = waiting_call(stand)?;
            let first = stand.gateway().calls("pay", &payment)?;
            stand.kill_service()?;
            ensure(found(stand)?.is_empty(), "nothing of it is in the files", &json!(found(stand)?))?;

            stand.gateway().clear_faults()?;
            stand.start_service_again()?;
            let answered = until("the repeated call", PATIENCE, || {
                let calls = stand.gateway().calls("pay", &payment)?;
                let is_taken = calls.iter().any(|call| !call.answer.is_null());
                Ok(if is_taken { Look::Found(calls) } else { Look::NotYet(format!("{} calls", calls.len())) })
            })?;
            let request =
                &first.first().ok_or_else(|| Failure::step("it was sent before", "no call"))?.request;
            ensure(request.to_string().contains("card-token-canary-5511"), "it held the token", request)?;
            let same = answered.iter().all(|call| call.request == *request);
            ensure(same && answered.len() > first.len(), "each time the same", request)?;
            ledger::must_agree(stand)?;
            stand.service().terminate()?;
            ensure(found(stand)?.is_empty(), "nor afterwards", &json!(found(stand)?))
        },
    )
}

/// A search that finds nothing anywhere would prove nothing.
#[test]
fn without_a_key_the_same_search_finds_all_of_it() -> Proof {
    Stand::prove_with(&with(&[("ANTOM__GATEWAY__TIMEOUT", "1s")]), |stand| {
        paid(stand)?;
        waiting_call(stand)?;
        stand.kill_service()?;
        ensure(found(stand)? == CANARIES, "it is all there", &json!(found(stand)?))
    })
}

fn antom(stand: &Stand, command: &[&str]) -> Result<Ended, Failure> {
    stand.antom(&[command, &["--config", "antom.toml"]].concat())
}

#[test]
fn a_database_without_its_key_is_not_served_and_antom_seal_seals_what_was_clear() -> Proof {
    let file = tempfile::NamedTempFile::new().map_err(Failure::from)?;
    std::fs::write(file.path(), "").map_err(Failure::from)?;
    let path = file.path().display().to_string();
    // The key comes from a file, so that the same service can be started with none, one and another.
    Stand::prove(|stand| {
        let opened = paid(stand)?;
        stand.service().terminate()?;
        ensure(!found(stand)?.is_empty(), "it was written in the clear", &json!([]))?;
        antom(stand, &["seal"])?.expect("there is no key", 5)?;

        let config = stand.keys().join("antom.toml");
        let clear = std::fs::read_to_string(&config)?;
        let write =
            |keys: &str| std::fs::write(&config, clear.replace("[database]", &format!("[database]\n{keys}")));
        std::fs::write(&path, KEY)?;
        write(&format!("data_key = \"{path}\""))?;
        let said = antom(stand, &["seal", "--json"])?.expect("it seals", 0)?;
        ensure(said.contains("\"sealed\":") && !said.contains(KEY), "it tells how much", &json!(said))?;
        ensure(found(stand)?.is_empty(), "free pages included", &json!(found(stand)?))?;

        for keys in ["", &format!("data_key = \"{OTHER_KEY}\"")] {
            write(keys)?;
            let refused = antom(stand, &["serve"])?;
            let names_it = refused.stderr.contains("database.data_key");
            ensure(names_it, "the key is named", &json!(refused.stderr))?;
            refused.expect("it does not start", 5)?;
            antom(stand, &["order", "list", "--offline"])?.expect("nor is it read", 5)?;
        }
        std::fs::write(&path, OTHER_KEY)?;
        write(&format!("data_key = \"{path}\"\nold_data_keys = [\"{KEY}\"]"))?;
        antom(stand, &["seal"])?.expect("the key is changed", 0)?;
        write(&format!("data_key = \"{path}\""))?;
        stand.start_service_again()?;
        let seen = Steps::on(stand).order(&opened.order)?;
        ensure(text_at(&seen, "/description") == "a cage for canaries", "it is read", &seen)
    })
}

fn ask(stand: &Stand, command: &[&str]) -> Result<Ended, Failure> {
    std::fs::write(stand.keys().join("admin_key"), ADMIN[0].0)?;
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(stand.keys().join("admin_key"), mode)?;
    antom(stand, &[command, &["--api-key-file", "admin_key"]].concat())
}

/// What the merchant API shows of an order and of what was told about it.
fn shown(stand: &Stand, opened: &Opened) -> Result<String, Failure> {
    let order = Steps::on(stand).order(&opened.order)?;
    let payment = stand.merchant().payment(&opened.payment)?.expect_status("it is shown", &[200])?;
    let events = stand.merchant().get("/v1/events")?.expect_status("they are listed", &[200])?;
    Ok(json!([order, payment, events]).to_string())
}

fn is_erased_and_goes_on(stand: &mut Stand) -> Result<(), Failure> {
    stand.add_keys(&ADMIN)?;
    let opened = paid(stand)?;
    let other = paid(stand)?;
    let steps = Steps::on(stand);
    let open = create(stand, "open")?;
    let waiting = steps.open_session(&open, "AUTOMATIC")?;
    let last_four = text_at(&steps.order(&opened.order)?, "/attempts/0/details/lastFour").to_owned();
    let personal = [&CANARIES[3..5], &[&last_four]].concat();
    let before = shown(stand, &opened)?;
    let is_told = !last_four.is_empty() && personal.iter().all(|word| before.contains(word));
    ensure(is_told, "the card and the buyer are shown", &json!(before))?;

    ask(stand, &["erase", "--order", "nobody"])?.expect("no such order", 1)?;
    ask(stand, &["erase", "--order", &waiting.order])?.expect("the buyer may still pay", 1)?;
    ask(stand, &["erase", "--order", &waiting.order, "--buyer", "x"])?.expect("one of both", 64)?;
    let said = ask(stand, &["erase", "--order", &opened.order])?.expect("it is erased", 0)?;
    ensure(said.contains(&opened.order), "it is named", &json!(said))?;
    ask(stand, &["erase", "--order", &opened.order])?.expect("once more is harmless", 0)?;
    let said = ask(stand, &["erase", "--buyer", "buyer-canary-77", "--json"])?.expect("one waits", 1)?;
    let report: Value = serde_json::from_str(&said).unwrap_or_default();
    let is_right = report["erased"] == json!([other.order])
        && text_at(&report, "/refused/0/referenceOrderId") == waiting.order
        && list_at(&report, "/erasedBefore").is_empty();
    ensure(is_right, "what rests is erased, the rest is named, the erased one is nobody's", &report)?;

    for erased in [&opened, &other] {
        let order = steps.order(&erased.order)?;
        let payment = stand.merchant().payment(&erased.payment)?.text;
        let left: Vec<_> =
            personal.iter().filter(|word| format!("{order}{payment}").contains(**word)).collect();
        ensure(left.is_empty(), "nothing of it is shown", &json!([left, order]))?;
        ensure(text_at(&order, "/phase") == "paid", "it is paid as before", &order)?;
        let last = list_at(&order, "/timeline").last().cloned().unwrap_or_default();
        ensure(text_at(&last, "/event") == "PersonalDataErased", "the timeline tells it", &order)?;
    }
    let id = stand.merchant().shippable(&opened.order)?.expect_status("it ships", &[200])?;
    ensure(id["shippable"] == json!(true), "it ships", &id)?;
    stand.merchant().inquire(&opened.payment)?.expect_status("it is inquired", &[200])?;
    let again = stand.merchant().open_payment(&opened.order, &hosted_body("AUTOMATIC"))?;
    again.expect_problem(409, "order_erased")?;
    let refund = json!({"amount": {"currency": "USD", "value": "400"}, "refundRequestId": "R-erased"});
    stand.merchant().refund(&opened.payment, &refund)?.expect_status("it is refunded", &[200, 202])?;
    steps.wait_for_event(&opened, "RefundSucceeded")?;
    let order = steps.order(&opened.order)?.to_string();
    let left: Vec<_> = personal.iter().filter(|word| order.contains(**word)).collect();
    ensure(left.is_empty(), "inquiry and refund brought nothing back", &json!([left, order]))?;
    steps.judge(&opened, &json!({"captured": "1000", "refunded": "400"}))?;
    let log = stand.service_log()?;
    ensure(log.contains("personal data erased on request"), "the log tells it", &Value::Null)?;
    let printed: Vec<_> = CANARIES.iter().filter(|word| log.contains(**word)).collect();
    ensure(printed.is_empty(), "and nothing else", &json!(printed))
}

#[test]
fn an_erased_order_is_shown_inquired_and_refunded_without_anything_personal() -> Proof {
    Stand::prove_with(&with(&[("ANTOM__DATABASE__DATA_KEY", KEY)]), is_erased_and_goes_on)
}

#[test]
fn an_order_is_erased_in_postgres_too() -> Proof {
    let Some(cluster) = Cluster::start().map_err(Failure::from)? else {
        return Ok(skip::note("erasing in PostgreSQL: initdb and pg_ctl").map_err(Failure::from)?);
    };
    let options = [("ANTOM__DATABASE__URL", &*cluster.url()), ("ANTOM__DATABASE__DATA_KEY", KEY)];
    Stand::prove_with(&with(&options), is_erased_and_goes_on)
}
