//! What every archive of reconciliations does, told once for all of them.

use antom_adapters::outbound::archive::{Archive, KeptReport};
use antom_core::Timestamp;

fn report(id: &str, at: i64, body: &str) -> KeptReport {
    KeptReport {
        id: id.to_owned(),
        at: Timestamp::from_epoch_millis(at),
        summary: format!("{{\"id\":\"{id}\",\"at\":{at}}}"),
        body: body.to_owned(),
    }
}

/// Reports come back as they were kept, the newest first, and the same id is the same report.
pub(crate) async fn reports_are_kept_replaced_and_listed(archive: &dyn Archive) {
    assert_eq!(archive.report("nobodys").await, Ok(None));
    assert_eq!(archive.list(9).await, Ok(Vec::new()));
    let (first, second) = (report("b", 1_000, "{\"caf\u{e9}\":\"\\u0000 '\\\"\"}"), report("a", 2_000, "{}"));
    for one in [&first, &second] {
        assert_eq!(archive.keep(one).await, Ok(()));
    }
    assert_eq!(archive.report("b").await, Ok(Some(first.clone())));
    assert_eq!(archive.list(9).await, Ok(vec![second.summary.clone(), first.summary]));

    let again = report("b", 3_000, "{\"again\":true}");
    archive.keep(&again).await.unwrap();
    assert_eq!(archive.report("b").await, Ok(Some(again.clone())));
    assert_eq!(archive.list(9).await, Ok(vec![again.summary.clone(), second.summary]));
    assert_eq!(archive.list(1).await, Ok(vec![again.summary]));
    assert_eq!(archive.report("' OR 1 = 1 \u{0}").await, Ok(None));
}
