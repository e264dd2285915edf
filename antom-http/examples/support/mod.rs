//! What the examples share: a client for a simulator, from its keys folder and address on the command line.
//! Real programs read the same four things from their configuration.
#![allow(dead_code, unreachable_pub, reason = "each example uses its own part")]

use std::path::Path;
use std::sync::Arc;

use antom_core::wire::{Env, Order, PayRequest, PaymentFactor, PaymentMethod, SettlementStrategy};
use antom_core::{CaptureMode, ClientId, Money, PaymentRequestId, ReferenceOrderId, TerminalType};
use antom_http::{Client, Endpoint, Pause, RsaCredential, Transport, Waiting, system_clock, system_jitter};
use antom_signing::{KeyEntry, KeyRing, KeyVersion, LocalSigner, MerchantKey, PublicKey, SharedKeyRing};

/// The end of an example.
pub type Outcome = Result<(), Box<dyn std::error::Error>>;

/// A client for the gateway on the command line: the keys folder that a simulator made, and its address.
pub fn client(transport: impl Transport) -> Result<Client, Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(keys), Some(base_url)) = (arguments.next(), arguments.next()) else {
        return Err("usage: <keys folder> <gateway url>".into());
    };
    let read = |name: &str| std::fs::read_to_string(Path::new(&keys).join(name));
    let client_id = ClientId::parse(read("client_id")?.trim())?;
    let credential = credential(client_id, &read("merchant_private.pem")?, &read("antom_public.pem")?)?;
    Ok(client_of(Endpoint::custom(&base_url)?, credential, transport))
}

/// A credential from a client id and two keys as text.
pub fn credential(
    client_id: ClientId,
    merchant_private_key: &str,
    antom_public_key: &str,
) -> Result<RsaCredential, Box<dyn std::error::Error>> {
    let signer = LocalSigner::new(MerchantKey::parse(merchant_private_key)?, KeyVersion::FIRST);
    let gateway = KeyEntry::new(KeyVersion::FIRST, PublicKey::parse(antom_public_key)?);
    let keys = SharedKeyRing::new(KeyRing::new().with(client_id.clone(), gateway));
    Ok(RsaCredential::new(client_id, Arc::new(signer), keys))
}

/// A client that may wait, so that it repeats what may be repeated.
pub fn client_of(endpoint: Endpoint, credential: RsaCredential, transport: impl Transport) -> Client {
    Client::new(endpoint, Arc::new(credential), Arc::new(transport), system_clock())
        .with_waiting(Waiting::new(pause(), system_jitter()))
}

/// The runtime's timer, as the library wants it.
pub fn pause() -> Pause {
    #[expect(clippy::disallowed_methods, reason = "a program may wait; the library is handed the way to")]
    Pause::new(tokio::time::sleep)
}

/// A card payment on the gateway's page.
pub fn card_payment(
    id: PaymentRequestId,
    amount: Money,
    capture: CaptureMode,
) -> Result<PayRequest, Box<dyn std::error::Error>> {
    let order = Order::new(ReferenceOrderId::parse(id.as_str())?, "Two cups of coffee", amount);
    let page = "https://shop.example/result";
    let method = PaymentMethod::card();
    let mut request = PayRequest::new(id, order, amount, method, page, Env::new(TerminalType::Web));
    request.payment_factor = Some(PaymentFactor::card(capture));
    request.settlement_strategy = Some(SettlementStrategy::from(amount.currency()));
    Ok(request)
}

/// A new id for each run.
pub fn new_id(prefix: &str) -> String {
    format!("{prefix}-{}", system_clock()().epoch_millis())
}

/// Tells the reader of the terminal.
#[expect(clippy::print_stdout, reason = "an example talks to its reader")]
pub fn say(text: &str) {
    println!("{text}");
}
