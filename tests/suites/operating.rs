//! What operators look at and rely on: metrics, logs, traces, readiness, the end, backup and restore.
//! Files and pages for operators are held against the program in `deploying`.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use antom_tests::catcher::Catcher;
use antom_tests::flows::{Steps, session_automatic_capture, surplus_is_cancelled};
use antom_tests::http::{Call, flag_at, text_at};
use antom_tests::merchant::{hosted_body, order_body};
use antom_tests::postgres::Cluster;
use antom_tests::receiver::{Receiver, Reply};
use antom_tests::waiting::{Look, PATIENCE, until};
use antom_tests::{Failure, Proof, Stand, StandOptions, ensure, ledger, skip};
use serde_json::{Value, json};

/// The text of a file of this repository.
fn page(path: &str) -> Result<String, Failure> {
    Ok(std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path))?)
}

fn with(settings: &[(&str, &str)]) -> StandOptions {
    let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    StandOptions { service_environment: settings.collect(), ..StandOptions::default() }
}

fn metrics(stand: &Stand) -> Result<String, Failure> {
    let answer = stand.admin()?.send(Call::new("GET", "/metrics"))?;
    let is_text = answer.content_type.starts_with("text/plain; version=0.0.4");
    ensure(answer.status == 200 && is_text, "metrics are Prometheus' text", &json!(answer.content_type))?;
    Ok(answer.text)
}

/// The value of a series by its name and labels as they are written; `None` where it is not told.
fn value(text: &str, series: &str) -> Option<f64> {
    text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' ')?.parse().ok())
}

/// Waits until a series has at least this value.
fn reaches(stand: &Stand, series: &str, least: f64) -> Result<(), Failure> {
    until(&format!("{series} of {least}"), PATIENCE, || {
        let text = metrics(stand)?;
        let seen = value(&text, series);
        Ok(if seen.is_some_and(|seen| seen >= least) {
            Look::Found(())
        } else {
            Look::NotYet(format!("{seen:?}"))
        })
    })
}

fn tells_what_happened(stand: &mut Stand) -> Result<(), Failure> {
    surplus_is_cancelled(stand)?;
    let steps = Steps::on(stand);
    let order = steps.create_order("held", "1000")?;
    let held = steps.open_session(&order, "MANUAL")?;
    steps.buyer(&held, "success")?;
    steps.wait_for_event(&held, "AuthorizationHeld")?;
    let waiting = steps.create_order("waiting", "1000")?;
    let waiting = steps.open_session(&waiting, "AUTOMATIC")?;
    stand.merchant().send_without_key(
        Call::new("POST", "/notifications/antom")
            .header("client-id", "nobody")
            .header("request-time", "2026-11-22T01:30:00Z")
            .header("signature", "algorithm=RSA256,keyVersion=1,signature=AAAA")
            .json(&json!({"notifyType": "PAYMENT_RESULT"})),
    )?;

    for (series, least) in [
        ("antom_gateway_calls_total{api=\"createPaymentSession\",result=\"success\"}", 4.0),
        ("antom_gateway_calls_total{api=\"cancel\",result=\"success\"}", 1.0),
        ("antom_gateway_call_seconds_count{api=\"capture\"}", 1.0),
        ("antom_order_events_total{event=\"AttemptSurplus\"}", 1.0),
        ("antom_order_events_total{event=\"OrderCreated\"}", 3.0),
        ("antom_notifications_total{verdict=\"absorbed\"}", 1.0),
        ("antom_notifications_total{verdict=\"refused\"}", 1.0),
        ("antom_requests_total{surface=\"merchant_api\",status=\"2xx\"}", 1.0),
        ("antom_requests_total{surface=\"webhook\",status=\"4xx\"}", 1.0),
        ("antom_commits_total{outcome=\"written\"}", 1.0),
        ("antom_books_readable", 1.0),
        ("antom_open_payments", 1.0),
        ("antom_oldest_open_payment_seconds", 1.0),
        ("antom_tasks{task=\"capture\"}", 1.0),
        ("antom_connections{listener=\"admin\"}", 1.0),
        ("antom_connections_limit", 512.0),
        ("antom_store_connections", 1.0),
    ] {
        reaches(stand, series, least)?;
    }
    let text = metrics(stand)?;
    for series in [
        "antom_unknown_outcomes_total{api=\"cancel\"}",
        "antom_surplus_payments",
        "antom_capture_deadlines_soon",
        "antom_books_cut",
    ] {
        ensure(value(&text, series) == Some(0.0), &format!("{series} is 0"), &json!(value(&text, series)))?;
    }
    for id in [&order, &held.payment, &waiting.order, &waiting.payment] {
        ensure(!text.contains(id.as_str()), "no id is a label", &json!(id))?;
    }
    Ok(())
}

