//! Notifications that the gateway never sent, by the thousand and by kind, made from one that it did send.
//! What the service makes of them is judged in `forgery`.

use antom_signing::{KeyVersion, LocalSigner, MerchantKey, Signature, SignatureHeader, canonical};
use antom_tests::catcher::Caught;
use antom_tests::wire::request;
use antom_tests::{Failure, Stand};

use crate::WEBHOOK;

/// One request that must not count.
#[derive(Debug)]
pub(crate) struct Forgery {
    pub(crate) kind: &'static str,
    pub(crate) bytes: Vec<u8>,
}

/// What is signed, and where and how it is said to be.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) client_id: String,
    pub(crate) time: String,
    pub(crate) body: Vec<u8>,
}

/// Whoever can make signatures: the gateway's real key, and keys that others have.
#[derive(Debug)]
pub(crate) struct Forge {
    pub(crate) genuine: Message,
    signature: Vec<u8>,
    gateway: LocalSigner,
    merchant: LocalSigner,
    stranger: LocalSigner,
}

const OTHER_KEY: usize = 1_500;
const OWN_KEY: usize = 500;
const OTHER_CLIENT: usize = 250;
const OTHER_PATH: usize = 300;
const OTHER_METHOD: usize = 150;
const OTHER_TIME: usize = 500;
const SWAPPED: usize = 500;
const INVENTED: usize = 1_000;

impl Forge {
    pub(crate) fn new(stand: &Stand, genuine: &Caught) -> Result<Self, Failure> {
        let folder = stand.folder().join("stranger");
        stand.run(&["keys", "generate", "--out", &folder.display().to_string()])?;
        let gateway = signer(&stand.keys().join("antom_private.pem"))?;
        let message = Message {
            client_id: genuine.header("client-id").to_owned(),
            time: genuine.header("request-time").to_owned(),
            body: genuine.body.clone().into_bytes(),
        };
        let signature = sign(&gateway, "POST", WEBHOOK, &message)?;
        Ok(Self {
            genuine: message,
            signature,
            gateway,
            merchant: signer(&stand.keys().join("merchant_private.pem"))?,
            stranger: signer(&folder.join("merchant_private.pem"))?,
        })
    }

    /// The genuine one, made here of the same parts.
    pub(crate) fn genuine(&self) -> Vec<u8> {
        bytes(&self.genuine, &self.signature)
    }

