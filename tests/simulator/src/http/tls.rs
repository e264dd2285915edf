//! A local certificate authority and a server certificate for the gateway's real hosts.
//! Listening is left to the server.

use std::path::Path;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};

use super::clock::machine_time;
use super::crypto::{CryptoError, random_salt};
use super::keys::{KeysError, create_folder, write_private, write_public};
use super::truststore;

/// Hosts of the gateway that a hosts-file entry may point at the simulator (rules 1.2, official-sdks 2): those of today,
/// the older ones, the one for in-store payments, and those for files.
pub(crate) const REAL_HOSTS: [&str; 11] = [
    "open-na-global.alipay.com",
    "open-na.alipay.com",
    "open.antglobal-us.com",
    "open-sea-global.alipay.com",
    "open-sea.alipay.com",
    "open-de-global.alipay.com",
    "open-de.alipay.com",
    "open-eu.alipay.com",
    "open-big-na.alipay.com",
    "open-big-sea.alipay.com",
    "open-big-de-global.alipay.com",
];

/// The longest that platforms take from a server certificate; a new one is made at each start.
const DAYS_VALID: i32 = 397;

/// Certificates cannot be made or used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// The certificate library refused.
    #[error("a certificate cannot be made")]
    Make(#[from] rcgen::Error),
    /// The TLS library refused.
    #[error("a certificate cannot be used for TLS")]
    Use(#[from] rustls::Error),
    /// The keys folder is at fault.
    #[error("the certificate authority cannot be stored")]
    Store(#[from] KeysError),
    /// No random bytes could be had.
    #[error("the trust store cannot be made")]
    Random(#[from] CryptoError),
    /// The stored authority cannot be read.
    #[error("ca.pem cannot be read")]
    Read,
}

/// The authority and what it signed.
pub(crate) struct Certificates {
    pub(crate) ca_pem: String,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl std::fmt::Debug for Certificates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Certificates").finish_non_exhaustive()
    }
}

impl Certificates {
    /// Makes a server certificate, with the authority of the folder or a new one that is stored there.
    pub(crate) fn make(folder: Option<&Path>, extra_names: &[String]) -> Result<Self, CertificateError> {
        let (ca_pem, issuer) = authority(folder)?;
        let key = KeyPair::generate()?;
        let leaf = leaf(&key, &issuer, extra_names)?;
        if let Some(folder) = folder {
            write_public(&folder.join("server.pem"), leaf.pem().as_bytes())?;
            let authority = certificate_of(&ca_pem)?;
            let store = truststore::of_certificate(&authority, random_salt()?);
            write_public(&folder.join("truststore.p12"), &store)?;
        }
        let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        Ok(Self { ca_pem, chain: vec![leaf.der().clone()], key })
    }

    pub(crate) fn server_config(&self) -> Result<Arc<rustls::ServerConfig>, CertificateError> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(self.chain.clone(), self.key.clone_key())?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}

/// A TLS client that trusts the simulator's own authority only, for notifications to a merchant with its certificate.
pub(crate) fn client_config(ca_pem: Option<&str>) -> Result<rustls::ClientConfig, CertificateError> {
    let mut roots = rustls::RootCertStore::empty();
    if let Some(pem) = ca_pem {
        roots.add(certificate_of(pem)?)?;
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder =
        rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

fn certificate_of(pem: &str) -> Result<CertificateDer<'static>, CertificateError> {
    CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|_| CertificateError::Read)
}

fn authority(folder: Option<&Path>) -> Result<(String, Issuer<'static, KeyPair>), CertificateError> {
    let Some(folder) = folder else { return new_authority().map(|(pem, _, issuer)| (pem, issuer)) };
    let (pem_path, key_path) = (folder.join("ca.pem"), folder.join("ca_private.pem"));
    let missing = match (pem_path.exists(), key_path.exists()) {
        (true, true) => {
            let read = |path: &Path| std::fs::read_to_string(path).map_err(|_| CertificateError::Read);
            let (pem, key) = (read(&pem_path)?, KeyPair::from_pem(&read(&key_path)?)?);
            return Ok((pem, Issuer::new(authority_params(), key)));
        }
        (false, false) => {
            let (pem, key, issuer) = new_authority()?;
            create_folder(folder)?;
            write_private(&key_path, &key)?;
            write_public(&pem_path, pem.as_bytes())?;
            return Ok((pem, issuer));
        }
        (true, false) => "ca_private.pem",
        (false, true) => "ca.pem",
    };
    Err(KeysError::Partial { path: folder.to_owned(), missing: missing.to_owned() }.into())
}

fn new_authority() -> Result<(String, String, Issuer<'static, KeyPair>), CertificateError> {
    let key = KeyPair::generate()?;
    let params = authority_params();
    let certificate = params.self_signed(&key)?;
    let key_pem = key.serialize_pem();
    Ok((certificate.pem(), key_pem, Issuer::new(params, key)))
}

fn authority_params() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "Antom simulator local authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = date_time_ymd(2025, 1, 1);
    params.not_after = date_time_ymd(2045, 1, 1);
    params
}

fn leaf(
    key: &KeyPair,
    issuer: &Issuer<'static, KeyPair>,
    extra_names: &[String],
) -> Result<Certificate, CertificateError> {
    let own = ["localhost", "127.0.0.1", "::1"].into_iter();
    let names = own.chain(REAL_HOSTS).map(str::to_owned).chain(extra_names.iter().cloned());
    let mut params = CertificateParams::new(names.collect::<Vec<_>>())?;
    params.distinguished_name.push(DnType::CommonName, "antom-simulator");
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    // By the machine's clock, since others judge it by theirs; a day early, as clocks differ.
    let ((from_year, from_month, from_day), (to_year, to_month, to_day)) =
        (day(-1), day(DAYS_VALID.saturating_sub(1)));
    params.not_before = date_time_ymd(from_year, from_month, from_day);
    params.not_after = date_time_ymd(to_year, to_month, to_day);
    Ok(params.signed_by(key, issuer)?)
}

/// Year, month and day (UTC) this many days from today.
fn day(from_today: i32) -> (i32, u8, u8) {
    let today = jiff::Timestamp::from_millisecond(machine_time().epoch_millis()).unwrap_or_default();
    let date = today.to_zoned(jiff::tz::TimeZone::UTC).date();
    let date = date.saturating_add(jiff::Span::new().days(from_today));
    let small = |number: i8| u8::try_from(number).unwrap_or(1);
    (date.year().into(), small(date.month()), small(date.day()))
}
