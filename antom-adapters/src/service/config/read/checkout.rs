//! `[checkout]`: what buyers see, and where it leads.
//! What must not be in live mode is checked in `together`.

use std::path::Path;
use std::sync::Arc;

use antom_core::id::ReferenceOrderId;
use antom_domain::order::ProductScene;
use toml::Value;

use super::super::{AndroidApp, CheckoutConfig, CheckoutStyle, CheckoutTheme, SdkScript};
use super::Reader;
use super::together::is_loopback;

const ORDER: &str = "{referenceOrderId}";

impl Reader {
    pub(super) fn checkout(&mut self) -> CheckoutConfig {
        let style = self.word("checkout.style", &CheckoutStyle::ALL, CheckoutStyle::as_str);
        let theme = self.word("checkout.theme", &CheckoutTheme::ALL, CheckoutTheme::as_str);
        CheckoutConfig {
            enabled: self.flag("checkout.enabled", true),
            sdk: self.sdk_script(),
            style: style.unwrap_or(CheckoutStyle::Popup),
            theme: theme.unwrap_or(CheckoutTheme::Auto),
            billing_address: self.flag("checkout.billing_address", false),
            order_url: self.shop_page("checkout.order_url"),
            pay_again_url: self.shop_page("checkout.pay_again_url"),
            css: self.text("checkout.css_file").and_then(|file| self.file("checkout.css_file", &file)),
            android_apps: self.android_apps(),
        }
    }

    fn android_apps(&mut self) -> Vec<AndroidApp> {
        const KEY: &str = "checkout.android_apps";
        let entries = match self.value(KEY) {
            None => return Vec::new(),
            Some(Value::Array(entries)) => entries,
            Some(_) => {
                self.fault(KEY, "must be an array of { package_name, sha256_cert_fingerprints }");
                return Vec::new();
            }
        };
        let mut apps = Vec::new();
        for (index, entry) in entries.iter().enumerate() {
            match android_app(entry) {
                Some(app) => apps.push(app),
                None => {
                    let message = "needs package_name, such as \"com.example.shop\", and sha256_cert_fingerprints, \
                                   each 32 pairs of hexadecimal digits with colons between, as keytool prints them";
                    self.fault(&format!("{KEY}[{index}]"), message);
                }
            }
        }
        apps
    }

    fn flag(&mut self, key: &str, default: bool) -> bool {
        match self.value(key) {
            None => default,
            Some(Value::Boolean(flag)) => flag,
            Some(Value::String(text)) if text == "true" => true,
            Some(Value::String(text)) if text == "false" => false,
            Some(_) => {
                self.fault(key, "must be true or false");
                default
            }
        }
    }

    fn word<T: Copy>(&mut self, key: &str, all: &[T], word_of: fn(T) -> &'static str) -> Option<T> {
        let text = self.text(key)?;
        let found = all.iter().copied().find(|one| word_of(*one) == text);
        if found.is_none() {
            let words: Vec<&str> = all.iter().map(|one| word_of(*one)).collect();
            self.fault(key, format!("must be one of {}", words.join(", ")));
        }
        found
    }

    fn sdk_script(&mut self) -> Option<SdkScript> {
        const SCRIPT: &str = "checkout.sdk_script";
        const INTEGRITY: &str = "checkout.sdk_integrity";
        let integrity = self.text(INTEGRITY);
        let is_digest = |text: &String| {
            let base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
            let digest = ["sha256-", "sha384-", "sha512-"].iter().find_map(|kind| text.strip_prefix(kind));
            digest.is_some_and(|digest| !digest.is_empty() && digest.bytes().all(base64))
        };
        if integrity.as_ref().is_some_and(|text| !is_digest(text)) {
            self.fault(INTEGRITY, "must be sha384- and the base64 of the script's digest");
        }
        let Some(script) = self.text(SCRIPT) else {
            if integrity.is_some() {
                self.fault(INTEGRITY, "means nothing without checkout.sdk_script");
            }
            return None;
        };
        if script.contains("://") {
            if !is_page(&script) {
                let message = "must be an https address, http to this machine, or the file of your copy";
                self.fault(SCRIPT, message);
            }
            return Some(SdkScript::Url { url: script, integrity });
        }
        if integrity.is_some() {
            self.fault(INTEGRITY, "is for scripts from another host; yours comes from us");
        }
        Some(SdkScript::Copy(self.file(SCRIPT, &script)?))
    }

    fn shop_page(&mut self, key: &str) -> Option<String> {
        let url = self.text(key)?;
        let without_order = url.replace(ORDER, "");
        if !is_page(&url) || without_order.contains(['{', '}']) {
            let message = format!(
                "must be an https address (http to this machine), such as https://shop.example/orders/{ORDER}"
            );
            self.fault(key, message);
        }
        Some(url)
    }

