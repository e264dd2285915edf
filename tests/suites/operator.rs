//! What operators type while the service runs and while it does not: the commands of `antom` against real processes.
//! Commands that need neither service nor database are tested beside the command line.

use std::path::PathBuf;

use antom_tests::flows::{Opened, Steps};
use antom_tests::http::{Call, Http, list_at, text_at};
use antom_tests::postgres::Cluster;
use antom_tests::process::{Ended, Launch};
use antom_tests::waiting::{Look, PATIENCE, until};
use antom_tests::{Failure, Proof, Stand, StandOptions, ensure, ledger, skip};
use serde_json::{Value, json};

const CONFIG: [&str; 2] = ["--config", "antom.toml"];
const KEY: [&str; 2] = ["--api-key-file", "api_key"];

/// Runs a command that talks to the service.
fn ask(stand: &Stand, command: &[&str], more: &[&str]) -> Result<Ended, Failure> {
    stand.antom(&[command, more, &CONFIG, &KEY].concat())
}

/// Runs a command that reads the database.
fn offline(stand: &Stand, command: &[&str]) -> Result<Ended, Failure> {
    stand.antom(&[command, &CONFIG, &["--offline", "--json"]].concat())
}

fn json_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or(Value::Null)
}

/// A card payment whose money is held.
fn held(steps: Steps<'_>, about: &str) -> Result<Opened, Failure> {
    let order = steps.create_order(about, "1000")?;
    let opened = steps.open_hosted(&order, "MANUAL")?;
    steps.buyer(&opened, "success")?;
    steps.wait_for_event(&opened, "AuthorizationHeld")?;
    Ok(opened)
}

/// A card payment that was paid.
fn paid(steps: Steps<'_>, about: &str) -> Result<Opened, Failure> {
    let order = steps.create_order(about, "1000")?;
    let opened = steps.open_session(&order, "AUTOMATIC")?;
    steps.buyer(&opened, "success")?;
    steps.wait_until_shippable(&order)?;
    Ok(opened)
}

#[test]
fn json_is_the_answer_of_the_merchant_api_and_nothing_else() -> Proof {
    Stand::prove(|stand| {
        let Opened { order, payment, .. } = paid(Steps::on(stand), "shown")?;
        for (command, path) in [
            (&["order", "list"][..], "/v1/orders".to_owned()),
            (&["order", "list", "--phase", "paid"][..], "/v1/orders?phase=paid".to_owned()),
            (&["order", "show", &order][..], format!("/v1/orders/{order}")),
            (&["payment", "show", &payment][..], format!("/v1/payments/{payment}")),
        ] {
            let told = stand.merchant().get(&path)?.text;
            let said = ask(stand, command, &["--json"])?.expect(&path, 0)?;
            ensure(said == format!("{told}\n"), "it is passed on as it came", &json!([said, told]))?;
            let text = ask(stand, command, &[])?.expect(&path, 0)?;
            let names = text.contains(&order) && text.contains("USD 10.00") && json_of(&text).is_null();
            ensure(names, "people read a table", &json!(text))?;
        }
        Ok(())
    })
}

#[test]
fn exit_codes_tell_what_became_of_the_money() -> Proof {
    Stand::prove(|stand| {
        let steps = Steps::on(stand);
        let opened = held(steps, "moved")?;
        let payment = opened.payment.as_str();
        for (amount, code) in [("USD 10.01", 64), ("EUR 10.00", 64), ("1000", 64)] {
            ask(stand, &["payment", "capture", payment, "--amount", amount], &[])?.expect(amount, code)?;
        }
        let captured =
            ask(stand, &["payment", "capture", payment, "--capture-request-id", "C-1"], &["--json"])?;
        // The gateway captures a little later: an outcome that is not known yet is neither a success nor a failure.
        let said = json_of(&captured.stdout);
        let code = if text_at(&said, "/outcome") == "in_doubt" { 4 } else { 0 };
        captured.expect("the code fits the answer", code)?;
        steps.wait_until_shippable(&opened.order)?;
        ask(stand, &["payment", "capture", payment, "--capture-request-id", "C-1"], &[])?
            .expect("the same capture again", 0)?;
        ask(stand, &["payment", "inquire", payment], &[])?.expect("nothing is open", 0)?;

        let refund = ["payment", "refund", payment, "--amount", "USD 4.00", "--refund-request-id", "R-1"];
        until("the refund", PATIENCE, || {
            let ended = ask(stand, &refund, &[])?;
            Ok(if ended.code == 0 { Look::Found(()) } else { Look::NotYet(format!("{ended:?}")) })
        })?;
        let too_much = ["payment", "refund", payment, "--amount", "USD 6.01"];
        let ended = ask(stand, &too_much, &[])?;
        ensure(ended.stderr.contains("amount.value"), "the field is named", &json!(ended.stderr))?;
        ended.expect("more than is left", 64)?;
        ask(stand, &["payment", "cancel", payment], &[])?.expect("a captured payment is not cancelled", 1)?;
        steps.judge(&opened, &json!({"captured": "1000", "refunded": "400"}))?;

        let other = held(steps, "cancelled")?;
        ask(stand, &["payment", "cancel", &other.payment], &[])?.expect("a held payment is cancelled", 0)?;
        ledger::must_agree(stand)
    })
}