#[test]
fn the_metrics_tell_calls_events_notifications_and_what_waits_and_no_id() -> Proof {
    Stand::prove(tells_what_happened)
}

#[test]
fn the_metrics_tell_the_same_over_postgres() -> Proof {
    let Some(cluster) = Cluster::start().map_err(Failure::from)? else {
        return Ok(skip::note("metrics over PostgreSQL: no initdb and pg_ctl").map_err(Failure::from)?);
    };
    Stand::prove_with(&with(&[("ANTOM__DATABASE__URL", &cluster.url())]), tells_what_happened)
}

#[test]
fn an_event_that_nobody_takes_is_told_with_its_age() -> Proof {
    let receiver = Receiver::start()?;
    let settings = [
        ("ANTOM__EVENTS__WEBHOOK_URL", receiver.url("/hooks").as_str()),
        ("ANTOM__EVENTS__WEBHOOK_SECRETS", "[\"whsec_dGVzdHMtb25seS1zZWNyZXQtbnIuLTAx\"]"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let settings = settings.each_ref().map(|(name, value)| (name.as_str(), value.as_str()));
    Stand::prove_with(&with(&settings), |stand| {
        const LAG: &str = "antom_event_backlog_seconds";
        receiver.reply_with(&[Reply::Status(503); 4]);
        let steps = Steps::on(stand);
        let order = steps.create_order("untold", "1000")?;
        let opened = steps.open_session(&order, "AUTOMATIC")?;
        steps.buyer(&opened, "success")?;
        reaches(stand, LAG, 3.0)?;
        receiver.wait_for(&order, "order.paid")?;
        until("an empty queue", PATIENCE, || {
            let seen = value(&metrics(stand)?, LAG);
            Ok(if seen == Some(0.0) { Look::Found(()) } else { Look::NotYet(format!("{seen:?}")) })
        })
    })
}

#[test]
fn an_outcome_that_is_unknown_is_counted_and_the_payment_is_told_to_be_in_doubt() -> Proof {
    Stand::prove_with(&with(&[("ANTOM__GATEWAY__TIMEOUT", "1s")]), |stand| {
        let deaf = json!([
            {"target": "pay", "probability": 1.0, "do": {"kind": "timeout_after_effect"}},
            {"target": "inquiryPayment", "probability": 1.0, "do": {"kind": "status", "status": 503}},
        ]);
        stand.gateway().plant_faults(&deaf)?;
        let order = Steps::on(stand).create_order("doubt", "1000")?;
        // Whoever goes away before the request was read has asked for nothing.
        let _held = stand.merchant().post_and_hold(
            &format!("/v1/orders/{order}/payments"),
            &hosted_body("AUTOMATIC"),
            "doubt-1",
        )?;
        reaches(stand, "antom_unknown_outcomes_total{api=\"pay\"}", 1.0)?;
        reaches(stand, "antom_payments_in_doubt", 1.0)?;
        reaches(stand, "antom_gateway_calls_total{api=\"inquiryPayment\",result=\"maybe_sent\"}", 1.0)
    })
}

/// The first words of `# TYPE` lines, and what stands in backquotes on the page.
#[test]
fn the_page_about_metrics_names_every_metric_and_the_rules_name_no_other() -> Proof {
    let (page, rules) = (page("docs/operate/monitoring.md")?, page("deploy/prometheus/alerts.yaml")?);
    Stand::prove(|stand| {
        let text = metrics(stand)?;
        let told: BTreeSet<&str> =
            text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect();
        let named: BTreeSet<&str> = names(&page).collect();
        let differences: Vec<_> = told.symmetric_difference(&named).collect();
        ensure(differences.is_empty(), "the page names what is told", &json!(differences))?;
        let unknown: Vec<_> = names(&rules).filter(|name| !told.contains(name)).collect();
        ensure(unknown.is_empty(), "the rules look at what is told", &json!(unknown))?;
        for series in matchers(&rules) {
            let (label, values) = series;
            let all_known = values.split('|').all(|one| text.contains(&format!("{label}=\"{one}\"")));
            ensure(all_known, "the rules look for labels that there are", &json!([label, values]))?;
        }
        Ok(())
    })
}

fn names(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|letter: char| !(letter.is_ascii_lowercase() || letter == '_'));
    words.filter(|word| word.starts_with("antom_") && *word != "antom_adapters")
}

/// What the rules compare labels with: `event=~"A|B"` is `("event", "A|B")`.
fn matchers(rules: &str) -> Vec<(&str, &str)> {
    let inside = rules.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0));
    let pairs = inside.flat_map(|inside| inside.split(',')).filter_map(|pair| pair.split_once('='));
    pairs
        .filter(|(_, value)| value.contains('"'))
        .map(|(label, value)| (label, value.trim_start_matches('~').trim_matches('"')))
        .filter(|(label, _)| *label != "job")
        .collect()
}