    fn file(&mut self, key: &str, file: &str) -> Option<Arc<str>> {
        let path = self.base.join(Path::new(file));
        match std::fs::read_to_string(&path) {
            Ok(text) => Some(text.into()),
            Err(error) => {
                self.fault(key, format!("{} cannot be read: {error}", path.display()));
                None
            }
        }
    }
}

impl CheckoutConfig {
    /// What sessions for our page are for.
    pub(crate) fn product_scene(&self) -> Option<ProductScene> {
        (self.style == CheckoutStyle::Element).then_some(ProductScene::Element)
    }

    /// A shop's address for this order; the id cannot change where it leads.
    pub(crate) fn for_order(url: &str, order: &ReferenceOrderId) -> String {
        url.replace(ORDER, &encoded(order.as_str()))
    }
}

/// An app that Android would know by this entry.
fn android_app(entry: &Value) -> Option<AndroidApp> {
    let table = entry.as_table()?;
    if table.keys().any(|key| !["package_name", "sha256_cert_fingerprints"].contains(&key.as_str())) {
        return None;
    }
    let package_name = table.get("package_name")?.as_str()?;
    let is_part = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_alphabetic())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    if !package_name.contains('.') || !package_name.split('.').all(is_part) {
        return None;
    }
    let given = table.get("sha256_cert_fingerprints")?.as_array()?;
    let fingerprints: Vec<String> =
        given.iter().map(|text| fingerprint(text.as_str()?)).collect::<Option<_>>()?;
    (!fingerprints.is_empty())
        .then(|| AndroidApp { package_name: package_name.to_owned(), sha256_cert_fingerprints: fingerprints })
}

/// In capitals: Android compares them as texts.
fn fingerprint(text: &str) -> Option<String> {
    let pairs: Vec<&str> = text.split(':').collect();
    let is_pair = |pair: &&str| pair.len() == 2 && pair.bytes().all(|byte| byte.is_ascii_hexdigit());
    (pairs.len() == 32 && pairs.iter().all(is_pair)).then(|| text.to_ascii_uppercase())
}

/// A text as a part of a path or as a value of a query.
pub(crate) fn encoded(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
        encoded
    })
}

/// An address with a host, over https or to this machine, that a header and an attribute can hold, and that a policy of
/// content cannot be broken with.
fn is_page(url: &str) -> bool {
    let rest =
        url.strip_prefix("https://").or_else(|| url.strip_prefix("http://").filter(|_| is_loopback(url)));
    let host = rest.unwrap_or_default().split(['/', '?', '#']).next().unwrap_or_default();
    let in_host = |byte: u8| byte.is_ascii_alphanumeric() || b"-.:[]".contains(&byte);
    let plain = |byte: u8| byte.is_ascii_graphic() && !b"\"'<>\\`".contains(&byte);
    !host.is_empty() && host.bytes().all(in_host) && url.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_host_and_is_encrypted_or_on_this_machine() {
        for url in ["https://shop.example/orders/{referenceOrderId}?a=b", "http://127.0.0.1:4010/sdk.js"] {
            assert!(is_page(url), "{url}");
        }
        for url in [
            "http://shop.example",
            "https://",
            "https:///x",
            "javascript:alert(1)",
            "https://a b/",
            "https://a;b/",
        ] {
            assert!(!is_page(url), "{url}");
        }
    }

    #[test]
    fn an_app_is_known_by_its_package_and_the_fingerprints_of_its_certificates() {
        let good = ["ab"; 32].join(":");
        let read = |package: &str, fingerprint: &str| {
            let text =
                format!("package_name = \"{package}\"\nsha256_cert_fingerprints = [\"{fingerprint}\"]");
            android_app(&Value::Table(text.parse().unwrap()))
        };
        let app = read("com.example.shop", &good).unwrap();
        assert_eq!(app.sha256_cert_fingerprints, [good.to_ascii_uppercase()]);
        for package in ["", "shop", "com..shop", "com.1shop", "com.example.shop\\n", "com.example.*"] {
            assert_eq!(read(package, &good), None, "{package}");
        }
        for bad in ["", &good[3..], &good.replace("ab", "xy"), &format!("{good}:ab")] {
            assert_eq!(read("com.example.shop", bad), None, "{bad}");
        }
        let none = "package_name = \"com.example.shop\"\nsha256_cert_fingerprints = []";
        assert_eq!(android_app(&Value::Table(none.parse().unwrap())), None);
    }

    #[test]
    fn an_order_id_cannot_change_where_a_link_leads() {
        let order = ReferenceOrderId::parse("A/../?&B=").unwrap();
        let link = CheckoutConfig::for_order("https://shop.example/o/{referenceOrderId}", &order);
        assert_eq!(link, "https://shop.example/o/A%2F..%2F%3F%26B%3D");
    }
}