#[test]
fn a_refusal_of_the_gateway_is_3_and_an_answer_that_stays_away_is_4() -> Proof {
    Stand::prove(|stand| {
        let steps = Steps::on(stand);
        let opened = paid(steps, "refused")?;
        let refund =
            |id| ["payment", "refund", &opened.payment, "--amount", "USD 1.00", "--refund-request-id", id];
        let scenario = json!({"api": "refund", "resultCode": "REFUND_WINDOW_EXCEED", "minutes": 30});
        let control = Http::new(stand.gateway().base());
        control
            .send(Call::new("POST", "/_simulator/scenarios").json(&scenario))?
            .expect_status("the refusal is planted", &[200, 201, 204])?;
        let ended = ask(stand, &refund("R-refused"), &[])?;
        ensure(ended.stderr.contains("REFUND_WINDOW_EXCEED"), "the code is shown", &json!(ended.stderr))?;
        ended.expect("the gateway refuses", 3)?;

        let lost = json!([
            {"target": "refund", "probability": 1.0, "do": {"kind": "status", "status": 503}},
            {"target": "inquiryRefund", "probability": 1.0, "do": {"kind": "status", "status": 503}},
        ]);
        stand.gateway().plant_faults(&lost)?;
        let ended = ask(stand, &refund("R-lost"), &[])?;
        let hint = ended.stderr.contains("--refund-request-id R-lost");
        ensure(hint, "the way to ask again is told", &json!(ended.stderr))?;
        ended.expect("nobody knows", 4)?;
        Ok(())
    })
}

#[test]
fn what_is_not_there_or_not_allowed_has_a_code_of_its_own() -> Proof {
    Stand::prove(|stand| {
        ask(stand, &["order", "show", "nobody"], &[])?.expect("an unknown order", 1)?;
        ask(stand, &["payment", "show", "a/../b c"], &[])?.expect("an unknown payment", 1)?;
        ask(stand, &["payment", "cancel", "nobody"], &["--json"])?.expect("an unknown payment", 1)?;
        ask(stand, &["notification", "list"], &[])?.expect("a key without the scope", 5)?;
        stand.antom(&[&["order", "list"][..], &CONFIG].concat())?.expect("no key", 64)?;
        let wrong = ["order", "list", "--url", "http://192.0.2.1:8080", "--api-key-file", "api_key"];
        stand.antom(&wrong)?.expect("a key is not sent in the clear", 64)?;
        write(stand, "wrong_key", "antom_key_0")?;
        stand
            .antom(&[&["order", "list", "--api-key-file", "wrong_key"][..], &CONFIG].concat())?
            .expect("a wrong key", 5)?;

        stand.kill_service()?;
        let ended = ask(stand, &["order", "list"], &[])?;
        ensure(ended.stderr.contains("--offline"), "the way out is told", &json!(ended.stderr))?;
        ended.expect("no service", 5)?;
        Ok(())
    })
}