/// Lines of the log as JSON.
fn lines(log: &str) -> Vec<Value> {
    log.lines().map(|line| serde_json::from_str(line).unwrap_or(Value::Null)).collect()
}

#[test]
fn each_state_change_and_each_call_is_one_line_that_names_its_payment() -> Proof {
    Stand::prove(|stand| {
        let report = session_automatic_capture(stand)?;
        let order = &report.orders[0];
        let id = text_at(order, "/referenceOrderId");
        let payment = text_at(order, "/attempts/0/paymentRequestId");
        let log = stand.service_log()?;
        let lines = lines(&log);
        ensure(!lines.contains(&Value::Null), "every line is JSON", &json!(log))?;
        for entry in order["timeline"].as_array().into_iter().flatten() {
            let is_told = |line: &&Value| {
                text_at(line, "/fields/message") == "recorded"
                    && line["fields"]["event"] == entry["event"]
                    && text_at(line, "/fields/referenceOrderId") == id
                    && line["fields"].get("paymentRequestId").and_then(Value::as_str)
                        == entry["paymentRequestId"].as_str()
            };
            ensure(lines.iter().filter(is_told).count() > 0, "the event has its line", entry)?;
        }
        let called = |line: &&Value| {
            text_at(line, "/fields/message") == "gateway called"
                && text_at(line, "/fields/api") == "createPaymentSession"
                && text_at(line, "/fields/paymentRequestId") == payment
                && text_at(line, "/fields/resultCode") == "SUCCESS"
                && line["fields"]["durationMs"].is_u64()
                && line["spans"].as_array().into_iter().flatten().any(|span| span["referenceOrderId"] == id)
        };
        ensure(lines.iter().filter(called).count() == 1, "the call has one line", &json!(log))
    })
}

