//! Prints a configuration without its secrets, and the bounds that follow from it.
//! Reading one is left to `read`.

use std::time::Duration;

use antom_core::money::Currency;
use antom_domain::policy::{Polling, Retry};

use super::{
    CheckoutConfig, Config, CredentialConfig, DatabaseConfig, EventSink, EventsConfig, FollowedClockConfig,
    SdkScript,
};

/// For so long the bounds are told.
const BOUND: Duration = Duration::from_mins(2);

pub(super) fn entries(config: &Config) -> Vec<(&'static str, String)> {
    let versions: Vec<String> = config.gateway.antom_public_keys.keys().map(u32::to_string).collect();
    let names: Vec<&str> = config.server.api_keys.iter().map(|key| key.name.as_str()).collect();
    let currency = config.payment.settlement_currency.map_or("not named", |currency| currency.code());
    let entries = [
        ("gateway.base_url", config.gateway.base_url.clone()),
        ("gateway.client_id", config.gateway.client_id.to_string()),
        credential(&config.gateway.credential),
        ("gateway.antom_public_keys", format!("versions {}", versions.join(", "))),
        ("gateway.ca_file", if config.gateway.ca_pem.is_some() { "given" } else { "none" }.to_owned()),
        ("gateway.timeout", format!("{}s", config.gateway.timeout.as_secs())),
        ("database.url", config.database.as_ref().map_or("none".to_owned(), database_url)),
        ("database.data_key", config.database.as_ref().map_or_else(String::new, data_key)),
        ("server.listen", config.server.listen.to_string()),
        ("server.admin_listen", config.server.admin_listen.to_string()),
        (
            "server.public_url",
            config.server.public_url.clone().unwrap_or_else(|| "the bound address".to_owned()),
        ),
        ("server.drain", format!("{}s", config.server.drain.as_secs())),
        ("server.api_keys", names.join(", ")),
        ("server.rate_limit", format!("{} a second", config.server.rate_limit)),
        ("payment.settlement_currencies", codes(&config.payment.settlement_currencies)),
        ("payment.settlement_currency", currency.to_owned()),
        ("payment.methods", config.payment.methods.join(", ")),
        ("payment.fresh_for", format!("{}s", config.payment.fresh_for.as_secs())),
        ("payment.capture", config.payment.capture.as_str().to_owned()),
        ("payment.captures", config.payment.captures.as_str().to_owned()),
        (
            "payment.expiry",
            config.payment.expiry.map_or("gateway's".to_owned(), |time| format!("{}s", time.as_secs())),
        ),
        ("payment.methods_without_refunds", config.payment.methods_without_refunds.join(", ")),
        ("payment.polling.fast_window", format!("{}s", config.payment.polling.fast_window.as_secs())),
        ("payment.polling.sweep", format!("{}s", config.payment.polling.sweep.as_secs())),
        ("payment.polling.budget", format!("{} a second", config.payment.polling.budget)),
        ("checkout.enabled", config.checkout.enabled.to_string()),
        ("checkout.sdk_script", sdk_script(&config.checkout)),
        ("checkout.sdk_integrity", sdk_integrity(&config.checkout)),
        ("checkout.style", config.checkout.style.as_str().to_owned()),
        ("checkout.theme", config.checkout.theme.as_str().to_owned()),
        ("checkout.billing_address", config.checkout.billing_address.to_string()),
        ("checkout.order_url", config.checkout.order_url.clone().unwrap_or_else(none)),
        ("checkout.pay_again_url", config.checkout.pay_again_url.clone().unwrap_or_else(none)),
        ("checkout.android_apps", android_apps(&config.checkout)),
        ("checkout.css_file", if config.checkout.css.is_some() { "given" } else { "none" }.to_owned()),
        ("events.sink", sink(&config.events)),
        ("events.timeout", format!("{}s", config.events.timeout.as_secs())),
        ("events.give_up_after", format!("{}s", config.events.give_up_after.as_secs())),
        ("events.keep_for", format!("{}s", config.events.keep_for.as_secs())),
        ("events.keep_at_most", config.events.keep_at_most.to_string()),
        ("retention.orders", time_or_never(config.retention.orders)),
        ("retention.notifications", time_or_never(config.retention.notifications)),
        ("retention.unsealed", format!("{}s", config.retention.unsealed.as_secs())),
        (
            "reconciliation.folder",
            config
                .reconciliation
                .folder
                .as_ref()
                .map_or("none".to_owned(), |folder| folder.display().to_string()),
        ),
        ("reconciliation.every", format!("{}s", config.reconciliation.every.as_secs())),
        ("log.level", config.log_level.clone()),
        ("log.otlp", config.otlp.clone().unwrap_or_else(|| "none".to_owned())),
        ("clock.follow", config.clock.as_ref().map_or("none".to_owned(), followed)),
        ("bound.tries_of_a_call_within_2min", Retry::default().most_tries_within(BOUND).to_string()),
        ("bound.inquiries_within_2min", Polling::default().most_inquiries_within(BOUND).to_string()),
    ];
    entries.into()
}