#[test]
fn an_api_key_is_rotated_without_a_restart() -> Proof {
    Stand::prove(|stand| {
        let old = stand.merchant().clone();
        let (new, line) = new_key(stand, &["read"])?;
        let file = stand.keys().join("antom.toml");
        let before = std::fs::read_to_string(&file)?;
        let merchant = old.with_key(&new);
        ensure(merchant.orders("")?.status == 401, "the new key is not known yet", &json!(line))?;

        std::fs::write(&file, before.replace("api_keys = [", &format!("api_keys = [{line}, ")))?;
        stand.service().hang_up()?;
        wait_for_status(&merchant, 200)?;
        ensure(old.orders("")?.status == 200, "both keys count while callers change over", &json!(null))?;
        let forbidden = merchant.create_order(&json!({}))?;
        forbidden.expect_problem(403, "forbidden")?;

        let alone = format!("api_keys = [{line}]");
        let kept: String = before
            .lines()
            .map(
                |given| {
                    if given.starts_with("api_keys") { format!("{alone}\n") } else { format!("{given}\n") }
                },
            )
            .collect();
        std::fs::write(&file, kept)?;
        stand.service().hang_up()?;
        wait_for_status(&old, 401)?;
        ensure(merchant.orders("")?.status == 200, "the new key still counts", &json!(null))
    })
}

//= N-4 test
//= N-10 test
#[test]
fn notifications_are_listed_and_taking_one_in_again_adds_nothing() -> Proof {
    Stand::prove(|stand| {
        admit_admin(stand)?;
        let steps = Steps::on(stand);
        let opened = paid(steps, "told")?;
        let seen = steps.order(&opened.order)?;
        steps.both_notifications_acknowledged(&opened, &seen)?;
        let before = steps.order(&opened.order)?;

        let list = admin(stand, &["notification", "list", "--json"])?.expect("the list", 0)?;
        let listed = list_at(&json_of(&list), "/notifications").to_vec();
        let types: Vec<&str> = listed.iter().map(|one| text_at(one, "/notifyType")).collect();
        let both = types.contains(&"PAYMENT_RESULT") && types.contains(&"CAPTURE_RESULT");
        ensure(both, "both notifications are listed", &json!(types))?;
        for one in &listed {
            for _ in 0..2 {
                let said = admin(stand, &["notification", "replay", text_at(one, "/id"), "--json"])?;
                let said = json_of(&said.expect("it is taken in again", 0)?);
                ensure(text_at(&said, "/verdict") == "absorbed", "an order takes it in", &said)?;
                ensure(text_at(&said, "/referenceOrderId") == opened.order, "the same order", &said)?;
            }
        }
        let after = steps.order(&opened.order)?;
        ensure(after == before, "nothing was added", &json!([before, after]))?;

        let parked = admin(stand, &["notification", "list", "--verdict", "parked", "--json"])?;
        let parked = json_of(&parked.expect("an empty list", 0)?);
        ensure(list_at(&parked, "/notifications").is_empty(), "nothing is parked", &parked)?;
        admin(stand, &["notification", "replay", "unknown"])?.expect("no such notification", 1)?;
        admin(stand, &["notification", "list", "--cursor", "x"])?.expect("no such cursor", 64)?;
        ledger::must_agree(stand)
    })
}

#[test]
fn while_no_service_runs_the_database_shows_the_same() -> Proof {
    Stand::prove(|stand| {
        admit_admin(stand)?;
        let opened = paid(Steps::on(stand), "kept")?;
        let commands = [
            vec!["order", "list"],
            vec!["order", "show", &opened.order],
            vec!["payment", "show", &opened.payment],
        ];
        let mut online = Vec::new();
        for command in &commands {
            online.push(ask(stand, command, &["--json"])?.expect("the service shows it", 0)?);
        }
        online.push(admin(stand, &["notification", "list", "--json"])?.expect("the service shows it", 0)?);
        offline(stand, &commands[0])?.expect("the service holds the database", 5)?;

        stand.service().terminate()?;
        for (command, online) in commands.iter().chain([&vec!["notification", "list"]]).zip(&online) {
            let shown = offline(stand, command)?.expect("the database shows it", 0)?;
            ensure(json_of(&shown) == json_of(online), "it is the same", &json!([shown, online]))?;
        }
        offline(stand, &["order", "show", "nobody"])?.expect("no such order", 1)?;
        stand.start_service_again()?;
        ask(stand, &["order", "list"], &[])?.expect("the service starts again", 0)?;
        Ok(())
    })
}

