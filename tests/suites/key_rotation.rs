//! The gateway rotates its key while the service runs: nothing is lost, and nobody restarts anything.
//! How often the configuration is read, and what a fault in it leaves, is tested beside the reading.

use std::path::PathBuf;

use antom_tests::flows::Steps;
use antom_tests::http::{list_at, text_at};
use antom_tests::waiting::{Look, PATIENCE, until};
use antom_tests::{Failure, Proof, Stand, ensure, ledger};
use serde_json::{Value, json};

const FIRST: &str = "antom_public_keys = { \"1\" = ";

//= G-3 test
#[test]
fn a_rotation_at_the_gateway_needs_no_restart() -> Proof {
    Stand::prove(|stand| {
        let steps = Steps::on(stand);
        let before = steps.create_order("before", "1000")?;
        let before = steps.open_session(&before, "AUTOMATIC")?;
        let keys = stand.gateway().rotate_keys()?;
        add_second_key(stand, &newest(&keys))?;
        steps.buyer(&before, "success")?;
        steps.wait_until_shippable(&before.order)?;
        let seen = steps.order(&before.order)?;
        steps.both_notifications_acknowledged(&before, &seen)?;

        let after = steps.create_order("after", "1000")?;
        let after = steps.open_session(&after, "AUTOMATIC")?;
        steps.buyer(&after, "success")?;
        steps.wait_until_shippable(&after.order)?;
        ledger::must_agree(stand)
    })
}

//= G-3 test
#[test]
fn sighup_lets_the_keys_be_read_and_a_bad_file_leaves_the_old_ones() -> Proof {
    Stand::prove(|stand| {
        add_second_key(stand, "no key at all")?;
        stand.service().hang_up()?;
        until("the complaint in the log", PATIENCE, || {
            let log = stand.service().log_end(5);
            let is_told = log.contains("keys not read again") && log.contains("then send SIGHUP");
            Ok(if is_told { Look::Found(()) } else { Look::NotYet(log) })
        })?;
        let steps = Steps::on(stand);
        let order = steps.create_order("old-key", "1000")?;
        let opened = steps.open_session(&order, "AUTOMATIC")?;
        steps.buyer(&opened, "success")?;
        steps.wait_until_shippable(&order)?;

        let keys = stand.gateway().rotate_keys()?;
        std::fs::write(second_key(stand), newest(&keys))?;
        stand.service().hang_up()?;
        until("the new keys in the log", PATIENCE, || {
            let log = stand.service().log_end(20);
            let is_told = log.contains("the gateway's keys were read again");
            Ok(if is_told { Look::Found(()) } else { Look::NotYet(log) })
        })?;
        let steps = Steps::on(stand);
        let order = steps.create_order("new-key", "1000")?;
        let opened = steps.open_session(&order, "AUTOMATIC")?;
        steps.buyer(&opened, "success")?;
        steps.wait_until_shippable(&order)?;
        ledger::must_agree(stand)
    })
}

fn newest(keys: &Value) -> String {
    list_at(keys, "/keys").last().map(|key| text_at(key, "/antomPublicKey")).unwrap_or_default().to_owned()
}

fn second_key(stand: &Stand) -> PathBuf {
    stand.keys().join("antom_public_2.pem")
}

/// Adds version 2 to the configuration, in a file beside the first.
fn add_second_key(stand: &Stand, text: &str) -> Result<(), Failure> {
    std::fs::write(second_key(stand), text)?;
    let file = stand.keys().join("antom.toml");
    let config = std::fs::read_to_string(&file)?;
    ensure(config.contains(FIRST), "the configuration names the first key", &json!(config))?;
    let second = format!("antom_public_keys = {{ \"2\" = {:?}, \"1\" = ", second_key(stand));
    std::fs::write(file, config.replace(FIRST, &second))?;
    Ok(())
}
