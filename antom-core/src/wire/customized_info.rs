//! Small objects that several messages share.
//! Their meaning is left to merchant and gateway.

message! {
    /// Five texts of the merchant's own, returned as they are.
    pub struct CustomizedInfo {
        optional {
            /// First text.
            customized_field1: String = "customizedField1" hidden,
            /// Second text.
            customized_field2: String = "customizedField2" hidden,
            /// Third text.
            customized_field3: String = "customizedField3" hidden,
            /// Fourth text.
            customized_field4: String = "customizedField4" hidden,
            /// Fifth text.
            customized_field5: String = "customizedField5" hidden,
        }
    }
}

message! {
    /// The buyer's agreement with a wallet, where a payment also binds it.
    pub struct AgreementInfo {
        optional {
            /// Random text that comes back with the redirect. A secret.
            auth_state: String = "authState" hidden,
            /// The buyer's login at the wallet.
            user_login_id: String = "userLoginId" hidden,
            /// Kind of that login.
            user_login_type: String = "userLoginType",
            /// The login as it may be shown.
            display_user_login_id: String = "displayUserLoginId" hidden,
        }
    }
}

message! {
    /// A one-time password that the buyer entered at the merchant's page.
    pub struct PaymentVerificationData {
        optional {
            /// Id of the question.
            verify_request_id: String = "verifyRequestId",
            /// The password. A secret.
            authentication_code: String = "authenticationCode" hidden,
        }
    }
}