    /// Every kind.
    pub(crate) fn all(&self) -> Result<Vec<Forgery>, Failure> {
        let mut all = Vec::new();
        let mut add = |kind: &'static str, made: Vec<Vec<u8>>| {
            all.extend(made.into_iter().map(|bytes| Forgery { kind, bytes }));
        };
        add(
            "a bit of the signature",
            flips(&self.signature).map(|other| bytes(&self.genuine, &other)).collect(),
        );
        add("a bit of the body", self.bodies(flips(&self.genuine.body)));
        add(
            "a blank in the body",
            self.bodies((0..=self.genuine.body.len()).map(|at| with_blank(&self.genuine.body, at))),
        );
        add("a bit of the client id", self.client_ids());
        add("a bit of the time", self.times());
        add("a shorter signature", (0..self.signature.len()).map(|length| self.of_length(length)).collect());
        add("a longer signature", (257..800).step_by(2).map(|length| self.of_length(length)).collect());
        add(
            "an invented signature",
            (0..INVENTED).map(|number| bytes(&self.genuine, &invented(number))).collect(),
        );
        add("another key", self.signed_by(&self.stranger, OTHER_KEY)?);
        add("the merchant's own key", self.signed_by(&self.merchant, OWN_KEY)?);
        add("another client", self.for_other_clients()?);
        add("another path", self.for_other_paths()?);
        add("another method", self.for_other_methods()?);
        add("another time", self.for_other_times()?);
        add("a body of another message", self.swapped()?);
        add("a header twice", self.doubled());
        add("a header missing or blank", self.missing());
        add("another grammar of the signature", self.other_grammar());
        Ok(all)
    }

    fn bodies(&self, bodies: impl Iterator<Item = Vec<u8>>) -> Vec<Vec<u8>> {
        bodies.map(|body| bytes(&Message { body, ..self.genuine.clone() }, &self.signature)).collect()
    }

    fn client_ids(&self) -> Vec<Vec<u8>> {
        let changed = printable_flips(&self.genuine.client_id);
        changed
            .map(|client_id| bytes(&Message { client_id, ..self.genuine.clone() }, &self.signature))
            .collect()
    }

    fn times(&self) -> Vec<Vec<u8>> {
        let changed = printable_flips(&self.genuine.time);
        changed.map(|time| bytes(&Message { time, ..self.genuine.clone() }, &self.signature)).collect()
    }

    fn of_length(&self, length: usize) -> Vec<u8> {
        let cut =
            self.signature.iter().copied().chain(std::iter::repeat(0)).take(length).collect::<Vec<u8>>();
        bytes(&self.genuine, &cut)
    }

    /// Rightly made, of contents that the forger chose, with a key that is not the gateway's.
    fn signed_by(&self, signer: &LocalSigner, count: usize) -> Result<Vec<Vec<u8>>, Failure> {
        let forged = |number: usize| {
            let message = Message { body: self.numbered(number), ..self.genuine.clone() };
            Ok(bytes(&message, &sign(signer, "POST", WEBHOOK, &message)?))
        };
        (0..count).map(forged).collect()
    }

    /// By the gateway's key, but for somebody else: sent as it is, and as if it were ours.
    fn for_other_clients(&self) -> Result<Vec<Vec<u8>>, Failure> {
        let forged = |number: usize| {
            let other = Message { client_id: format!("SANDBOX_OTHER_{number}"), ..self.genuine.clone() };
            let signature = sign(&self.gateway, "POST", WEBHOOK, &other)?;
            Ok([bytes(&other, &signature), bytes(&self.genuine, &signature)])
        };
        Ok((0..OTHER_CLIENT / 2).map(forged).collect::<Result<Vec<_>, Failure>>()?.concat())
    }

    fn for_other_paths(&self) -> Result<Vec<Vec<u8>>, Failure> {
        let forged = |number: usize| {
            let path = match number % 10 {
                0 => format!("{WEBHOOK}/"),
                1 => format!("/{WEBHOOK}"),
                2 => format!("{WEBHOOK}?id={number}"),
                3 => format!("/pay/v{number}{WEBHOOK}"),
                4 => WEBHOOK.to_uppercase(),
                5 => WEBHOOK.replacen('o', "%6F", number % 3 + 1),
                6 => format!("http://127.0.0.1:{number}{WEBHOOK}"),
                7 => format!("/{number}/..{WEBHOOK}"),
                8 => WEBHOOK.trim_start_matches('/').to_owned(),
                _ => format!("/notifications/antom{number}"),
            };
            Ok(bytes(&self.genuine, &sign(&self.gateway, "POST", &path, &self.genuine)?))
        };
        (0..OTHER_PATH).map(forged).collect()
    }

    fn for_other_methods(&self) -> Result<Vec<Vec<u8>>, Failure> {
        let methods = ["GET", "PUT", "post", "Post", "PATCH", "DELETE", "HEAD", "POST ", " POST", ""];
        let forged = |(number, method): (usize, &&str)| {
            let message = Message { body: self.numbered(number), ..self.genuine.clone() };
            Ok(bytes(&message, &sign(&self.gateway, method, WEBHOOK, &message)?))
        };
        methods.iter().cycle().take(OTHER_METHOD).enumerate().map(forged).collect()
    }

    /// Signed for one time and sent with another.
    fn for_other_times(&self) -> Result<Vec<Vec<u8>>, Failure> {
        let forged = |number: usize| {
            let other =
                Message { time: (1_700_000_000_000_u64 + number as u64).to_string(), ..self.genuine.clone() };
            let signature = sign(&self.gateway, "POST", WEBHOOK, &other)?;
            Ok(bytes(&self.genuine, &signature))
        };
        (0..OTHER_TIME).map(forged).collect()
    }

    /// Two that the gateway signed, each with the other's body.
    fn swapped(&self) -> Result<Vec<Vec<u8>>, Failure> {
        let forged = |number: usize| {
            let other = Message { body: self.numbered(number), ..self.genuine.clone() };
            let signature = sign(&self.gateway, "POST", WEBHOOK, &other)?;
            Ok([bytes(&self.genuine, &signature), bytes(&other, &self.signature)])
        };
        Ok((0..SWAPPED / 2).map(forged).collect::<Result<Vec<_>, Failure>>()?.concat())
    }

    /// The genuine headers, and one of them once more: the same, another one, before and after, and folded into one.
    fn doubled(&self) -> Vec<Vec<u8>> {
        let text = signature_text(&self.signature);
        let usual = [
            ("client-id", &self.genuine.client_id),
            ("request-time", &self.genuine.time),
            ("signature", &text),
        ];
        let mut all = Vec::new();
        for (index, (name, value)) in usual.iter().enumerate() {
            for other in [value.as_str(), "x", "", "1700000000000", "SANDBOX_OTHER"] {
                let mut headers: Vec<(&str, &str)> =
                    usual.iter().map(|(name, value)| (*name, value.as_str())).collect();
                headers.insert(index, (name, other));
                all.push(self.sent_with(&headers));
                headers.remove(index);
                headers.push((name, other));
                all.push(self.sent_with(&headers));
                let folded = format!("{value}, {other}");
                headers.pop();
                if let Some(header) = headers.get_mut(index) {
                    *header = (name, &folded);
                }
                all.push(self.sent_with(&headers));
            }
        }
        all
    }

    fn missing(&self) -> Vec<Vec<u8>> {
        let text = signature_text(&self.signature);
        let usual = [
            ("client-id", self.genuine.client_id.as_str()),
            ("request-time", &self.genuine.time),
            ("signature", &text),
        ];
        let mut all = Vec::new();
        // Every choice of the three that is not all of them, the others absent, empty or blank.
        for chosen in 0..7_u8 {
            for instead in [None, Some(""), Some(" "), Some("\t")] {
                let headers = usual.iter().enumerate().filter_map(|(index, (name, value))| {
                    if chosen & (1 << index) != 0 {
                        Some((*name, *value))
                    } else {
                        instead.map(|blank| (*name, blank))
                    }
                });
                all.push(self.sent_with(&headers.collect::<Vec<_>>()));
            }
        }
        all
    }

    fn other_grammar(&self) -> Vec<Vec<u8>> {
        let text = signature_text(&self.signature);
        let value = text.rsplit_once("signature=").map_or("", |(_, value)| value);
        let twice = value.replace('%', "%25");
        let texts = [
            value.to_owned(),
            format!("signature={value}"),
            text.replace("RSA256", "none"),
            text.replace("RSA256", "NONE"),
            text.replace("RSA256", "HS256"),
            text.replace("RSA256", "RSA1"),
            text.replace("RSA256", "rsa256"),
            text.replace("RSA256", "RSA512"),
            text.replace("RSA256", ""),
            text.replace("algorithm=RSA256,", ""),
            text.replace("keyVersion=1", "keyVersion=2"),
            text.replace("keyVersion=1", "keyVersion=0"),
            text.replace("keyVersion=1", "keyVersion=-1"),
            text.replace("keyVersion=1", "keyVersion=01"),
            text.replace("keyVersion=1", "keyVersion=4294967297"),
            text.replace("keyVersion=1", "keyVersion="),
            text.replace("keyVersion=1", "keyVersion=1,keyVersion=1"),
            format!("{text},algorithm=RSA256"),
            format!("{text},signature={value}"),
            format!("{text},"),
            format!(",{text}"),
            format!("{text};"),
            format!("\"{text}\""),
            text.replace(',', ";"),
            text.replace("signature=", "signature=signature="),
            text.replace("signature=", "Signature="),
            format!("algorithm=RSA256,keyVersion=1,signature={twice}"),
            format!("algorithm=RSA256,keyVersion=1,signature={value}%"),
            format!("algorithm=RSA256,keyVersion=1,signature={value}%3D"),
            format!("algorithm=RSA256,keyVersion=1,signature={}", value.trim_end_matches("%3D")),
            format!("algorithm=RSA256,keyVersion=1,signature={}", value.to_lowercase()),
            format!("algorithm=RSA256,keyVersion=1,signature={}", "A".repeat(9_000)),
            format!("algorithm=RSA256,keyVersion=1,signature={}", "%41".repeat(4_000)),
        ];
        let sent = |text: &String| {
            let headers = [
                ("client-id", self.genuine.client_id.as_str()),
                ("request-time", &self.genuine.time),
                ("signature", text),
            ];
            self.sent_with(&headers)
        };
        texts.iter().map(sent).collect()
    }

    fn sent_with(&self, headers: &[(&str, &str)]) -> Vec<u8> {
        let headers: Vec<_> = [("content-type", "application/json")].iter().chain(headers).copied().collect();
        request("POST", WEBHOOK, &headers, &self.genuine.body)
    }

    /// The genuine body with another content, which a forger would like to be believed.
    fn numbered(&self, number: usize) -> Vec<u8> {
        let text = String::from_utf8_lossy(&self.genuine.body);
        text.replacen('{', &format!("{{\"number\":{number},"), 1).into_bytes()
    }
}

