//! Secrets and keys: given in place, or in a file that is named.
//! What makes a text a key is decided by `antom-signing`.

use antom_core::secret::Secret;

use super::Reader;

impl Reader {
    /// A key's text, or the content of the file that it names; also `<key>_file`.
    pub(super) fn key_text(&mut self, key: &str, value: &str) -> Option<String> {
        if looks_inline(value) {
            return Some(value.to_owned());
        }
        let path = self.base.join(value);
        match std::fs::read_to_string(&path) {
            Ok(text) => Some(text),
            Err(error) => {
                self.fault(
                    key,
                    format!("is neither a key nor a readable file ({}: {error})", path.display()),
                );
                None
            }
        }
    }

    pub(super) fn secret(&mut self, key: &str) -> Option<Secret> {
        let value = match self.text(&format!("{key}_file")) {
            Some(path) => {
                // The file wins over a key that stands elsewhere.
                self.value(key);
                path
            }
            None => self.required(key)?,
        };
        self.key_text(key, &value).map(Secret::from)
    }
}

fn looks_inline(value: &str) -> bool {
    let text = value.trim();
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=\r\n".contains(&byte);
    text.starts_with("-----BEGIN") || (text.len() > 200 && text.bytes().all(is_base64))
}