#[test]
fn a_backup_of_the_running_service_is_restored_whole_and_replaces_nothing() -> Proof {
    Stand::prove(|stand| {
        let steps = Steps::on(stand);
        let opened = paid(steps, "saved")?;
        let backup = stand.folder().join("backup.sqlite").display().to_string();
        let command = ["backup", &backup, "--json"];
        let made = stand.antom(&[&command[..], &CONFIG].concat())?.expect("a backup", 0)?;
        ensure(json_of(&made).get("orders") == Some(&json!(1)), "it holds the order", &json!(made))?;
        stand.antom(&[&command[..], &CONFIG].concat())?.expect("a backup is not replaced", 5)?;
        let shown = ask(stand, &["order", "show", &opened.order], &["--json"])?.expect("the order", 0)?;
        steps.create_order("later", "1000")?;

        let restore = ["restore", &backup];
        stand.antom(&[&restore[..], &CONFIG].concat())?.expect("a database is not replaced", 5)?;
        stand.service().terminate()?;
        stand.antom(&[&restore[..], &CONFIG].concat())?.expect("nor while nothing runs", 5)?;
        for rest in ["", "-wal", "-shm"] {
            let file = PathBuf::from(format!("{}{rest}", stand.database().display()));
            if file.exists() {
                std::fs::rename(&file, file.with_extension(format!("old{rest}")))?;
            }
        }
        stand.antom(&[&restore[..], &CONFIG].concat())?.expect("it is restored", 0)?;
        stand.start_service_again()?;
        let again = ask(stand, &["order", "show", &opened.order], &["--json"])?.expect("the order", 0)?;
        ensure(again == shown, "the order is as it was", &json!([again, shown]))?;
        ask(stand, &["order", "show", "later-2"], &[])?.expect("what came later is not there", 1)?;
        Ok(())
    })
}

#[test]
fn a_postgres_database_is_migrated_and_read_by_the_same_commands() -> Proof {
    let Some(cluster) = Cluster::start().map_err(Failure::from)? else {
        skip::note("the operators' commands over PostgreSQL: no initdb and pg_ctl").map_err(Failure::from)?;
        return Ok(());
    };
    let database = ("ANTOM__DATABASE__URL".to_owned(), cluster.url());
    let folder = tempfile::tempdir().map_err(Failure::from)?;
    let alone = Launch {
        program: "antom",
        wrapper: Vec::new(),
        arguments: Vec::new(),
        environment: vec![database.clone()],
        folder: folder.path().to_owned(),
    };
    let due = alone.run(&["migrate", "--check", "--json"])?.expect("a migration is due", 1)?;
    ensure(json_of(&due).get("found") == Some(&json!(0)), "nothing is there", &json!(due))?;
    alone.run(&["migrate"])?.expect("it is made", 0)?;
    alone.run(&["migrate", "--check"])?.expect("nothing is due", 0)?;
    alone.run(&["backup", "copy"])?.expect("pg_dump copies it", 64)?;

    let options = StandOptions { service_environment: vec![database], ..StandOptions::default() };
    Stand::prove_with(&options, |stand| {
        let order = Steps::on(stand).create_order("elsewhere", "1000")?;
        let online =
            ask(stand, &["order", "show", &order], &["--json"])?.expect("the service shows it", 0)?;
        let read = offline(stand, &["order", "show", &order])?.expect("the database shows it", 0)?;
        ensure(json_of(&read) == json_of(&online), "it is the same", &json!([read, online]))
    })
}

#[test]
fn every_example_of_the_help_works() -> Proof {
    Stand::prove(|stand| {
        admit_admin(stand)?;
        let steps = Steps::on(stand);
        let shown = paid(steps, "example")?;
        let commands = ["order list", "order show", "payment show", "payment inquire", "payment capture"];
        let more = ["payment cancel", "payment refund", "notification list", "notification replay"];
        let mut offline = Vec::new();
        for command in commands.into_iter().chain(more) {
            for example in examples(stand, command)? {
                let opened = match command {
                    "payment capture" | "payment cancel" => held(steps, "example")?,
                    "payment refund" => paid(steps, "example")?,
                    _ => shown.clone(),
                };
                let example = filled(stand, &example, &opened)?;
                if example.iter().any(|word| word == "--offline") {
                    offline.push(example);
                } else {
                    run_example(stand, &example)?;
                }
            }
        }
        for command in ["migrate", "backup", "restore"] {
            offline.extend(examples(stand, command)?);
        }
        ensure(offline.len() >= 9, "examples were found", &json!(offline))?;
        stand.service().terminate()?;
        for example in offline {
            let backup = stand.keys().join("antom-backup.sqlite");
            match example.get(1).map(String::as_str) {
                // A backup is not replaced, and a database neither.
                Some("backup") if backup.exists() => std::fs::remove_file(backup)?,
                Some("restore") => {
                    let database = stand.database();
                    std::fs::remove_file(&database)?;
                }
                _ => {}
            }
            run_example(stand, &example)?;
        }
        Ok(())
    })
}

