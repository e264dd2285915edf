//! The keys folder: the merchant's and the gateway's key pairs, the client id, API keys and a configuration for the
//! merchant service. What the keys are used for is left to others. A folder is complete or empty, or it is an error.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::api_keys::{Environment, NewApiKey, Permission};
use super::crypto::{CryptoError, SigningKey, random_hex, sha256_hex};

/// What is wrong with the keys folder.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeysError {
    /// A file cannot be read or written.
    #[error("cannot access {path}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// Some files are there and others are not; nothing is overwritten.
    #[error("the keys folder {path} is incomplete, it lacks {missing}: empty it or restore the files")]
    Partial {
        /// The folder.
        path: PathBuf,
        /// The names of the missing files.
        missing: String,
    },
    /// A private and a public file do not belong together.
    #[error("{private} and {public} in the keys folder are not a pair")]
    NotAPair {
        /// File with the private key.
        private: &'static str,
        /// File with the public key.
        public: &'static str,
    },
    /// The file with the gateway API key holds something else.
    #[error(
        "{path} holds no gateway API key of the form isak_TEST_<identity>_<secret>: delete it to get a new one"
    )]
    NotAnApiKey {
        /// The file.
        path: PathBuf,
    },
    /// A key cannot be made or read.
    #[error("a key cannot be used")]
    Crypto(#[from] CryptoError),
}

const FILES: [&str; 7] = [
    "client_id",
    "merchant_private.pem",
    "merchant_public.pem",
    "antom_private.pem",
    "antom_public.pem",
    "antom.toml",
    "api_key",
];

// These came later than the others, so that their absence is no error.
/// The gateway API key of the merchant's client.
const GATEWAY_API_KEY: &str = "gateway_api_key";
/// The key of whoever runs the merchant service: unlike the shop's it opens the dashboard.
const OPERATOR_API_KEY: &str = "operator_api_key";

/// Everything that a merchant and the gateway need to know each other.
#[derive(Debug)]
pub(crate) struct Keys {
    pub(crate) client_id: String,
    pub(crate) merchant_private_pem: String,
    pub(crate) merchant_public_pem: String,
    pub(crate) antom: Arc<SigningKey>,
    pub(crate) antom_public_pem: String,
    /// For the merchant service's own API.
    pub(crate) api_key: String,
    /// For the merchant service's dashboard.
    pub(crate) operator_api_key: String,
    /// For the gateway, instead of a signature.
    pub(crate) gateway_api_key: String,
}

/// Where a running simulator is found, for the configuration file.
#[derive(Clone, Debug)]
pub(crate) struct Links {
    pub(crate) http: String,
    pub(crate) tls: Option<String>,
}

impl Keys {
    pub(crate) fn generate() -> Result<Self, KeysError> {
        let merchant = SigningKey::generate()?;
        let antom = SigningKey::generate()?;
        let client_id = format!("SANDBOX_{}", random_hex(8)?);
        Ok(Self {
            gateway_api_key: new_gateway_api_key(&client_id)?,
            client_id,
            merchant_private_pem: merchant.to_pem()?,
            merchant_public_pem: merchant.public_pem()?,
            antom_public_pem: antom.public_pem()?,
            antom: Arc::new(antom),
            api_key: new_api_key()?,
            operator_api_key: new_api_key()?,
        })
    }

    /// Reads the folder, or creates and fills it if it holds none of the files.
    pub(crate) fn open(folder: &Path) -> Result<Self, KeysError> {
        let missing: Vec<&str> = FILES.iter().copied().filter(|name| !folder.join(name).exists()).collect();
        match missing.len() {
            0 => Self::read(folder),
            count if count == FILES.len() => {
                let keys = Self::generate()?;
                keys.write(folder)?;
                Ok(keys)
            }
            _ => Err(KeysError::Partial { path: folder.to_owned(), missing: missing.join(", ") }),
        }
    }

    fn read(folder: &Path) -> Result<Self, KeysError> {
        let text = |name: &str| {
            let path = folder.join(name);
            fs::read_to_string(&path).map_err(|source| KeysError::Io { path, source })
        };
        let client_id = text("client_id")?.trim().to_owned();
        let keys = Self {
            gateway_api_key: gateway_api_key_in(folder, &client_id)?,
            client_id,
            merchant_private_pem: text("merchant_private.pem")?,
            merchant_public_pem: text("merchant_public.pem")?,
            antom: Arc::new(SigningKey::from_pem(&text("antom_private.pem")?)?),
            antom_public_pem: text("antom_public.pem")?,
            api_key: text("api_key")?.trim().to_owned(),
            operator_api_key: kept_or_new(folder, OPERATOR_API_KEY, new_api_key)?,
        };
        let merchant = SigningKey::from_pem(&keys.merchant_private_pem)?;
        if !same_pem(&merchant.public_pem()?, &keys.merchant_public_pem) {
            let (private, public) = ("merchant_private.pem", "merchant_public.pem");
            return Err(KeysError::NotAPair { private, public });
        }
        if !same_pem(&keys.antom.public_pem()?, &keys.antom_public_pem) {
            return Err(KeysError::NotAPair { private: "antom_private.pem", public: "antom_public.pem" });
        }
        Ok(keys)
    }

    fn write(&self, folder: &Path) -> Result<(), KeysError> {
        create_folder(folder)?;
        write_private(&folder.join("merchant_private.pem"), &self.merchant_private_pem)?;
        write_private(&folder.join("antom_private.pem"), &self.antom.to_pem()?)?;
        write_private(&folder.join("api_key"), &self.api_key)?;
        write_private(&folder.join(GATEWAY_API_KEY), &self.gateway_api_key)?;
        write_private(&folder.join(OPERATOR_API_KEY), &self.operator_api_key)?;
        write_public(&folder.join("merchant_public.pem"), self.merchant_public_pem.as_bytes())?;
        write_public(&folder.join("antom_public.pem"), self.antom_public_pem.as_bytes())?;
        write_public(&folder.join("client_id"), self.client_id.as_bytes())
    }

