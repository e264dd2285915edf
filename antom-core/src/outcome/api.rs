//! The gateway's operations with their names and paths.
//! Hosts, and the sandbox's other path, are left to `antom-http`.

macro_rules! apis {
    ($( $(#[$meta:meta])* $api:ident = $name:literal under $group:literal ),+ $(,)?) => {
        /// An operation of the gateway.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Api {
            $( $(#[$meta])* $api, )+
        }

        impl Api {
            /// Every operation that is listed here.
            pub const ALL: &'static [Self] = &[$( Self::$api ),+];

            /// The gateway's name: `inquiryPayment`.
            pub const fn name(self) -> &'static str {
                match self {
                    $( Self::$api => $name, )+
                }
            }

            /// The production path, which is also signed: `/ams/api/v1/payments/inquiryPayment`.
            pub const fn path(self) -> &'static str {
                match self {
                    $( Self::$api => concat!("/ams/api/v1/", $group, "/", $name), )+
                }
            }

            /// The path in the sandbox, sent and signed instead of [`Api::path`].
            pub const fn sandbox_path(self) -> &'static str {
                match self {
                    $( Self::$api => concat!("/ams/sandbox/api/v1/", $group, "/", $name), )+
                }
            }
        }
    };
}

apis! {
    /// Opens a session for the client SDK; nothing is paid by it.
    CreatePaymentSession = "createPaymentSession" under "payments",
    /// Starts a payment, for hosted mode and API integration.
    Pay = "pay" under "payments",
    /// Asks for the state of a payment.
    InquiryPayment = "inquiryPayment" under "payments",
    /// Takes authorized money.
    Capture = "capture" under "payments",
    /// Closes, voids or takes back a whole payment.
    Cancel = "cancel" under "payments",
    /// Gives money back.
    Refund = "refund" under "payments",
    /// Asks for the state of a refund.
    InquiryRefund = "inquiryRefund" under "payments",
    /// Lists the payment methods.
    Consult = "consult" under "payments",
    /// Fetches a session again.
    RetrievePaymentSession = "retrievePaymentSession" under "payments",
    /// Lists instalment plans.
    InquireInstallment = "inquireInstallment" under "payments",
    /// Asks for an exchange rate.
    InquireExchangeRate = "inquireExchangeRate" under "payments",
    /// Raises an authorized amount.
    UpdateAmount = "updateAmount" under "payments",
    /// Opens a session that stores a card.
    CreateVaultingSession = "createVaultingSession" under "vaults",
    /// Stores a payment method.
    VaultPaymentMethod = "vaultPaymentMethod" under "vaults",
    /// Asks for the state of a storing.
    InquireVaulting = "inquireVaulting" under "vaults",
    /// Asks for the state of a token.
    InquireToken = "inquireToken" under "vaults",
    /// Changes a token.
    UpdateToken = "updateToken" under "vaults",
    /// Deletes a token.
    DeleteToken = "deleteToken" under "vaults",
}

impl std::fmt::Display for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
