//! Merchant events in PostgreSQL: a schema from before them, and instances that add and settle at once.
//! What the queue promises on its own is the contract suite's.

use std::sync::atomic::Ordering;
use std::time::Duration;

use antom_domain::port::{EventEnd, EventQueue, OrderStore};

use super::schema::{Schema, run};
use super::steps::*;

#[tokio::test]
async fn a_database_of_the_second_schema_keeps_its_orders_and_tells_from_then_on() {
    let Some(schema) = Schema::make().await else { return };
    schema.open().await.commit(full_step("A")).await.unwrap();
    let old = "DROP TABLE reconciliations; DROP TABLE merchant_events; ALTER TABLE orders DROP COLUMN announced; \
               ALTER TABLE orders DROP COLUMN erased; DROP TABLE data_keys; \
               DROP TRIGGER order_events_are_not_changed ON order_events; UPDATE antom_schema SET version = 2;";
    run(&mut schema.shell().await, old).await;

    let store = schema.open().await;
    assert_holds_full_step(&store, "A").await;
    assert_eq!(store.load(&id("A")).await.unwrap().unwrap().announced, 0);
    store.commit(telling("A", 1, 1)).await.unwrap();
    assert_eq!(store.claim_events(at(9), LEASE, 9).await.unwrap().len(), 1);
}

/// Two instances add to orders while they settle what came before, and nothing is left behind.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_that_instances_add_and_settle_at_once_are_all_handed_out_in_sequence() {
    const EVENTS: u64 = 12;
    let Some(schema) = Schema::make().await else { return };
    let instances = [schema.open().await, schema.open().await];
    let names: Vec<String> = (0..8).map(|number| format!("ORDER-{number}")).collect();
    let writers = names.iter().zip(instances.iter().cycle()).map(|(name, store)| {
        let (name, store) = (name.clone(), store.clone());
        tokio::spawn(async move {
            for version in 0..EVENTS {
                store.commit(telling(&name, version, version + 1)).await.unwrap();
            }
            Vec::new()
        })
    });
    let total = names.len() as u64 * EVENTS;
    let settled = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0));
    let senders = instances.iter().cycle().take(4).map(|store| {
        let (store, settled) = (store.clone(), settled.clone());
        tokio::spawn(async move {
            let mut seen = Vec::new();
            while settled.load(Ordering::SeqCst) < total {
                for claimed in store.claim_events(at(99), LEASE, 3).await.unwrap() {
                    seen.push((settled.fetch_add(1, Ordering::SeqCst), claimed.event.clone()));
                    store.settle(&claimed.claim, EventEnd::Delivered, at(99)).await.unwrap();
                }
            }
            seen
        })
    });
    let tasks: Vec<_> = writers.chain(senders).collect();
    let mut seen = Vec::new();
    for task in tasks {
        seen.extend(
            tokio::time::timeout(Duration::from_secs(60), task).await.expect("an event is stuck").unwrap(),
        );
    }
    seen.sort_by_key(|(turn, _)| *turn);
    for name in &names {
        let of_order = seen.iter().filter(|(_, event)| event.order_id == id(name));
        let sequences: Vec<u64> = of_order.map(|(_, event)| event.sequence).collect();
        assert_eq!(sequences, (1..=EVENTS).collect::<Vec<_>>(), "{name}");
    }
}