/// The examples in a command's help, as words.
fn examples(stand: &Stand, command: &str) -> Result<Vec<Vec<String>>, Failure> {
    let words: Vec<&str> = command.split(' ').chain(["--help"]).collect();
    let help = stand.antom(&words)?.expect(command, 0)?;
    let joined = help.replace("\\\n", " ");
    let lines = joined.lines().map(str::trim).filter(|line| line.starts_with(&format!("antom {command} ")));
    let found: Vec<Vec<String>> = lines.map(shell_words).collect();
    ensure(found.len() >= 2, &format!("{command} has examples"), &json!(help))?;
    Ok(found)
}

/// Splits as a shell does, as far as the examples need it.
fn shell_words(line: &str) -> Vec<String> {
    let parts = line.split('\'').enumerate();
    parts
        .flat_map(|(place, part)| {
            let quoted = place % 2 == 1;
            if quoted { vec![part.to_owned()] } else { part.split_whitespace().map(str::to_owned).collect() }
        })
        .collect()
}

/// Puts what is there in the place of the example's names.
fn filled(stand: &Stand, example: &[String], opened: &Opened) -> Result<Vec<String>, Failure> {
    let list = admin(stand, &["notification", "list", "--json"])?.expect("the list", 0)?;
    let notification = text_at(&json_of(&list), "/notifications/0/id").to_owned();
    let known = |word: &String| match word.as_str() {
        "ORDER-1" => opened.order.clone(),
        "PAYMENT" => opened.payment.clone(),
        "ID" => notification.clone(),
        "RETURN-7" => format!("RETURN-{}", opened.order),
        "https://pay.shop.example" => stand.merchant().base().to_owned(),
        _ => word.clone(),
    };
    Ok(example.iter().map(known).collect())
}

/// An example works: it succeeds, or the gateway's answer is still to come.
fn run_example(stand: &Stand, example: &[String]) -> Result<(), Failure> {
    let words: Vec<&str> = example.iter().skip(1).map(String::as_str).collect();
    let ended = stand.antom(&words)?;
    let moves_money = words.first() == Some(&"payment");
    let works = ended.code == 0 || (moves_money && ended.code == 4);
    if works { Ok(()) } else { Err(Failure::step(example.join(" "), format!("{ended:?}"))) }
}

/// Makes an API key: its clear text, and its line for the configuration.
fn new_key(stand: &Stand, scopes: &[&str]) -> Result<(String, String), Failure> {
    let mut command = vec!["api-key", "new", "--json", "--name", "rotated"];
    command.extend(scopes.iter().flat_map(|scope| ["--scope", scope]));
    let made = json_of(&stand.antom(&command)?.expect("a key is made", 0)?);
    Ok((text_at(&made, "/key").to_owned(), text_at(&made, "/line").to_owned()))
}

/// Adds a key with the scope admin to the running service, in the file `admin_key`.
fn admit_admin(stand: &mut Stand) -> Result<(), Failure> {
    let (clear, line) = new_key(stand, &["read", "admin"])?;
    write(stand, "admin_key", &clear)?;
    let file = stand.keys().join("antom.toml");
    let config = std::fs::read_to_string(&file)?;
    std::fs::write(&file, config.replace("api_keys = [", &format!("api_keys = [{line}, ")))?;
    stand.service().hang_up()?;
    let merchant = stand.merchant().with_key(&clear);
    wait_for_status(&merchant, 200)
}

/// Runs a command with the key that `admit_admin` made.
fn admin(stand: &Stand, command: &[&str]) -> Result<Ended, Failure> {
    stand.antom(&[command, &CONFIG, &["--api-key-file", "admin_key"]].concat())
}

fn wait_for_status(merchant: &antom_tests::merchant::Merchant, status: u16) -> Result<(), Failure> {
    until("the keys are read again", PATIENCE, || {
        let seen = merchant.orders("")?.status;
        Ok(if seen == status { Look::Found(()) } else { Look::NotYet(seen.to_string()) })
    })
}

/// Writes a secret beside the keys, for its owner only.
fn write(stand: &Stand, name: &str, text: &str) -> Result<(), Failure> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let file = stand.keys().join(name);
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    Ok(file.write_all(text.as_bytes())?)
}
