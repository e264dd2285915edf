//! The kinds of merchant events, by the words that receivers match on.
//! Which step leads to which is `announce`'s.

use antom_core::open_enum;

open_enum! {
    /// What happened. Words are never changed or reused; a receiver leaves those that it does not know alone.
    pub enum MerchantEventKind {
        /// The order may be shipped from now on.
        OrderPaid = "order.paid",
        /// The order was paid and must not be shipped any more.
        OrderShippingStopped = "order.shipping_stopped",
        /// A payment is confirmed; for a card, authorized.
        PaymentSucceeded = "payment.succeeded",
        /// A payment failed for good.
        PaymentFailed = "payment.failed",
        /// A payment was cancelled before anything was taken.
        PaymentCancelled = "payment.cancelled",
        /// Something about the card and its checks became known after the payment.
        PaymentDetails = "payment.details",
        /// A success came after the payment had ended otherwise: its money goes back.
        PaymentLateSuccess = "payment.late_success",
        /// A payment is one too many for its order: its money goes back.
        SurplusFound = "surplus.found",
        /// Money too much that neither a cancel nor a refund returns: somebody has to.
        SurplusStuck = "surplus.stuck",
        /// A card's money is held.
        AuthorizationHeld = "authorization.held",
        /// A card's money is held, and the gateway reviews the payment.
        AuthorizationUnderReview = "authorization.under_review",
        /// The gateway's review refused the payment.
        AuthorizationRejected = "authorization.rejected",
        /// The hold ended without a capture.
        AuthorizationReleased = "authorization.released",
        /// Money was taken.
        CaptureSucceeded = "capture.succeeded",
        /// Nothing was taken by a capture.
        CaptureFailed = "capture.failed",
        /// The time to capture is nearly over.
        DeadlineNear = "deadline.near",
        /// The time to capture is over, and nobody did.
        DeadlinePassed = "deadline.passed",
        /// A cancel is confirmed.
        CancelSucceeded = "cancel.succeeded",
        /// It was too late to cancel.
        CancelFailed = "cancel.failed",
        /// Money went back.
        RefundSucceeded = "refund.succeeded",
        /// Nothing was refunded.
        RefundFailed = "refund.failed",
        /// The gateway spoke against what is recorded: nothing is shipped until that is settled.
        ContradictionFound = "contradiction.found",
        /// The gateway, asked again, agrees with the record.
        ContradictionSettled = "contradiction.settled",
    }
}
