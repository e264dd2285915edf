//! The suite itself, run by this program once more: on a server that is given by its address, and without PostgreSQL.
//! What the stories say is left to the other modules.

use std::process::{Command, Stdio};

use sqlx::Connection as _;
use sqlx::postgres::PgConnection;

use crate::schema::{is, no_server};
use crate::server::Cluster;

/// These tests of the suite on several threads.
fn suite() -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--test-threads=4", "contract::", "groups::"]).env_remove("ANTOM_TEST_POSTGRES_URL");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

#[tokio::test]
async fn tests_on_a_given_server_do_not_disturb_each_other_and_leave_nothing_behind() {
    let Some(cluster) = Cluster::start().unwrap() else { return no_server() };

    let run = || suite().env("ANTOM_TEST_POSTGRES_URL", cluster.url()).spawn().unwrap();
    for suite in [run(), run()] {
        let ended = suite.wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&ended.stdout);
        assert!(ended.status.success() && told.contains("test result: ok. 13 passed"), "{told}");
    }

    let mut shell = PgConnection::connect(&cluster.url()).await.unwrap();
    let none_left = "SELECT count(*) = 0 FROM pg_namespace WHERE nspname LIKE 'antom%'";
    assert!(is(&mut shell, none_left).await, "schemas are left on the given server");
}

#[test]
fn without_postgresql_the_suite_passes_and_notes_what_it_skipped() {
    let empty = tempfile::tempdir().unwrap();
    let notes = empty.path().join("skipped");

    let mut suite = suite();
    suite.env("ANTOM_TEST_POSTGRES_PROGRAMS", empty.path()).env("ANTOM_SKIP_FILE", &notes);
    let ended = suite.output().unwrap();

    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stdout));
    let notes = std::fs::read_to_string(notes).unwrap();
    assert_eq!(notes.lines().count(), 13, "{notes}");
    let reason = "PostgreSQL store: neither ANTOM_TEST_POSTGRES_URL nor initdb and pg_ctl";
    assert!(notes.lines().all(|note| note == reason), "{notes}");
}
