//! Wrong variants of the merchant, planted around its ports, to prove that the simulation finds them.
//! None of them is a switch in the product: each is a decorator that lives in this crate.

mod deciding;
mod gateway;
mod storage;
mod webhook;

use std::sync::Arc;

use antom_domain::service::Ports;

pub use self::deciding::capture_forgetting_doubt;
use self::gateway::WrongGateway;
use self::storage::WrongStore;
pub use self::webhook::Known;
use crate::world::World;

macro_rules! mistakes {
    ($( $(#[doc = $text:literal])+ $mistake:ident = $name:literal ),+ $(,)?) => {
        /// A planted mistake.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Mistake {
            $( $(#[doc = $text])+ $mistake, )+
        }

        impl Mistake {
            /// Every mistake.
            pub const ALL: &'static [Mistake] = &[$( Mistake::$mistake ),+];

            /// Its name on the command line.
            pub fn name(self) -> &'static str {
                match self {
                    $( Mistake::$mistake => $name, )+
                }
            }
        }
    };
}

mistakes! {
    /// An opening call without an answer counts as refused.
    TimeoutOfPaymentIsFailure = "timeout-of-payment-is-failure",
    /// A capture call without an answer counts as refused.
    TimeoutOfCaptureIsFailure = "timeout-of-capture-is-failure",
    /// A refund call without an answer counts as refused.
    TimeoutOfRefundIsFailure = "timeout-of-refund-is-failure",
    /// A cancel call without an answer counts as done.
    TimeoutOfCancelIsSuccess = "timeout-of-cancel-is-success",
    /// The status of an inquiry counts as the payment's.
    CallStatusIsPaymentStatus = "call-status-is-payment-status",
    /// A missing paymentStatus counts as success, as a default would make it.
    MissingStatusIsSuccess = "missing-status-is-success",
    /// The gateway's "no such order" counts as failure at once.
    NotFoundIsFailure = "not-found-is-failure",
    /// PROCESSING in an inquiry counts as failure.
    ProcessingIsFailure = "processing-is-failure",
    /// PENDING in an inquiry counts as success.
    PendingInquiryIsSuccess = "pending-inquiry-is-success",
    /// A status that nobody knows counts as failure.
    UnknownWordIsFailure = "unknown-word-is-failure",
    /// A status that nobody knows counts as success.
    UnknownWordIsSuccess = "unknown-word-is-success",
    /// A capture in process counts as done.
    CaptureInProcessIsDone = "capture-in-process-is-done",
    /// An authorization counts as a capture.
    AuthorizationIsCapture = "authorization-is-capture",
    /// A refused cancel counts as done.
    RefusedCancelIsDone = "refused-cancel-is-done",
    /// Our own clock ends a payment after 14 minutes.
    ClockEndsPayment = "clock-ends-payment",
    /// A repeated opening call carries a new id.
    NewIdOnRetry = "new-id-on-retry",
    /// A repeated call is built again, with other bytes.
    OtherBytesOnRetry = "other-bytes-on-retry",
    /// A refund without an answer is made again under a new id.
    RefundAgainUnderNewId = "refund-again-under-new-id",
    /// A capture without an answer is made again under a new id.
    CaptureAgainUnderNewId = "capture-again-under-new-id",
    /// A session without an answer is replaced by another one.
    SecondAttemptInDoubt = "second-attempt-in-doubt",
    /// A call is made before its step is durable.
    NoWriteAhead = "no-write-ahead",
    /// The cancel of a surplus is forgotten.
    SurplusIsForgotten = "surplus-is-forgotten",
    /// A second success is kept like the first.
    SurplusIsKept = "surplus-is-kept",
    /// A conflict counts as written.
    ConflictIsWritten = "conflict-is-written",
    /// The version is not looked at.
    VersionIsIgnored = "version-is-ignored",
    /// An unknown outcome of a commit counts as written.
    UnknownCommitIsWritten = "unknown-commit-is-written",
    /// An event is missing in the log.
    LogHasGaps = "log-has-gaps",
    /// Nobody is told when to look at an order again.
    NextCheckIsLost = "next-check-is-lost",
    /// The notification is not stored with its step.
    MarkIsNotCommitted = "mark-is-not-committed",
    /// The row of a call is dropped before the call is made.
    RowDroppedBeforeCall = "row-dropped-before-call",
    /// A call without a final answer is not made again.
    NoRetry = "no-retry",
    /// Two workers may hold the same call.
    LeaseIsIgnored = "lease-is-ignored",
    /// A notification about an unknown id is dropped and acknowledged.
    UnknownIdIsDropped = "unknown-id-is-dropped",
    /// A notification is acknowledged before it is stored.
    AcknowledgedBeforeCommit = "acknowledged-before-commit",
    /// A notification is acknowledged although it could not be stored.
    AcknowledgedInSpiteOfError = "acknowledged-in-spite-of-error",
    /// PAYMENT_PENDING counts as PAYMENT_RESULT.
    PendingNotificationIsSuccess = "pending-notification-is-success",
    /// Every PAYMENT_RESULT counts as success, whatever its status.
    EveryResultIsSuccess = "every-result-is-success",
    /// The amount of a notification is not compared.
    WrongAmountIsAccepted = "wrong-amount-is-accepted",
    /// Nobody inquires.
    NoPolling = "no-polling",
    /// Polling ends when an inquiry has no answer.
    PollingEndsInDoubt = "polling-ends-in-doubt",
    /// Polling ends with the quick window: there is no sweep.
    NoSweep = "no-sweep",
    /// A new instance does not resume what others left.
    NothingIsResumed = "nothing-is-resumed",
    /// The shop ships when the payment succeeded, before the capture is confirmed.
    ShipsBeforeCapture = "ships-before-capture",
    /// Captures without a final answer do not count towards what may still be captured.
    CapturesInDoubtAreFree = "captures-in-doubt-are-free",
    /// The shop ships as soon as a part is captured, as if it were all.
    PartIsShipped = "part-is-shipped",
    /// The result of a capture counts for the newest one, whichever it names.
    ResultIsForTheNewestCapture = "result-is-for-the-newest-capture",
}

impl Mistake {
    /// The mistake of this name.
    pub fn named(name: &str) -> Option<Mistake> {
        Mistake::ALL.iter().copied().find(|mistake| mistake.name() == name)
    }

    /// The ports with the mistake around them.
    pub fn planted_in(self, ports: Ports, world: &Arc<World>) -> Ports {
        let gateway = Arc::new(WrongGateway::new(ports.gateway.clone(), self, Arc::clone(world)));
        let store = Arc::new(WrongStore::new(&ports, self, Arc::clone(world)));
        Ports { gateway, store: store.clone(), outbox: store.clone(), inbox: store, ..ports }
    }
}