fn none() -> String {
    "none".to_owned()
}

fn android_apps(checkout: &CheckoutConfig) -> String {
    let names: Vec<&str> = checkout.android_apps.iter().map(|app| app.package_name.as_str()).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

fn sdk_script(checkout: &CheckoutConfig) -> String {
    match &checkout.sdk {
        None => none(),
        Some(SdkScript::Url { url, .. }) => url.clone(),
        Some(SdkScript::Copy(text)) => format!("a copy of {} bytes", text.len()),
    }
}

fn sdk_integrity(checkout: &CheckoutConfig) -> String {
    match &checkout.sdk {
        Some(SdkScript::Url { integrity: Some(integrity), .. }) => integrity.clone(),
        _ => none(),
    }
}

fn credential(credential: &CredentialConfig) -> (&'static str, String) {
    let key = match credential {
        CredentialConfig::Rsa(_) => "gateway.merchant_private_key",
        CredentialConfig::ApiKey(_) => "gateway.api_key",
    };
    (key, "<redacted>".to_owned())
}

fn followed(clock: &FollowedClockConfig) -> String {
    format!("http://{}{}", clock.simulator, clock.path)
}

fn codes(currencies: &[Currency]) -> String {
    currencies.iter().map(|currency| currency.code()).collect::<Vec<_>>().join(", ")
}

fn database_url(config: &DatabaseConfig) -> String {
    match config {
        DatabaseConfig::Sqlite { path, .. } => format!("sqlite://{}", path.display()),
        DatabaseConfig::Postgres { url, .. } => without_secrets(url.expose()),
    }
}

fn time_or_never(time: Option<Duration>) -> String {
    time.map_or_else(|| "never".to_owned(), |time| format!("{}s", time.as_secs()))
}

/// Keys are shown by their ids.
fn data_key(config: &DatabaseConfig) -> String {
    match config.data_keys().ids().as_slice() {
        [] => "none; nothing is sealed".to_owned(),
        [current] => (*current).to_owned(),
        [current, older @ ..] => format!("{current}; {} only opened", older.join(", ")),
    }
}

fn sink(config: &EventsConfig) -> String {
    match &config.sink {
        None => "none; events are only kept".to_owned(),
        Some(EventSink::Webhook { url, secrets, .. }) => {
            format!("webhook to {}, signed with {} secret(s)", host_of(url.expose()), secrets.len())
        }
        #[cfg(feature = "nats")]
        Some(EventSink::Nats { server, subject, .. }) => {
            let addresses = server.addresses().unwrap_or_default();
            let hosts: Vec<&str> = addresses.iter().map(|address| address.host()).collect();
            format!("NATS at {}, subjects {subject}.*", hosts.join(", "))
        }
    }
}

/// Scheme and host: what follows may hold a token.
fn host_of(url: &str) -> &str {
    let after_scheme = url.find("://").map_or(0, |at| at.saturating_add(3));
    let rest = url.get(after_scheme..).unwrap_or_default();
    let end = rest.find(['/', '?', '#']).map_or(url.len(), |at| after_scheme.saturating_add(at));
    url.get(..end).unwrap_or_default()
}

/// User, host and database. What follows a colon in front of an `@` is a password, and options may hold one.
fn without_secrets(url: &str) -> String {
    let (address, options) = url.split_once('?').map_or((url, ""), |(address, _)| (address, "?<redacted>"));
    let shown = match address.rsplit_once('@') {
        None => address.to_owned(),
        Some((user, host)) => {
            let after_scheme = user.find("://").map_or(0, |at| at.saturating_add(3));
            let (scheme, user) = user.split_at(after_scheme);
            match user.split_once(':') {
                None => format!("{scheme}{user}@{host}"),
                Some((user, _)) => format!("{scheme}{user}:<redacted>@{host}"),
            }
        }
    };
    format!("{shown}{options}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhook_is_shown_by_its_host() {
        for url in
            ["https://shop.example", "https://shop.example/canary", "https://shop.example?token=canary"]
        {
            assert_eq!(host_of(url), "https://shop.example");
        }
    }

    #[test]
    fn an_address_is_shown_without_its_password() {
        for (url, shown) in [
            ("postgres://shop@db.example/antom", "postgres://shop@db.example/antom"),
            ("postgres://db.example/antom", "postgres://db.example/antom"),
            ("postgres://shop:p:w@db.example:5432/antom", "postgres://shop:<redacted>@db.example:5432/antom"),
            ("postgres://shop:p@w@db.example/antom", "postgres://shop:<redacted>@db.example/antom"),
            ("postgres://db.example/antom?password=pw", "postgres://db.example/antom?<redacted>"),
        ] {
            assert_eq!(without_secrets(url), shown);
        }
    }
}
