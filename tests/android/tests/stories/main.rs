//! The Android SDK's documented call sequence and events, played by the example's app against real processes; after each
//! story the service's belief and the simulator's ledger are compared.
//! What the app does on an event is the example's own code.

#[path = "../../examples/shop_app/app.rs"]
mod app;
mod cancelling;
mod ends;
mod hosted;
mod leaving;
#[path = "../../examples/shop_app/server.rs"]
mod server;
mod stage;
mod twice;
