//! Why a key was not accepted.
//! Where the text came from (file, variable, configuration key) is added by whoever read it.

/// Why a key text was refused. No variant carries any part of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Nothing but blanks.
    #[error("the key is empty")]
    Empty,
    /// A BEGIN line without its END line, or the reverse.
    #[error("the PEM text has a BEGIN line without a matching END line; it may have been cut off")]
    UnfinishedPem,
    /// More than one key or certificate in one PEM text: which one is meant is not ours to guess.
    #[error("the PEM text holds {0} keys or certificates; give exactly one")]
    SeveralBlocks(usize),
    /// PEM blocks, but none that holds a key.
    #[error("the PEM text holds no key and no certificate")]
    NoKeyBlock,
    /// A character that base64 does not have, counted from the start of the base64 text without blanks.
    #[error("the key is neither PEM nor base64: unexpected character at offset {offset}")]
    NotBase64 {
        /// Offset in the base64 text, blanks left out.
        offset: usize,
    },
    /// The base64 text ends in the middle of a group.
    #[error("the base64 text of the key is incomplete; it may have been cut off")]
    IncompleteBase64,
    /// The structure says that it is longer than what is there.
    #[error("the key is cut off: {expected} bytes announced, {found} found")]
    Truncated {
        /// Length that the outermost element announces, with its header.
        expected: usize,
        /// Length that is there.
        found: usize,
    },
    /// Bytes after the end of the key.
    #[error("{extra} unexpected bytes after the end of the key")]
    TrailingBytes {
        /// How many bytes follow.
        extra: usize,
    },
    /// Not a key structure at all.
    #[error("the decoded bytes are not a key structure (PKCS#8, PKCS#1, SPKI or X.509)")]
    NotAKey,
    /// A private key under a pass phrase.
    #[error("the private key is encrypted; decrypt it first (openssl pkey -in key.pem -out plain.pem)")]
    Encrypted,
    /// A key of another algorithm.
    #[error("the key is {algorithm}, but the gateway uses RSA only")]
    NotRsa {
        /// Name of the algorithm, as far as it is known.
        algorithm: &'static str,
    },
    /// A public key or certificate where the private key is meant.
    #[error("this is a public key or certificate; the merchant's private key is needed here")]
    PublicWherePrivate,
    /// A private key where the gateway's public key is meant.
    #[error("this is a private key; the gateway's public key is needed here")]
    PrivateWherePublic,
    /// A modulus under 2048 bits.
    #[error("the RSA key has {bits} bits; at least 2048 are needed")]
    TooShort {
        /// Size of the modulus.
        bits: usize,
    },
    /// A modulus above what is supported (private 4096, public 8192).
    #[error("the RSA key has {bits} bits; at most {max} are supported")]
    TooLong {
        /// Size of the modulus.
        bits: usize,
        /// Largest supported size.
        max: usize,
    },
    /// An even or tiny public exponent.
    #[error("the RSA public exponent is not acceptable")]
    BadExponent,
    /// The parts of the private key contradict each other, or are not primes that belong together.
    #[error("the parts of the RSA private key do not fit together; it may be damaged")]
    Inconsistent,
}
