//! `inquireToken`, `updateToken` and `deleteToken`: what happens to a stored method's token.
//! Keeping tokens sealed is left to the store.

use super::{FieldErrors, UserName, validate};
use crate::outcome::GatewayResult;
use crate::secret::Secret;
use crate::time::WireTime;

macro_rules! token_request {
    ($name:ident) => {
        impl $name {
            /// About this token.
            pub fn new(token: &Secret) -> Self {
                Self::of_required(token.expose().to_owned())
            }

            /// Checks everything that can be known before sending.
            ///
            /// # Errors
            /// [`FieldErrors`] with all faults at once.
            pub fn validate(&self) -> Result<(), FieldErrors> {
                let mut check = validate::Check::of(self);
                check.length("token", Some(&self.token), 2048);
                if self.token.is_empty() {
                    check.require("token");
                }
                check.finish()
            }
        }
    };
}

message! {
    /// Asks about a token.
    pub struct InquireTokenRequest {
        required {
            /// At most 2048 characters. A secret.
            token: String = "token" hidden,
        }
        optional {
            /// At most 32 characters.
            merchant_account_id: String = "merchantAccountId",
        }
    }
}

token_request! { InquireTokenRequest }

message! {
    /// Answer to [`InquireTokenRequest`].
    pub struct InquireTokenResponse {
        optional {
            /// How the inquiry went.
            result: GatewayResult = "result",
            /// Echo of the request. A secret.
            token: String = "token" hidden,
            /// Holder of the account or card.
            account_holder_name: UserName = "accountHolderName" hidden,
            /// E-mail address.
            email: String = "email" hidden,
            /// The issuer.
            issuer_name: String = "issuerName",
            /// ISO 3166.
            issuing_country: String = "issuingCountry",
            /// Until when the token can be used.
            token_expiry_time: WireTime = "tokenExpiryTime",
        }
    }
}

message! {
    /// Changes what is stored beside a token.
    pub struct UpdateTokenRequest {
        required {
            /// At most 2048 characters. A secret.
            token: String = "token" hidden,
        }
        optional {
            /// At most 32 characters.
            merchant_account_id: String = "merchantAccountId",
            /// Holder of the account or card.
            account_holder_name: UserName = "accountHolderName" hidden,
            /// E-mail address; at most 64 characters.
            email: String = "email" hidden,
            /// Until when the token can be used.
            token_expiry_time: WireTime = "tokenExpiryTime",
        }
    }
}

token_request! { UpdateTokenRequest }

message! {
    /// Answer to [`UpdateTokenRequest`].
    pub struct UpdateTokenResponse {
        optional {
            /// How the call went; absent means unknown.
            result: GatewayResult = "result",
            /// The token from now on, which may be another one. A secret.
            token: String = "token" hidden,
        }
    }
}

message! {
    /// Deletes a token: the buyer's method cannot be charged by it any more.
    pub struct DeleteTokenRequest {
        required {
            /// At most 2048 characters. A secret.
            token: String = "token" hidden,
        }
        optional {
            /// At most 32 characters.
            merchant_account_id: String = "merchantAccountId",
        }
    }
}

token_request! { DeleteTokenRequest }

message! {
    /// Answer to [`DeleteTokenRequest`].
    pub struct DeleteTokenResponse {
        optional {
            /// How the call went; absent means unknown.
            result: GatewayResult = "result",
        }
    }
}
