//! The codes that the client SDKs report, each with what to do next.
//! What really became of the payment is left to the server.

use crate::open_enum;

open_enum! {
    /// A code of `onEventCallback`, `onError` or `submit`.
    pub enum EventCode {
        /// The client believes that the payment went well.
        PaymentSuccessful = "SDK_PAYMENT_SUCCESSFUL",
        /// The client believes that the payment failed.
        PaymentFail = "SDK_PAYMENT_FAIL",
        /// The payment is in process.
        PaymentProcessing = "SDK_PAYMENT_PROCESSING",
        /// The state of the payment is odd; also rendering and network trouble.
        PaymentError = "SDK_PAYMENT_ERROR",
        /// The buyer left the form without submitting.
        PaymentCancel = "SDK_PAYMENT_CANCEL",
        /// The form begins to load.
        StartOfLoading = "SDK_START_OF_LOADING",
        /// The form has loaded; it may come without the start.
        EndOfLoading = "SDK_END_OF_LOADING",
        /// The buyer has not filled the form in completely.
        FormVerificationFailed = "SDK_FORM_VERIFICATION_FAILED",
        /// A parameter of `createComponent` is wrong: mostly the session data.
        CreatePaymentParameterError = "SDK_CREATEPAYMENT_PARAMETER_ERROR",
        /// A parameter of the constructor is wrong.
        InitParameterError = "SDK_INIT_PARAMETER_ERROR",
        /// The component could not be made.
        CreateComponentError = "SDK_CREATECOMPONENT_ERROR",
        /// The element could not be made.
        CreateElementError = "SDK_CREATE_COMPONENT_ERROR",
        /// The payment method's app could not be opened.
        CallUrlError = "SDK_CALL_URL_ERROR",
        /// The SDK failed inside.
        InternalError = "SDK_INTERNAL_ERROR",
        /// The buyer is on the way to the method's page or app.
        CallUrlSuccess = "SDK_CALL_URL_SUCCESS",
        /// The payment method's app could not be opened.
        LaunchPaymentAppError = "SDK_LAUNCH_PAYMENT_APP_ERROR",
        /// The buyer submitted twice.
        DuplicateSubmission = "SDK_DUPLICATE_SUBMISSION_BEHAVIOR",
        /// The network failed while the buyer submitted.
        SubmitNetworkError = "SDK_SUBMIT_NETWORK_ERROR",
    }
}

/// What the merchant's client does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NextStep {
    /// Go to the result page, which shows what the server knows.
    ShowResultPage,
    /// Read `paymentResultCode`, and guide a new try once the server says that the payment failed.
    ConfirmFailure,
    /// Unknown: let the server inquire before anything else.
    AskServer,
    /// Use the session data again while it is valid, else request a new session.
    ReuseOrRenewSession,
    /// Show the page's own animation, if the SDK's is switched off.
    StartLoading,
    /// End the page's own animation.
    EndLoading,
    /// Let the buyer complete the form.
    CompleteForm,
    /// A parameter or the environment is wrong: correct it, with a new session where needed.
    FixParameters,
    /// Call the gateway's support.
    ContactSupport,
    /// Nothing.
    Nothing,
}

impl EventCode {
    /// What to do next; a code that is not listed leads to the server, never to success.
    //= C-6
    //= C-7
    pub fn next_step(&self) -> NextStep {
        match self {
            Self::PaymentSuccessful => NextStep::ShowResultPage,
            Self::PaymentFail => NextStep::ConfirmFailure,
            Self::PaymentCancel => NextStep::ReuseOrRenewSession,
            Self::StartOfLoading => NextStep::StartLoading,
            Self::EndOfLoading => NextStep::EndLoading,
            Self::FormVerificationFailed => NextStep::CompleteForm,
            Self::CreatePaymentParameterError | Self::InitParameterError => NextStep::FixParameters,
            Self::CreateComponentError
            | Self::CreateElementError
            | Self::CallUrlError
            | Self::InternalError => NextStep::ContactSupport,
            Self::CallUrlSuccess => NextStep::Nothing,
            Self::PaymentProcessing
            | Self::PaymentError
            | Self::LaunchPaymentAppError
            | Self::DuplicateSubmission
            | Self::SubmitNetworkError
            | Self::Unlisted(_) => NextStep::AskServer,
        }
    }

    /// Whether it says that the component could not be started; such a fault may be reported twice.
    pub fn is_initialisation_fault(&self) -> bool {
        matches!(
            self,
            Self::CreatePaymentParameterError
                | Self::InitParameterError
                | Self::CreateComponentError
                | Self::CreateElementError
                | Self::InternalError
        )
    }

    /// Whether it is a result, after which the component has done its work.
    pub fn is_result(&self) -> bool {
        matches!(
            self,
            Self::PaymentSuccessful
                | Self::PaymentFail
                | Self::PaymentProcessing
                | Self::PaymentError
                | Self::PaymentCancel
        )
    }
}