/// Planted where secrets and buyers' data can stand, and what the programs themselves must keep secret.
#[test]
fn no_secret_and_no_buyers_data_is_logged_at_any_level() -> Proof {
    const CANARY: &str = "canary7q";
    Stand::prove_with(&with(&[("ANTOM__LOG__LEVEL", "trace")]), |stand| {
        let merchant = stand.merchant().clone();
        let mut body = order_body("order-1", "1000");
        body["description"] = json!(format!("{CANARY} description"));
        body["buyer"]["referenceBuyerId"] = json!(format!("{CANARY}-buyer"));
        merchant.create_order(&body)?.expect_status("it is created", &[201])?;
        let steps = Steps::on(stand);
        let session = steps.open_session("order-1", "AUTOMATIC")?;
        let hosted = merchant.open_payment("order-1", &hosted_body("AUTOMATIC"))?.json;
        steps.buyer(&session, "success")?;
        steps.wait_until_shippable("order-1")?;

        let strange = merchant.with_key(&format!("{CANARY}-key"));
        let card = json!({"cardNo": "4111111111111111", "cvv": format!("{CANARY}-cvv"), "password": CANARY});
        for (method, path) in [
            ("POST", "/v1/orders"),
            ("POST", "/v1/orders/order-1/payments"),
            ("POST", "/v1/payments/unknown/refunds"),
            ("POST", "/notifications/antom"),
            ("GET", "/status/canary7q-token"),
            ("GET", "/result/canary7q-token"),
            ("GET", "/v1/orders?cursor=canary7q"),
            ("GET", "/canary7q/path"),
        ] {
            for merchant in [&merchant, &strange] {
                let call = Call::new(method, path).header("signature", format!("{CANARY}-signature"));
                let call = call.header("cookie", CANARY).header("client-id", CANARY);
                merchant.send(if method == "POST" { call.json(&card) } else { call })?;
            }
        }
        let opened = stand.gateway().calls("createPaymentSession", &session.payment)?;
        let address = text_at(&opened[0].request, "/paymentRedirectUrl").to_owned();
        let token = address.rsplit('/').next().unwrap_or_default().to_owned();
        merchant.send_without_key(Call::new("GET", &format!("/status/{token}")))?;

        let key = std::fs::read_to_string(stand.keys().join("api_key"))?;
        let private = std::fs::read_to_string(stand.keys().join("merchant_private.pem"))?;
        let private = private.lines().nth(3).unwrap_or_default().to_owned();
        let session_data = text_at(&session.answer, "/session/paymentSessionData").to_owned();
        let normal_url = text_at(&hosted, "/redirect/normalUrl").to_owned();
        let secrets = [
            CANARY,
            "4111111111111111",
            key.trim(),
            &private,
            &session_data,
            &normal_url,
            &token,
            "signature=",
        ];
        let log = stand.service_log()?;
        ensure(log.contains("\"DEBUG\""), "more than usual is logged", &json!(log.len()))?;
        for secret in secrets {
            ensure(secret.len() >= 8, "there is something to look for", &json!(secret))?;
            let line = log.lines().find(|line| line.contains(secret));
            ensure(line.is_none(), "it is not logged", &json!([secret, line]))?;
        }
        Ok(())
    })
}

#[test]
fn sigterm_makes_it_unready_first_while_everything_is_still_served_and_then_it_ends() -> Proof {
    Stand::prove_with(&with(&[("ANTOM__SERVER__DRAIN", "4s")]), |stand| {
        let order = Steps::on(stand).create_order("last", "1000")?;
        let admin = stand.admin()?;
        admin.send(Call::new("GET", "/readyz"))?.expect_status("it is ready", &[200])?;
        stand.service().ask_to_end()?;
        until("the end in /readyz", PATIENCE, || {
            let answer = admin.send(Call::new("GET", "/readyz"))?;
            let is_ending = answer.status == 503 && answer.text.contains("ending");
            Ok(if is_ending { Look::Found(()) } else { Look::NotYet(answer.text) })
        })?;
        Steps::on(stand).open_session(&order, "AUTOMATIC")?;
        admin.send(Call::new("GET", "/healthz"))?.expect_status("it is alive", &[200])?;
        let end = stand.service().wait_for_end(std::time::Duration::from_secs(10))?;
        ensure(end.success(), "it ends with 0 within 10 s", &json!(end.to_string()))
    })
}

#[test]
fn spans_reach_the_collector_in_the_trace_of_the_caller() -> Proof {
    // The bytes of the trace id are letters, so that they are found in the collector's binary form.
    const TRACE: &str = "canaryTraceIdABC";
    let collector = Catcher::start()?;
    Stand::prove_with(&with(&[("ANTOM__LOG__OTLP", &collector.url(""))]), |stand| {
        let hex: String = TRACE.bytes().map(|byte| format!("{byte:02x}")).collect();
        let call = Call::new("POST", "/v1/orders").json(&order_body("traced-1", "1000"));
        let call = call.header("traceparent", format!("00-{hex}-00f067aa0ba902b7-01"));
        stand.merchant().send(call)?.expect_status("it is created", &[201])?;
        stand.service().ask_to_end()?;
        let sent = collector.catch()?;
        ensure(sent.header("content-type") == "application/x-protobuf", "it is OTLP", &json!(sent.headers))?;
        let in_trace = sent.body.contains(TRACE) && sent.body.contains("/v1/orders");
        ensure(in_trace, "the request's span is in the caller's trace", &json!(sent.body))?;
        let log = stand.service_log()?;
        ensure(log.contains(&hex), "the log names the trace", &json!(log))
    })
}

