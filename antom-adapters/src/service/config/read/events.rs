//! `[events]`: where the merchant's own systems are told, and how long events are kept.
//! Secrets and addresses are checked here, so that a service that starts can send.

use std::time::Duration;

use antom_core::secret::Secret;
use toml::Value;

use super::Reader;
use crate::outbound::events::webhook::{SigningSecret, is_allowed};
#[cfg(feature = "nats")]
use crate::service::config::GatewayConfig;
use crate::service::config::{EventSink, EventsConfig};

const URL: &str = "events.webhook_url";
const SECRETS: &str = "events.webhook_secrets";
const NATS: &str = "events.nats_url";
const SUBJECT: &str = "events.nats_subject";
const TIMEOUT: &str = "events.timeout";
const MOST: &str = "events.keep_at_most";

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);
/// An event is leased for 30 s.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(20);
const DEFAULT_GIVE_UP: Duration = Duration::from_hours(3 * 24);
const DEFAULT_KEEP: Duration = Duration::from_hours(30 * 24);
const DEFAULT_MOST: u64 = 1_000_000;

impl Reader {
    pub(super) fn events(&mut self) -> Option<EventsConfig> {
        let webhook = self.webhook();
        let nats = self.nats();
        let sink = match (webhook, nats) {
            (Some(_), Some(_)) => {
                self.fault(
                    NATS,
                    "must not be given beside events.webhook_url: events go to one place, from which others may read on",
                );
                None
            }
            (webhook, nats) => webhook.or(nats).flatten(),
        };
        let timeout = self.duration(TIMEOUT).unwrap_or(DEFAULT_TIMEOUT);
        if timeout.is_zero() || timeout > LONGEST_TIMEOUT {
            self.fault(TIMEOUT, "must be from 1s to 20s: an attempt must end before its lease");
        }
        Some(EventsConfig {
            sink,
            timeout,
            give_up_after: self.duration("events.give_up_after").unwrap_or(DEFAULT_GIVE_UP),
            keep_for: self.duration("events.keep_for").unwrap_or(DEFAULT_KEEP),
            keep_at_most: self.keep_at_most(),
        })
    }

    /// `None`: no webhook is asked for; `Some(None)`: one that has a fault.
    fn webhook(&mut self) -> Option<Option<EventSink>> {
        let url = self.text(URL);
        let secrets = self.secrets();
        let ca_pem =
            self.text("events.webhook_ca_file").map(|path| self.key_text("events.webhook_ca_file", &path));
        let Some(url) = url else {
            if secrets.is_some() || ca_pem.is_some() {
                self.fault(URL, "is missing, though other settings of the webhook are given");
            }
            return None;
        };
        if !is_allowed(&url) {
            self.fault(URL, "must be an https address without a user; http reaches this machine only");
            return Some(None);
        }
        if secrets.is_none() {
            self.fault(SECRETS, "is missing: receivers know our events by their signatures");
        }
        let ca_pem = match ca_pem {
            None => None,
            Some(Some(pem)) => Some(pem),
            Some(None) => return Some(None),
        };
        Some(secrets.map(|secrets| EventSink::Webhook { url: Secret::from(url), secrets, ca_pem }))
    }

    /// The signing secrets, each given as it is or as the file that holds it.
    fn secrets(&mut self) -> Option<Vec<Secret>> {
        let entries = match self.value(SECRETS)? {
            Value::String(one) => vec![Value::String(one)],
            Value::Array(entries) if !entries.is_empty() => entries,
            _ => {
                self.fault(SECRETS, "must be an array of secrets, or of files that hold one each");
                return Some(Vec::new());
            }
        };
        let mut secrets = Vec::with_capacity(entries.len());
        for (index, entry) in entries.iter().enumerate() {
            let key = format!("{SECRETS}[{index}]");
            let text = entry.as_str().unwrap_or_default();
            let secret = match text.starts_with("whsec_") {
                true => Some(Secret::from(text)),
                false => self.secret_in_file(&key, text),
            };
            let Some(secret) = secret else { continue };
            if let Err(error) = SigningSecret::parse(&secret) {
                self.fault(&key, error.to_string());
            }
            secrets.push(secret);
        }
        Some(secrets)
    }

    fn secret_in_file(&mut self, key: &str, path: &str) -> Option<Secret> {
        let path = self.base.join(path);
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                self.refuse_open_mode(key, &path);
                Some(Secret::from(text))
            }
            Err(error) => {
                // A mistyped secret is no path, and is not repeated.
                self.fault(
                    key,
                    format!("is neither a secret, which begins with whsec_, nor a readable file: {error}"),
                );
                None
            }
        }
    }

    /// `None`: NATS is not asked for; `Some(None)`: it is, with a fault.
    fn nats(&mut self) -> Option<Option<EventSink>> {
        let url = self.text(NATS);
        let subject = self.text(SUBJECT);
        let credentials = self
            .text("events.nats_credentials_file")
            .map(|path| self.secret_in_file("events.nats_credentials_file", &path));
        let Some(url) = url else {
            if subject.is_some() || credentials.is_some() {
                self.fault(NATS, "is missing, though other settings of NATS are given");
            }
            return None;
        };
        let credentials = match credentials {
            None => None,
            Some(Some(credentials)) => Some(credentials),
            Some(None) => return Some(None),
        };
        Some(self.nats_sink(Secret::from(url), subject, credentials))
    }

    #[cfg(feature = "nats")]
    fn nats_sink(
        &mut self,
        url: Secret,
        subject: Option<String>,
        credentials: Option<Secret>,
    ) -> Option<EventSink> {
        use crate::outbound::events::nats::{NatsServer, is_subject};
        let subject = subject.unwrap_or_else(|| "antom.events".to_owned());
        let (is_right, server) = (is_subject(&subject), NatsServer { url, credentials });
        if !is_right {
            self.fault(SUBJECT, "must be words joined by dots, without wildcards, such as \"antom.events\"");
        }
        let addresses = server.addresses().map_err(|error| self.fault(NATS, error.to_string())).ok()?;
        let is_local = |host: &str| {
            host == "localhost" || host.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
        };
        let is_safe = addresses.iter().all(|address| address.is_encrypted() || is_local(address.host()));
        is_right.then_some(EventSink::Nats { server, subject, is_safe })
    }

    /// In live mode events hold buyers' payments, and leave this machine encrypted only.
    #[cfg(feature = "nats")]
    pub(super) fn check_nats(&mut self, gateway: &GatewayConfig, events: &EventsConfig) {
        if let Some(EventSink::Nats { is_safe: false, .. }) = &events.sink
            && !gateway.client_id.is_sandbox()
        {
            self.fault(NATS, "must be tls:// in live mode, but for this machine");
        }
    }

    #[cfg(not(feature = "nats"))]
    fn nats_sink(&mut self, _: Secret, _: Option<String>, _: Option<Secret>) -> Option<EventSink> {
        self.fault(NATS, "needs a program that was built with the feature `nats`");
        None
    }

    fn keep_at_most(&mut self) -> u64 {
        let number = match self.value(MOST) {
            None => Some(DEFAULT_MOST),
            Some(Value::Integer(number)) => u64::try_from(number).ok(),
            Some(Value::String(text)) => text.parse().ok(),
            Some(_) => None,
        };
        number.filter(|number| *number > 0).unwrap_or_else(|| {
            self.fault(MOST, "must be a whole number of events, at least 1");
            DEFAULT_MOST
        })
    }
}