fn signer(file: &std::path::Path) -> Result<LocalSigner, Failure> {
    let key = MerchantKey::parse(&std::fs::read_to_string(file)?);
    let key = key.map_err(|error| Failure::step("the key can be read", error))?;
    Ok(LocalSigner::new(key, KeyVersion::FIRST))
}

fn sign(signer: &LocalSigner, method: &str, path: &str, message: &Message) -> Result<Vec<u8>, Failure> {
    let text = canonical(method, path, &message.client_id, &message.time, &message.body);
    let signature = signer.sign_now(&text).map_err(|error| Failure::step("a signature is made", error))?;
    Ok(signature.as_bytes().to_vec())
}

fn signature_text(signature: &[u8]) -> String {
    SignatureHeader::new(Some(KeyVersion::FIRST), Signature::from_bytes(signature.to_vec())).to_string()
}

fn bytes(message: &Message, signature: &[u8]) -> Vec<u8> {
    let text = signature_text(signature);
    let headers = [
        ("content-type", "application/json"),
        ("client-id", message.client_id.as_str()),
        ("request-time", &message.time),
        ("signature", &text),
    ];
    request("POST", WEBHOOK, &headers, &message.body)
}

/// The bytes with one bit changed, for every bit.
fn flips(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (0..bytes.len() * 8).map(|bit| {
        let mut other = bytes.to_vec();
        if let Some(byte) = other.get_mut(bit / 8) {
            *byte ^= 1 << (bit % 8);
        }
        other
    })
}

/// The text with one bit changed, as far as a header can hold it.
fn printable_flips(text: &str) -> impl Iterator<Item = String> {
    flips(text.as_bytes())
        .filter(|bytes| bytes.iter().all(u8::is_ascii_graphic))
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

fn with_blank(body: &[u8], at: usize) -> Vec<u8> {
    let (before, after) = body.split_at_checked(at).unwrap_or((body, &[]));
    [before, b" ", after].concat()
}

/// Bytes as long as a signature that nobody computed: constants first, then whatever a simple recurrence gives.
fn invented(number: usize) -> Vec<u8> {
    match number {
        0 => vec![0; 256],
        1 => vec![0xff; 256],
        2 => [vec![0; 255], vec![1]].concat(),
        // What a signature decrypts to: the padding itself.
        3 => [vec![0, 1], vec![0xff; 202], vec![0], vec![0x30; 51]].concat(),
        _ => {
            let mut state = number as u64;
            let mut next = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 56) as u8
            };
            (0..256).map(|_| next()).collect()
        }
    }
}