/// The commands of the page, with the page's places replaced by those of the test.
fn commands(page: &str, program: &str) -> Vec<String> {
    let lines = page.lines().filter_map(|line| line.strip_prefix("$ "));
    lines.filter(|line| line.starts_with(program)).map(str::to_owned).collect()
}

fn run(command: &str) -> Result<String, Failure> {
    let ended = Command::new("sh").args(["-c", command]).output()?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if ended.status.success() {
        return Ok(text(&ended.stdout));
    }
    Err(Failure::step(format!("`{command}` ends with 0"), text(&ended.stderr)))
}

fn is_there(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok()
}

#[test]
fn a_backup_taken_while_it_runs_is_restored_as_the_page_says() -> Proof {
    if !is_there("sqlite3") {
        return Ok(skip::note("backup and restore of SQLite: no sqlite3").map_err(Failure::from)?);
    }
    let page = page("docs/operate/backup.md")?;
    Stand::prove(|stand| {
        let steps = Steps::on(stand);
        let paid = steps.create_order("paid", "1000")?;
        let opened = steps.open_session(&paid, "AUTOMATIC")?;
        steps.buyer(&opened, "success")?;
        steps.wait_until_shippable(&paid)?;
        let open = steps.create_order("open", "1000")?;
        let open = steps.open_session(&open, "AUTOMATIC")?;

        let (books, folder) = (stand.database(), stand.folder().display().to_string());
        let mut said = Vec::new();
        for command in commands(&page, "sqlite3") {
            let here = command.replace("/var/lib/antom/antom.sqlite", &books.display().to_string());
            said.push(run(&here.replace("/var/backups", &folder))?);
        }
        ensure(said.last().map(|said| said.trim()) == Some("ok"), "the backup is whole", &json!(said))?;

        stand.service().terminate()?;
        for backup in ["antom-small.sqlite", "antom-backup.sqlite"] {
            for suffix in ["", "-wal", "-shm"] {
                let old = format!("{}{suffix}", books.display());
                // Whatever is not there needs no moving.
                let _moved = std::fs::rename(&old, format!("{old}.old"));
            }
            std::fs::copy(stand.folder().join(backup), &books)?;
            stand.start_service_again()?;
            let seen = Steps::on(stand).order(&paid)?;
            ensure(flag_at(&seen, "/shippable") == Some(true), "what was paid is paid", &seen)?;
            stand.service().terminate()?;
        }
        stand.start_service_again()?;
        Steps::on(stand).buyer(&open, "success")?;
        Steps::on(stand).wait_until_shippable(&open.order)?;
        ledger::must_agree(stand)
    })
}

#[test]
fn a_dump_of_postgres_is_restored_as_the_page_says() -> Proof {
    let programs = ["pg_dump", "createdb", "pg_restore"];
    let cluster = if programs.iter().all(|program| is_there(program)) { Cluster::start() } else { Ok(None) };
    let Some(cluster) = cluster.map_err(Failure::from)? else {
        return Ok(
            skip::note("dump and restore of PostgreSQL: no server or no client").map_err(Failure::from)?
        );
    };
    let page = page("docs/operate/backup.md")?;
    let of_database = |name: &str| cluster.url().replace("/postgres?", &format!("/{name}?"));
    let mut order = String::new();
    Stand::prove_with(&with(&[("ANTOM__DATABASE__URL", &cluster.url())]), |stand| {
        let steps = Steps::on(stand);
        order = steps.create_order("paid", "1000")?;
        let opened = steps.open_session(&order, "AUTOMATIC")?;
        steps.buyer(&opened, "success")?;
        steps.wait_until_shippable(&order)?;
        for command in programs.iter().flat_map(|program| commands(&page, program)) {
            let here =
                command.replace("postgres://antom@db.example/antom_restored", &of_database("antom_restored"));
            let here = here.replace("postgres://antom@db.example/antom", &cluster.url());
            run(&here.replace("/var/backups", &stand.folder().display().to_string()))?;
        }
        Ok(())
    })?;
    Stand::prove_with(&with(&[("ANTOM__DATABASE__URL", &of_database("antom_restored"))]), |stand| {
        let seen = Steps::on(stand).order(&order)?;
        ensure(flag_at(&seen, "/shippable") == Some(true), "what was paid is paid", &seen)
    })
}
