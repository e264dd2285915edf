//! Posts notifications: signs them with the gateway's key and reports how the merchant answered.
//! When to send, and whether an answer acknowledges, is decided in `core`.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use super::crypto::{header_value, signed_bytes};
use super::shell::Shell;
use super::tls::client_config;
use super::wait::pause;
use crate::core::{Delivery, Seal, Send};
use crate::simulator::StartError;

const LONGEST_LOGGED_ANSWER: usize = 2_000;

impl Shell {
    /// Sends each payment's notifications one after the other, those of different payments side by side.
    pub(crate) fn dispatch(self: &Arc<Self>, sends: Vec<Send>) {
        let mut groups: BTreeMap<Option<usize>, Vec<Send>> = BTreeMap::new();
        for send in sends {
            self.set_out();
            groups.entry(send.group).or_default().push(send);
        }
        for group in groups.into_values() {
            let shell = Arc::clone(self);
            self.tasks.spawn(async move {
                for send in group {
                    shell.deliver(&send).await;
                    shell.arrived();
                }
            });
        }
    }

    async fn deliver(self: &Arc<Self>, send: &Send) {
        if send.lost {
            return self.report(send, Delivery::failed("lost by a fault rule"));
        }
        let Some(target) = Target::of(&send.url, self.allow_remote) else {
            let reason = "the target is not a loopback address (see --allow-remote)";
            self.work(|gateway, _| gateway.refuse_target(send, reason));
            return;
        };
        if send.delay_ms > 0 {
            pause(Duration::from_millis(send.delay_ms)).await;
        }
        let mut delivery = Delivery::failed("nothing was sent");
        for _ in 0..send.copies {
            delivery = self.post(send, &target).await;
        }
        self.report(send, send.answer_lost.clone().unwrap_or(delivery));
    }

    async fn post(&self, send: &Send, target: &Target) -> Delivery {
        let bytes =
            signed_bytes("POST", &target.path, &send.client, &send.request_time, send.body.as_bytes());
        let (version, mut signature) = match self.antom_keys.sign(&bytes) {
            Ok(signed) => signed,
            Err(error) => return Delivery::failed(&error.to_string()),
        };
        if let (Seal::Bad, Some(byte)) = (send.seal, signature.first_mut()) {
            *byte ^= 1;
        }
        let timeout = self.look(crate::core::Gateway::notification_timeout);
        let mut request = self
            .poster
            .post(target.url.clone())
            .timeout(timeout)
            .header("content-type", "application/json; charset=UTF-8")
            .header("client-id", send.client.as_str())
            .header("request-time", &send.request_time)
            .body(send.body.to_string());
        if send.seal != Seal::Missing {
            request = request.header("signature", header_value(version, &signature));
        }
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => return Delivery::failed(&reason(&error)),
        };
        let status = Some(response.status().as_u16());
        match response.text().await {
            Ok(text) => {
                let answer = text.chars().take(LONGEST_LOGGED_ANSWER).collect();
                Delivery { status, answer, error: None }
            }
            Err(error) => Delivery { status, answer: String::new(), error: Some(reason(&error)) },
        }
    }

    fn report(self: &Arc<Self>, send: &Send, delivery: Delivery) {
        tracing::debug!(
            notification = send.notification,
            attempt = send.attempt,
            status = delivery.status,
            acknowledged = delivery.acknowledges(),
            "notification sent"
        );
        self.work(|gateway, _| gateway.delivered(send, delivery));
    }
}

/// The client that posts notifications: no redirects, no proxy, trust in the simulator's own authority only.
pub(crate) fn poster(ca_pem: Option<&str>) -> Result<reqwest::Client, StartError> {
    let tls = client_config(ca_pem)?;
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .map_err(StartError::Poster)
}

/// A notify URL taken apart; what is signed is its path with the query.
#[derive(Debug)]
struct Target {
    url: reqwest::Url,
    path: String,
}

impl Target {
    fn of(url: &str, allow_remote: bool) -> Option<Self> {
        let url = reqwest::Url::parse(url).ok()?;
        let host = url.host_str()?;
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        let is_loopback = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
        if !matches!(url.scheme(), "http" | "https") || !(is_loopback || allow_remote) {
            return None;
        }
        let path = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        Some(Self { url, path })
    }
}

fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        "no answer in time".to_owned()
    } else if error.is_connect() {
        "no connection".to_owned()
    } else {
        "the connection broke".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_targets_are_notified_unless_others_are_allowed() {
        for (url, allowed) in [
            ("http://127.0.0.1:8080/notifications/antom", true),
            ("http://127.9.9.9/x", true),
            ("http://localhost:1/x", true),
            ("http://[::1]:1/x", true),
            ("https://www.example.com/notify", false),
            ("http://169.254.169.254/latest", false),
            ("http://localhost.example.com/", false),
            ("ftp://127.0.0.1/", false),
            ("imeituan://", false),
        ] {
            assert_eq!(Target::of(url, false).is_some(), allowed, "{url}");
        }
        assert!(Target::of("http://merchant:8080/n", true).is_some());
        assert_eq!(
            Target::of("http://localhost/n?a=%20b", false).map(|t| t.path),
            Some("/n?a=%20b".to_owned())
        );
    }
}