    /// The gateway API key as the gateway keeps it.
    pub(crate) fn gateway_api_key(&self) -> Result<NewApiKey, KeysError> {
        let path = PathBuf::from(GATEWAY_API_KEY);
        NewApiKey::standard_from(&self.gateway_api_key).ok_or(KeysError::NotAnApiKey { path })
    }

    /// Writes what follows from the keys and the addresses, which may change with every start: the configuration for
    /// the merchant service, and keys as one line of base64, the only form that some official SDKs read.
    pub(crate) fn write_configuration(&self, folder: &Path, links: &Links) -> Result<(), KeysError> {
        write_private(&folder.join("merchant_private.base64"), &one_line(&self.merchant_private_pem))?;
        write_public(&folder.join("antom_public.base64"), one_line(&self.antom_public_pem).as_bytes())?;
        let path = folder.join("antom.toml");
        let absolute =
            fs::canonicalize(folder).map_err(|source| KeysError::Io { path: folder.to_owned(), source })?;
        write_public(&path, self.configuration(&absolute, links).as_bytes())
    }

    fn configuration(&self, folder: &Path, links: &Links) -> String {
        let file = |name: &str| toml_string(&folder.join(name).to_string_lossy());
        let tls = links.tls.as_ref().map(|tls| {
            let (url, ca_file) = (toml_string(tls), file("ca.pem"));
            format!("# Over TLS instead:\n# base_url = {url}\n# ca_file = {ca_file}\n")
        });
        let database = toml_string(&format!("sqlite://{}", folder.join("antom.db").to_string_lossy()));
        format!(
            "# A configuration for `antom serve` against this simulator.\n\
             # It is written anew at each start of the simulator: copy it before you change it.\n\n\
             [gateway]\n\
             base_url = {base_url}\n\
             {tls}\
             client_id = {client_id}\n\
             merchant_private_key = {private}\n\
             antom_public_keys = {{ \"1\" = {public} }}\n\n\
             [database]\n\
             url = {database}\n\n\
             [server]\n\
             listen = \"127.0.0.1:8080\"\n\
             admin_listen = \"127.0.0.1:8081\"\n\
             # The clear texts of these keys are in the files api_key, for a shop, and {OPERATOR_API_KEY}, for the dashboard.\n\
             api_keys = [{{ name = \"simulator\", sha256 = \"{sha256}\", scopes = [\"read\", \"write\"] }}, \
             {{ name = \"operator\", sha256 = \"{operator}\", scopes = [\"read\", \"write\", \"admin\"] }}]\n\n\
             [checkout]\n\
             sdk_script = {sdk}\n",
            sdk = toml_string(&format!("{}/_simulator/ams-checkout.js", links.http)),
            base_url = toml_string(&links.http),
            tls = tls.unwrap_or_default(),
            client_id = toml_string(&self.client_id),
            private = file("merchant_private.pem"),
            public = file("antom_public.pem"),
            sha256 = sha256_hex(&self.api_key),
            operator = sha256_hex(&self.operator_api_key),
        )
    }
}

fn new_gateway_api_key(client_id: &str) -> Result<String, CryptoError> {
    Ok(NewApiKey::draw(Permission::Standard, Environment::of_client(client_id))?.text)
}

fn gateway_api_key_in(folder: &Path, client_id: &str) -> Result<String, KeysError> {
    let text = kept_or_new(folder, GATEWAY_API_KEY, || new_gateway_api_key(client_id))?;
    let path = folder.join(GATEWAY_API_KEY);
    NewApiKey::standard_from(&text).map_or(Err(KeysError::NotAnApiKey { path }), |_| Ok(text))
}

/// A key for the API of the merchant service.
fn new_api_key() -> Result<String, CryptoError> {
    Ok(format!("ak_test_{}", random_hex(24)?.to_lowercase()))
}

/// What the file holds; where there is none, a new key is made and kept there.
fn kept_or_new(
    folder: &Path,
    name: &str,
    new: impl FnOnce() -> Result<String, CryptoError>,
) -> Result<String, KeysError> {
    let path = folder.join(name);
    if !path.exists() {
        let text = new()?;
        write_private(&path, &text)?;
        return Ok(text);
    }
    let text = fs::read_to_string(&path).map_err(|source| KeysError::Io { path, source })?;
    Ok(text.trim().to_owned())
}

pub(super) fn create_folder(folder: &Path) -> Result<(), KeysError> {
    let created = fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    created.map_err(|source| KeysError::Io { path: folder.to_owned(), source })
}

/// Writes a file that only its owner may read.
pub(super) fn write_private(path: &Path, text: &str) -> Result<(), KeysError> {
    write(path, text.as_bytes(), 0o600)
}

pub(super) fn write_public(path: &Path, content: &[u8]) -> Result<(), KeysError> {
    write(path, content, 0o644)
}

fn write(path: &Path, content: &[u8], mode: u32) -> Result<(), KeysError> {
    let fault = |source| KeysError::Io { path: path.to_owned(), source };
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(mode)
        .open(path)
        .map_err(fault)?;
    file.write_all(content).map_err(fault)
}

/// The base64 of a PEM without markers and line ends.
fn one_line(pem: &str) -> String {
    pem.lines().map(str::trim).filter(|line| !line.starts_with("-----")).collect()
}

fn same_pem(one: &str, other: &str) -> bool {
    one.split_whitespace().eq(other.split_whitespace())
}

fn toml_string(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
