//! What the client SDK hands to the page: events, and the answer of `submit`; and what `submit` takes.
//! The codes and their next steps are in `client_sdk`.

use serde_json::{Map, Value};

use super::{Address, FieldErrors, validate};
use crate::client_sdk::{EventCode, NextStep};
use crate::outcome::{GatewayResult, PaymentStatus};

//= C-10
message! {
    /// An event of the client SDK, for display only: it never says what became of the payment.
    ///
    /// ```
    /// use antom_core::client_sdk::{ClientEvent, NextStep};
    ///
    /// let event: ClientEvent =
    ///     serde_json::from_str(r#"{"code":"SDK_PAYMENT_FAIL","result":{"paymentResultCode":"DO_NOT_HONOR"}}"#)?;
    /// assert_eq!(event.next_step(), NextStep::ConfirmFailure);
    /// assert_eq!(event.payment_result_code(), Some("DO_NOT_HONOR"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub struct ClientEvent {
        optional {
            /// What happened; absent means unknown.
            code: EventCode = "code",
            /// For people; wording differs.
            message: String = "message",
            /// Details of a payment result.
            result: ClientEventResult = "result",
        }
    }
}

impl ClientEvent {
    /// What to do next; without a code the server is asked.
    pub fn next_step(&self) -> NextStep {
        self.code.as_ref().map_or(NextStep::AskServer, EventCode::next_step)
    }

    /// Why the payment failed, as the client was told: for the wording of a new try.
    pub fn payment_result_code(&self) -> Option<&str> {
        self.result.as_ref()?.payment_result_code.as_deref()
    }
}

message! {
    /// What the client was told about the payment.
    pub struct ClientEventResult {
        optional {
            /// How the client's call went.
            result: GatewayResult = "result",
            /// Why; at most 64 characters.
            payment_result_code: String = "paymentResultCode",
            /// Why, for people.
            payment_result_message: String = "paymentResultMessage",
            /// State of the payment as the client was told; never believed by the server.
            payment_status: PaymentStatus = "paymentStatus",
            /// Addresses to go on.
            redirect_urls: Map<String, Value> = "redirectUrls" hidden,
        }
    }
}

//= C-10
message! {
    /// Answer of `submit`.
    pub struct SubmitResult {
        optional {
            /// `SDK_FORM_VERIFICATION_FAILED` if the form is not complete.
            code: EventCode = "code",
            /// For people.
            message: String = "message",
        }
    }
}

impl SubmitResult {
    /// What to do next; without a code the server is asked.
    pub fn next_step(&self) -> NextStep {
        self.code.as_ref().map_or(NextStep::AskServer, EventCode::next_step)
    }
}

//= C-4
message! {
    /// What `submit` takes.
    ///
    /// ```
    /// use antom_core::client_sdk::SubmitArgument;
    /// use antom_core::wire::Address;
    ///
    /// let argument = SubmitArgument::with_billing_address(Address::new("SG"));
    /// argument.validate()?;
    /// assert_eq!(serde_json::to_string(&argument)?, r#"{"billingAddress":{"region":"SG"}}"#);
    /// assert_eq!(serde_json::to_string(&SubmitArgument::default())?, "{}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub struct SubmitArgument {
        optional {
            /// An address that was collected before, for AVS.
            billing_address: Address = "billingAddress" hidden,
        }
    }
}

impl SubmitArgument {
    /// With the address that AVS compares.
    pub fn with_billing_address(billing_address: Address) -> Self {
        Self { billing_address: Some(billing_address), ..Self::default() }
    }

    /// Checks the address: the region, and lengths.
    ///
    /// # Errors
    /// [`FieldErrors`] with all faults at once.
    //= C-8
    pub fn validate(&self) -> Result<(), FieldErrors> {
        validate::Check::of(self).finish()
    }
}
