//! `createVaultingSession`, `vaultPaymentMethod` and `inquireVaulting`: storing a payment method.
//! What may be done with its token is left to `token` and to the buyer's agreement.

use super::words::VaultingStatus;
use super::{AcquirerInfo, CustomizedInfo, Env, FieldErrors, PaymentMethodDetail, validate};
use crate::id::VaultingRequestId;
use crate::outcome::GatewayResult;
use crate::time::WireTime;

message! {
    /// Asks for a session in which the client SDK stores a payment method.
    pub struct CreateVaultingSessionRequest {
        required {
            /// `CARD`, `GCASH` ...; at most 64 characters.
            payment_method_type: String = "paymentMethodType",
            /// The idempotency key: a repeat carries the same one.
            vaulting_request_id: VaultingRequestId = "vaultingRequestId",
        }
        optional {
            /// Where the notification goes; at most 2048 characters.
            vaulting_notification_url: String = "vaultingNotificationUrl",
            /// The merchant's page; at most 2048 characters.
            redirect_url: String = "redirectUrl" hidden,
            /// Two letters of ISO 3166.
            merchant_region: String = "merchantRegion",
            /// Whether the buyer is verified by 3-D Secure.
            is_3ds_authentication: bool = "is3DSAuthentication",
        }
    }
}

impl CreateVaultingSessionRequest {
    /// A session that stores a method of this type; it needs the buyer's recorded agreement.
    pub fn new(payment_method_type: impl Into<String>, vaulting_request_id: VaultingRequestId) -> Self {
        Self::of_required(payment_method_type.into(), vaulting_request_id)
    }

    /// Checks everything that can be known before sending.
    ///
    /// # Errors
    /// [`FieldErrors`] with all faults at once.
    pub fn validate(&self) -> Result<(), FieldErrors> {
        let mut check = validate::Check::of(self);
        check.notify_url("vaultingNotificationUrl", self.vaulting_notification_url.as_deref());
        check.redirect_url("redirectUrl", self.redirect_url.as_deref().unwrap_or_default());
        check.finish()
    }
}

message! {
    /// Answer to [`CreateVaultingSessionRequest`].
    pub struct CreateVaultingSessionResponse {
        optional {
            /// How the call went; nothing is stored yet.
            result: GatewayResult = "result",
            /// For the client SDK, whole and unchanged. A secret.
            vaulting_session_data: String = "vaultingSessionData" hidden,
            /// The gateway's id of the session.
            vaulting_session_id: String = "vaultingSessionId",
            /// After it the session cannot be used.
            vaulting_session_expiry_time: WireTime = "vaultingSessionExpiryTime",
            /// The gateway's page.
            normal_url: String = "normalUrl" hidden,
        }
    }
}

message! {
    /// Asks to store a payment method that the buyer completes at the gateway.
    pub struct VaultPaymentMethodRequest {
        required {
            /// The idempotency key: a repeat carries the same one.
            vaulting_request_id: VaultingRequestId = "vaultingRequestId",
            /// Which method; card data is refused.
            payment_method_detail: PaymentMethodDetail = "paymentMethodDetail",
        }
        optional {
            /// Where the notification goes; at most 2048 characters.
            vaulting_notification_url: String = "vaultingNotificationUrl",
            /// The merchant's page; at most 2048 characters.
            redirect_url: String = "redirectUrl" hidden,
            /// Two letters of ISO 3166.
            merchant_region: String = "merchantRegion",
            /// The buyer's device.
            env: Env = "env",
            /// Three letters of ISO 4217.
            vaulting_currency: String = "vaultingCurrency",
            /// At most 32 characters.
            merchant_account_id: String = "merchantAccountId",
            /// The merchant's own text.
            metadata: String = "metadata" hidden,
            /// The merchant's own texts.
            customized_info: CustomizedInfo = "customizedInfo" hidden,
        }
    }
}

