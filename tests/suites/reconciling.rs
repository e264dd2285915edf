//! Reconciliation by real processes: the simulator settles the day, the service and the command line hold it against the books.
//! What a single file may say is tested beside `antom-reconcile`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use antom_tests::desk::{Desk, after};
use antom_tests::flows::{
    Steps, captured_surplus_is_refunded, hosted_manual_capture, retry_after_failure,
    session_automatic_capture,
};
use antom_tests::http::{Answer, Call, list_at, text_at};
use antom_tests::postgres::Cluster;
use antom_tests::waiting::{Look, PATIENCE, until};
use antom_tests::{Failure, Proof, Stand, StandOptions, ensure, skip};
use serde_json::{Value, json};

/// A key of an operator, and its SHA-256.
const ADMIN: (&str, &str, &str) =
    ("only-admin", "admin", "82413be6d7bcc2234379c2d4c65a16c44fd7201a2f17449a952a349776f4fc45");
const CONFIG: [&str; 2] = ["--config", "antom.toml"];

fn with(settings: &[(&str, &str)]) -> StandOptions {
    let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    StandOptions { service_environment: settings.collect(), ..StandOptions::default() }
}

/// A day with every usual kind of transaction.
fn a_day(stand: &Stand) -> Result<(), Failure> {
    session_automatic_capture(stand)?;
    hosted_manual_capture(stand)?;
    retry_after_failure(stand)?;
    captured_surplus_is_refunded(stand).map(drop)
}

/// Has today settled, with these discrepancies; answers the files.
fn settle(stand: &Stand, plant: &[&str]) -> Result<Vec<PathBuf>, Failure> {
    let now = stand.gateway().now()?;
    let now =
        antom_core::Timestamp::parse(&now).map_err(|error| Failure::step("the clock tells a time", error))?;
    // The gateway's days are those of UTC+8.
    let there = now.saturating_add(Duration::from_secs(8 * 3_600)).to_rfc3339();
    let day = there.get(..10).unwrap_or_default();
    let http = antom_tests::http::Http::new(stand.gateway().base());
    let call = Call::new("POST", "/_simulator/settlement").json(&json!({"date": day, "plant": plant}));
    let settled = http.send(call)?.expect_status("the day is settled", &[200])?;
    Ok(list_at(&settled, "/files").iter().filter_map(Value::as_str).map(PathBuf::from).collect())
}

fn upload(stand: &Stand, files: &[PathBuf]) -> Result<Answer, Failure> {
    let mut form = String::new();
    for file in files {
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let text = std::fs::read_to_string(file)?;
        form.push_str(&format!(
            "--limit\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{text}\r\n"
        ));
    }
    form.push_str("--limit--\r\n");
    let call = Call::new("POST", "/v1/reconciliations");
    let call = call.header("content-type", "multipart/form-data; boundary=limit").text(form);
    stand.merchant().with_key(ADMIN.0).send(call)
}

fn reconciled(stand: &Stand, files: &[PathBuf]) -> Result<Value, Failure> {
    upload(stand, files)?.expect_status("the files are reconciled", &[200])
}

fn count(report: &Value, kind: &str) -> u64 {
    report.pointer(&format!("/counts/{kind}")).and_then(Value::as_u64).unwrap_or_default()
}

