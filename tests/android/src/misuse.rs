//! Calls that the SDK's documents do not promise to work.
//! What the SDK itself reports comes as an event.

use antom_tests::Failure;

/// A call that an app must not make.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misuse {
    /// The documents name three options.
    #[error("there is no option {0}")]
    NoSuchOption(String),
    /// Options are texts of two kinds.
    #[error("the option {option} is \"true\" or \"false\", not {value:?}")]
    NoSuchValue {
        /// The option.
        option: &'static str,
        /// What was given.
        value: String,
    },
    /// No document states its default, so it is always said.
    #[error("showSubmitButton is not set, and its default is stated nowhere")]
    NoSubmitButtonStated,
    /// Results come by the listener only.
    #[error("there is no listener, so nobody hears the result")]
    NoListener,
    /// Android has taken the activity away.
    #[error("the activity is gone")]
    ActivityGone,
    /// An earlier component was not released.
    #[error("the component before it was not released: call onDestroy first")]
    NotReleased,
    /// This object's component was released; a new one is built from the same configuration.
    #[error("onDestroy was called: build another AMSCashierPayment")]
    Destroyed,
    /// No app on the device takes such an address: `ActivityNotFoundException`.
    #[error("no app opens {0}")]
    ActivityNotFound(String),
}

impl From<Misuse> for Failure {
    fn from(misuse: Misuse) -> Self {
        Failure::step("the app uses the SDK as documented", misuse)
    }
}
