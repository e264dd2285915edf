//! The memory store, held to the contract of the storage ports.
//! What else it can do, failing on demand, is shown below.
#![cfg(feature = "testing")]

use antom_domain::testing::MemoryStore;
use antom_domain::testing::contract::Adapter;

async fn fresh() -> Adapter {
    Adapter::of(MemoryStore::new())
}

antom_domain::contract_suite!(fresh);