fn agrees_and_is_kept(stand: &mut Stand) -> Result<(), Failure> {
    stand.add_keys(&[ADMIN])?;
    a_day(stand)?;
    let files = settle(stand, &[])?;
    let report = reconciled(stand, &files)?;
    ensure(text_at(&report, "/outcome") == "clean", "files and books agree", &report)?;
    let matched = report.get("matched").and_then(Value::as_u64).unwrap_or_default();
    ensure(matched >= 8, "every transaction was found", &report)?;

    let again = reconciled(stand, &files)?;
    ensure(text_at(&again, "/id") == text_at(&report, "/id"), "the same files have one report", &again)?;
    let list = stand.merchant().get("/v1/reconciliations")?.expect_status("they are listed", &[200])?;
    ensure(list_at(&list, "/reconciliations").len() == 1, "there is one", &list)?;
    let path = format!("/v1/reconciliations/{}", text_at(&report, "/id"));
    let shown = stand.merchant().get(&path)?.expect_status("it is shown", &[200])?;
    ensure(shown == again, "it is kept as it was answered", &shown)?;

    for (plant, kind) in [
        ("amount_differs", "amountDiffers"),
        ("surplus_payment", "surplusPayment"),
        ("extra_refund", "unknownRefund"),
        ("wrong_net", "netDiffers"),
        ("summary_total", "summaryTotalDiffers"),
    ] {
        let report = reconciled(stand, &settle(stand, &[plant])?)?;
        ensure(text_at(&report, "/outcome") == "differences", "files and books differ", &report)?;
        // What both kinds of details tell wrongly is found in both.
        ensure(count(&report, kind) > 0, &format!("{plant} is found as {kind}"), &report)?;
    }
    let key = stand.admit("desk", &["read", "admin"])?;
    let mut desk = Desk::at(stand)?;
    desk.sign_in(&key)?;
    let list = desk.get("/dashboard/reconciliations")?.body;
    let address = after(&list, "<li><a href=\"").to_owned();
    let page = desk.get(&address)?;
    let told = page.status == 200 && page.body.contains("summaryTotalDiffers");
    ensure(told, "the dashboard shows the newest report", &json!([address, page.body]))?;
    let is_drawn = ["<svg class=\"chart\"", "<rect class=\"good\""].iter().all(|one| page.body.contains(one));
    ensure(is_drawn, "and draws it by day and currency", &json!(page.body))?;
    ensure(desk.get("/dashboard/reconciliations/none")?.status == 404, "and no other", &Value::Null)?;

    let dispute = reconciled(stand, &settle(stand, &["dispute_row"])?)?;
    ensure(count(&dispute, "dispute") == 1, "a dispute is listed", &dispute)?;
    ensure(text_at(&dispute, "/outcome") == "clean", "and is no difference", &dispute)?;

    let cut = settle(stand, &["truncated_row"])?;
    let refused = upload(stand, &cut)?;
    refused.expect_problem(400, "invalid_request")?;
    let message = text_at(&refused.json, "/errors/0/message");
    ensure(message.starts_with("line ") && message.contains(", column "), "where is told", &refused.json)
}

//= B-7 test
#[test]
fn a_day_of_orders_agrees_with_its_files_and_what_differs_is_told() -> Proof {
    Stand::prove(agrees_and_is_kept)
}

#[test]
fn the_same_holds_over_postgres() -> Proof {
    let Some(cluster) = Cluster::start().map_err(Failure::from)? else {
        return Ok(skip::note("reconciliation over PostgreSQL: no initdb and pg_ctl").map_err(Failure::from)?);
    };
    Stand::prove_with(&with(&[("ANTOM__DATABASE__URL", &cluster.url())]), agrees_and_is_kept)
}

//= B-7 test
#[test]
fn what_the_service_never_heard_of_is_asked_about_and_recorded_as_a_fact() -> Proof {
    let deaf = [("ANTOM__PAYMENT__POLLING__FAST_WINDOW", "0s"), ("ANTOM__PAYMENT__POLLING__SWEEP", "24h")];
    Stand::prove_with(&with(&deaf), |stand| {
        stand.add_keys(&[ADMIN])?;
        let lost = json!([
            {"target": "notification:*", "probability": 1.0, "do": {"kind": "drop"}},
            {"target": "inquiryPayment", "probability": 1.0, "do": {"kind": "status", "status": 503}},
        ]);
        stand.gateway().plant_faults(&lost)?;
        let steps = Steps::on(stand);
        let order = steps.create_order("unheard", "1000")?;
        let opened = steps.open_session(&order, "AUTOMATIC")?;
        steps.buyer(&opened, "success")?;
        until("the capture", PATIENCE, || {
            let seen = stand.gateway().ledger_attempt(&order, &opened.payment)?;
            Ok(if text_at(&seen, "/captured") == "1000" {
                Look::Found(())
            } else {
                Look::NotYet(seen.to_string())
            })
        })?;
        let open = steps.order(&order)?;
        ensure(text_at(&open, "/phase") != "paid", "the books do not know it", &open)?;

        stand.gateway().clear_faults()?;
        let report = reconciled(stand, &settle(stand, &[])?)?;
        let inquiries = list_at(&report, "/inquiries");
        let is_news = inquiries.len() == 1
            && text_at(&report, "/inquiries/0/outcome") == "changed"
            && text_at(&report, "/inquiries/0/paymentRequestId") == opened.payment;
        ensure(is_news, "the gateway was asked, and its answer was news", &report)?;
        ensure(text_at(&report, "/outcome") == "clean", "after that, they agree", &report)?;
        let paid = steps.order(&order)?;
        ensure(text_at(&paid, "/phase") == "paid", "the fact is in the order", &paid)
    })
}