impl VaultPaymentMethodRequest {
    /// Stores this method; it needs the buyer's recorded agreement.
    pub fn new(vaulting_request_id: VaultingRequestId, payment_method_detail: PaymentMethodDetail) -> Self {
        Self::of_required(vaulting_request_id, payment_method_detail)
    }

    /// Checks everything that can be known before sending.
    ///
    /// # Errors
    /// [`FieldErrors`] with all faults at once; card data is one.
    pub fn validate(&self) -> Result<(), FieldErrors> {
        let mut check = validate::Check::of(self);
        check.notify_url("vaultingNotificationUrl", self.vaulting_notification_url.as_deref());
        check.redirect_url("redirectUrl", self.redirect_url.as_deref().unwrap_or_default());
        if self.payment_method_detail.payment_method_type.is_none() {
            check.require("paymentMethodDetail.paymentMethodType");
        }
        if let Some(env) = &self.env {
            check.env(env);
        }
        check.finish()
    }
}

message! {
    /// Answer to [`VaultPaymentMethodRequest`].
    pub struct VaultPaymentMethodResponse {
        optional {
            /// How the call went; absent means unknown.
            result: GatewayResult = "result",
            /// Echo of the request; another one makes the outcome unknown.
            vaulting_request_id: String = "vaultingRequestId",
            /// What was stored, with its token.
            payment_method_detail: PaymentMethodDetail = "paymentMethodDetail",
            /// Where the buyer goes on in a browser; at most 2048 characters.
            normal_url: String = "normalUrl" hidden,
            /// Opens an app by its own scheme; at most 2048 characters.
            scheme_url: String = "schemeUrl" hidden,
            /// Opens an app, or its page; at most 2048 characters.
            applink_url: String = "applinkUrl" hidden,
            /// The acquirer.
            acquirer_info: AcquirerInfo = "acquirerInfo",
        }
    }
}

message! {
    /// Asks what has become of the storing of a method.
    pub struct InquireVaultingRequest {
        required {
            /// The id of the storing.
            vaulting_request_id: VaultingRequestId = "vaultingRequestId",
        }
        optional {
            /// At most 32 characters.
            merchant_account_id: String = "merchantAccountId",
        }
    }
}

impl InquireVaultingRequest {
    /// Asks by the merchant's id, which is known even if the first answer was lost.
    pub fn new(vaulting_request_id: VaultingRequestId) -> Self {
        Self::of_required(vaulting_request_id)
    }

    /// Checks everything that can be known before sending.
    ///
    /// # Errors
    /// [`FieldErrors`] with all faults at once.
    pub fn validate(&self) -> Result<(), FieldErrors> {
        validate::Check::of(self).finish()
    }
}

message! {
    /// Answer to [`InquireVaultingRequest`].
    pub struct InquireVaultingResponse {
        optional {
            /// How the inquiry went; says nothing about the storing.
            result: GatewayResult = "result",
            /// State of the storing; absent means unknown.
            vaulting_status: VaultingStatus = "vaultingStatus",
            /// Why; at most 64 characters.
            vaulting_result_code: String = "vaultingResultCode",
            /// Why, for people; at most 256 characters.
            vaulting_result_message: String = "vaultingResultMessage",
            /// The merchant's id of the storing.
            vaulting_request_id: String = "vaultingRequestId",
            /// What was stored, with its token.
            payment_method_detail: PaymentMethodDetail = "paymentMethodDetail",
            /// Where the buyer goes on in a browser.
            normal_url: String = "normalUrl" hidden,
            /// Opens an app by its own scheme.
            scheme_url: String = "schemeUrl" hidden,
            /// Opens an app, or its page.
            applink_url: String = "applinkUrl" hidden,
            /// The acquirer.
            acquirer_info: AcquirerInfo = "acquirerInfo",
            /// The merchant's own text.
            metadata: String = "metadata" hidden,
        }
    }
}
