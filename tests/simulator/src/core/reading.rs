//! Reads what the control API was sent, and says by path what is not as it must be.
//! What a member means is for those who read it.

use serde::de::DeserializeOwned;
use serde_json::Value;

/// The input as its type; the error begins with the path of the member that does not fit.
pub(crate) fn read_named<T: DeserializeOwned>(input: Value) -> Result<T, String> {
    serde_path_to_error::deserialize(input).map_err(|error| {
        let path = error.path().to_string();
        if path == "." { error.into_inner().to_string() } else { format!("{path}: {}", error.into_inner()) }
    })
}
