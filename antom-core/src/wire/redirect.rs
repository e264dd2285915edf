//! How the buyer goes on: addresses, codes and challenges.
//! Choosing among them is left to the domain.

use crate::time::WireTime;

message! {
    /// A form to post; no longer advised by the gateway, but still sent.
    pub struct RedirectActionForm {
        optional {
            /// `GET` or `POST`.
            method: String = "method",
            /// JSON as text; at most 2048 characters.
            parameters: String = "parameters" hidden,
            /// At most 2048 characters.
            redirect_url: String = "redirectUrl" hidden,
            /// At most 32 characters.
            action_form_type: String = "actionFormType",
        }
    }
}

message! {
    /// A code for the buyer to scan.
    pub struct OrderCodeForm {
        optional {
            /// The method that reads it.
            payment_method_type: String = "paymentMethodType",
            /// The code is not refreshed after it.
            expire_time: WireTime = "expireTime",
            /// At most 4 forms of the code.
            code_details: Vec<CodeDetail> = "codeDetails",
            /// JSON as text; at most 2048 characters.
            extend_info: String = "extendInfo" hidden,
        }
    }
}

message! {
    /// One form of a code.
    pub struct CodeDetail {
        optional {
            /// `QRCODE` or `BARCODE`.
            code_value_type: String = "codeValueType",
            /// The text of the code, or the address of its picture.
            code_value: String = "codeValue" hidden,
            /// `TEXT`, `IMAGE`, `SMALLIMAGE`, `MIDDLEIMAGE` or `BIGIMAGE`.
            display_type: String = "displayType",
        }
    }
}

message! {
    /// A question that the buyer must answer.
    pub struct ChallengeActionForm {
        optional {
            /// `SMS_OTP`, `PLAINTEXT_CARD_NO` or `CARD_EXPIRE_DATE`.
            challenge_type: String = "challengeType",
            /// What to show.
            challenge_render_value: String = "challengeRenderValue" hidden,
            /// `AMS` or `CHANNEL`.
            trigger_source: String = "triggerSource",
            /// JSON as text.
            extend_info: String = "extendInfo" hidden,
        }
    }
}
