//! Which app opens an address: by a scheme of its own, or by an app link that its host vouches for.
//! What the app does with it is the app's; addresses that no app takes are the browser's.

use antom_tests::Failure;
use antom_tests::http::{Call, Http, list_at, text_at};

/// Where a host says which apps may open its addresses.
const STATEMENTS: &str = "/.well-known/assetlinks.json";
const OPENS_LINKS: &str = "delegate_permission/common.handle_all_urls";

/// An app on the device, as its manifest describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct App {
    package: String,
    certificate: String,
    schemes: Vec<String>,
    links: Vec<String>,
    screen: Option<String>,
}

impl App {
    /// An app by its package name, signed with the certificate that has this SHA-256 fingerprint.
    pub fn new(package: &str, certificate: &str) -> Self {
        Self {
            package: package.to_owned(),
            certificate: certificate.to_owned(),
            schemes: Vec::new(),
            links: Vec::new(),
            screen: None,
        }
    }

    /// With an intent filter for `scheme://`.
    #[must_use]
    pub fn with_scheme(mut self, scheme: &str) -> Self {
        self.schemes.push(scheme.to_owned());
        self
    }

    /// With an intent filter for app links (`autoVerify`) that begin so, such as `https://pay.shop.example/result/`.
    #[must_use]
    pub fn with_app_link(mut self, begin: &str) -> Self {
        self.links.push(begin.to_owned());
        self
    }

    /// An app of somebody else that shows a page for what it is opened with: this beginning, and the address's last part.
    #[must_use]
    pub fn showing(mut self, begin: &str) -> Self {
        self.screen = Some(begin.to_owned());
        self
    }

    pub(crate) fn package(&self) -> &str {
        &self.package
    }

    /// What Android does when the app is installed: an app link without its host's word is the browser's.
    pub(crate) fn verified(mut self, http: &Http) -> Self {
        self.links
            .retain(|begin| is_vouched_for(http, &self.package, &self.certificate, begin).unwrap_or(false));
        self
    }

    pub(crate) fn opens(&self, url: &str) -> bool {
        let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme);
        self.schemes.iter().any(|own| own == scheme) || self.links.iter().any(|begin| url.starts_with(begin))
    }

    /// The page that it shows by itself for this address.
    pub(crate) fn page(&self, url: &str) -> Option<String> {
        let last = url.rsplit('/').next().unwrap_or_default();
        self.screen.as_ref().map(|begin| format!("{begin}{last}"))
    }
}

fn is_vouched_for(http: &Http, package: &str, certificate: &str, begin: &str) -> Result<bool, Failure> {
    let told = http.send(Call::new("GET", &format!("{}{STATEMENTS}", origin(begin))))?;
    let of_app = |statement: &&serde_json::Value| {
        let opens = list_at(statement, "/relation").iter().any(|one| one == OPENS_LINKS);
        let certificates = list_at(statement, "/target/sha256_cert_fingerprints");
        opens
            && text_at(statement, "/target/namespace") == "android_app"
            && text_at(statement, "/target/package_name") == package
            && certificates.iter().any(|one| one == certificate)
    };
    let is_json = told.content_type.starts_with("application/json");
    Ok(told.status == 200 && is_json && list_at(&told.json, "").iter().any(|one| of_app(&one)))
}

/// Scheme and host of an address.
pub(crate) fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    let path = url.get(host..).and_then(|rest| rest.find('/'));
    path.and_then(|at| url.get(..host + at)).unwrap_or(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_opens_its_scheme_and_its_links_and_nothing_else() {
        let app = App::new("com.example.shop", "AA")
            .with_scheme("shop-example")
            .with_app_link("https://pay.shop.example/result/");
        for own in ["shop-example://pay/1", "https://pay.shop.example/result/1"] {
            assert!(app.opens(own), "{own}");
        }
        for other in [
            "shop-example2://pay/1",
            "https://pay.shop.example/checkout/1",
            "https://evil.example/result/",
            "",
        ] {
            assert!(!app.opens(other), "{other}");
        }
    }

    #[test]
    fn the_origin_ends_where_the_path_begins() {
        assert_eq!(origin("http://127.0.0.1:4010/checkout/1?a=b"), "http://127.0.0.1:4010");
        assert_eq!(origin("https://shop.example"), "https://shop.example");
    }
}