#[test]
fn the_command_tells_by_its_exit_code_and_needs_only_the_database() -> Proof {
    Stand::prove(|stand| {
        a_day(stand)?;
        settle(stand, &[])?;
        let run = |stand: &Stand, more: &[&str]| {
            stand.antom(&[&["reconcile", "settlements"], &CONFIG[..], more].concat())
        };
        let busy = run(stand, &["--offline"])?;
        ensure(busy.stderr.contains("is in use"), "the service has the file", &json!(busy.stderr))?;
        busy.expect("while the service runs", 5)?;
        let planted = |stand: &Stand, plant: &str| settle(stand, &[plant]).map(drop);
        stand.kill_service()?;

        let table = run(stand, &["--offline"])?.expect("files and books agree", 0)?;
        ensure(table.contains("files and books agree"), "people read a table", &json!(table))?;
        let report: Value = serde_json::from_str(&run(stand, &["--offline", "--json"])?.expect("agree", 0)?)
            .map_err(|error| Failure::step("it is JSON", error))?;
        ensure(text_at(&report, "/outcome") == "clean", "so does the JSON", &report)?;

        planted(stand, "amount_differs")?;
        let differing = run(stand, &["--offline", "--json"])?;
        let report: Value = serde_json::from_str(&differing.stdout).unwrap_or_default();
        ensure(text_at(&report, "/inquiries/0/outcome") == "pending", "the question is listed", &report)?;
        differing.expect("they differ", 1)?;
        let csv = run(stand, &["--offline", "--csv"])?;
        ensure(csv.stdout.contains("\ndifference,amountDiffers,"), "so does the CSV", &json!(csv.stdout))?;
        csv.expect("they differ", 1)?;
        let asked = run(stand, &["--json"])?;
        let report: Value = serde_json::from_str(&asked.stdout).unwrap_or_default();
        ensure(text_at(&report, "/inquiries/0/outcome") == "confirmed", "the gateway is asked", &report)?;
        asked.expect("they still differ", 1)?;

        planted(stand, "missing_end")?;
        let damaged = run(stand, &["--offline"])?;
        ensure(damaged.stderr.contains("<END>"), "why is told", &json!(damaged.stderr))?;
        damaged.expect("a file cannot be used", 2)?;
        stand.antom(&["reconcile"])?.expect("no file", 64)?;
        Ok(())
    })
}

#[test]
fn files_that_come_to_lie_in_the_watched_folder_are_reconciled_once() -> Proof {
    let folder = tempfile::tempdir().map_err(Failure::from)?;
    let path = folder.path().display().to_string();
    let watched = [("ANTOM__RECONCILIATION__FOLDER", path.as_str()), ("ANTOM__RECONCILIATION__EVERY", "1s")];
    Stand::prove_with(&with(&watched), |stand| {
        stand.add_keys(&[ADMIN])?;
        session_automatic_capture(stand)?;
        let empty = stand.merchant().with_key(ADMIN.0).post("/v1/reconciliations", &json!({}))?;
        empty.expect_problem(409, "conflict")?;
        bring(&settle(stand, &[])?, folder.path())?;
        let first = until("the report", PATIENCE, || {
            let list =
                stand.merchant().get("/v1/reconciliations")?.expect_status("they are listed", &[200])?;
            let found = list_at(&list, "/reconciliations").first().cloned();
            Ok(found.map_or_else(|| Look::NotYet(list.to_string()), Look::Found))
        })?;
        ensure(text_at(&first, "/outcome") == "clean", "they agree", &first)?;
        let merchant = stand.merchant().with_key(ADMIN.0);
        let asked = merchant.post("/v1/reconciliations", &json!({}))?.expect_status("now too", &[200])?;
        ensure(text_at(&asked, "/id") == text_at(&first, "/id"), "it is the same report", &asked)
    })
}

fn bring(files: &[PathBuf], folder: &Path) -> Result<(), Failure> {
    for file in files {
        std::fs::copy(file, folder.join(file.file_name().unwrap_or_default()))?;
    }
    Ok(())
}
