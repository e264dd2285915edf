//! Secrets and keys: given in place, or in a file that is named.
//! What makes a text a key is decided by `antom-signing`.

use std::path::Path;

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
            Ok(text) => {
                self.key_files.push((key.to_owned(), path));
                Some(text)
            }
            Err(error) => {
                self.fault(
                    key,
                    format!("is neither a key nor a readable file ({}: {error})", path.display()),
                );
                None
            }
        }
    }

    /// A key that nobody else may know; a file with it must be its owner's alone.
    pub(super) fn secret(&mut self, key: &str) -> Option<Secret> {
        let value = match self.text(&format!("{key}_file")) {
            Some(path) => {
                // The file wins over a key that stands elsewhere.
                self.value(key);
                path
            }
            None => self.required(key)?,
        };
        let text = self.key_text(key, &value).map(Secret::from)?;
        if !looks_inline(&value) {
            self.refuse_open_mode(key, &self.base.join(value));
        }
        Some(text)
    }

    /// A secret that others on this machine can read is none.
    pub(super) fn refuse_open_mode(&mut self, key: &str, file: &Path) {
        if let Some(mode) = open_mode(file, self.credentials.as_deref()) {
            let file = file.display();
            let message = format!("{file} can be used by others (mode {mode:04o}); run: chmod 600 {file}");
            self.fault(key, message);
        }
    }
}

/// Where container runtimes put secrets: a mount that only the container's processes see.
const CONTAINER_SECRETS: &str = "/run/secrets";
/// Where systemd puts a unit's credentials: the variable names a folder that only the unit's processes can enter.
pub(crate) const CREDENTIALS_VARIABLE: &str = "CREDENTIALS_DIRECTORY";

/// The mode of a file that not only its owner may use.
///
/// A file that was handed over, by systemd in the folder `credentials` or by a container runtime, may be readable: who gets
/// to its folder at all is decided there, and the modes say nothing of that (0440 and 0444 are usual). Nobody else may write
/// it all the same.
#[cfg(unix)]
pub(crate) fn open_mode(file: &Path, credentials: Option<&Path>) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(file).ok()?.permissions().mode() & 0o7777;
    let refused = if is_handed_over(file, credentials) { 0o022 } else { 0o077 };
    (mode & refused != 0).then_some(mode)
}

#[cfg(not(unix))]
pub(crate) fn open_mode(_: &Path, _: Option<&Path>) -> Option<u32> {
    None
}

/// Whether the file itself, and not only a link to it, lies where secrets are handed over.
#[cfg(unix)]
fn is_handed_over(file: &Path, credentials: Option<&Path>) -> bool {
    let Ok(file) = file.canonicalize() else { return false };
    let folders = [Some(Path::new(CONTAINER_SECRETS)), credentials.filter(|folder| folder.is_absolute())];
    folders
        .into_iter()
        .flatten()
        .filter_map(|folder| folder.canonicalize().ok())
        .any(|folder| folder.parent().is_some() && file.starts_with(folder))
}

fn looks_inline(value: &str) -> bool {
    let text = value.trim();
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=\r\n".contains(&byte);
    text.starts_with("-----BEGIN") || (text.len() > 200 && text.bytes().all(is_base64))
}
