//! The authorization table: phases, inputs and the verdict for each pair.
//! No input is made by a clock alone: a hold ends when the gateway says so.

use serde::{Deserialize, Serialize};

use crate::verdict::{Table, Verdict};

/// Where the hold on a card is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AuthorizationPhase {
    /// Nothing is held.
    Absent,
    /// The money is held, and the gateway reviews the payment: neither capture nor shipping.
    UnderReview,
    /// The review ended in a refusal: the payment is cancelled.
    Rejected,
    /// The money is held and may be captured; nobody has spoken of a review.
    Held,
    /// The money is held and may be captured; a review approved it.
    Approved,
    /// The money was captured; of what was not, nothing is held any more.
    Captured,
    /// The hold was released: cancelled, or let go by the gateway after its time.
    Released,
}

impl AuthorizationPhase {
    /// Whether money is held that may be captured.
    pub fn is_capturable(self) -> bool {
        matches!(self, AuthorizationPhase::Held | AuthorizationPhase::Approved)
    }

    /// Whether money is held at all.
    pub fn holds_money(self) -> bool {
        self.is_capturable() || matches!(self, AuthorizationPhase::UnderReview | AuthorizationPhase::Rejected)
    }
}

/// What can happen to the hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuthorizationInput {
    /// The gateway confirmed the authorization and said nothing of a review.
    Granted,
    /// The gateway reviews the payment.
    ReviewPending,
    /// The review approved the payment.
    ReviewApproved,
    /// The review refused the payment.
    ReviewRejected,
    /// Nothing is left to be captured: all of it, or the last capture, is confirmed, or the gateway let the rest go.
    CaptureConfirmed,
    /// A cancel is confirmed, or the gateway released the hold.
    ReleaseConfirmed,
}

/// The authorization table.
#[derive(Debug, Clone, Copy)]
pub struct AuthorizationTable;

impl Table for AuthorizationTable {
    type Phase = AuthorizationPhase;
    type Input = AuthorizationInput;
    const NAME: &'static str = "authorization";
    const PHASES: &'static [AuthorizationPhase] = &[
        AuthorizationPhase::Absent,
        AuthorizationPhase::UnderReview,
        AuthorizationPhase::Rejected,
        AuthorizationPhase::Held,
        AuthorizationPhase::Approved,
        AuthorizationPhase::Captured,
        AuthorizationPhase::Released,
    ];
    const INPUTS: &'static [AuthorizationInput] = &[
        AuthorizationInput::Granted,
        AuthorizationInput::ReviewPending,
        AuthorizationInput::ReviewApproved,
        AuthorizationInput::ReviewRejected,
        AuthorizationInput::CaptureConfirmed,
        AuthorizationInput::ReleaseConfirmed,
    ];

    //= X-2
    fn next(phase: AuthorizationPhase, input: AuthorizationInput) -> Verdict<AuthorizationPhase> {
        use AuthorizationInput as I;
        use AuthorizationPhase as P;
        use Verdict::{Contradict, Go, Repeat, Stay};
        match phase {
            P::Absent => match input {
                I::Granted => Go(P::Held),
                I::ReviewPending => Go(P::UnderReview),
                I::ReviewApproved => Go(P::Approved),
                I::ReviewRejected => Go(P::Rejected),
                I::CaptureConfirmed => Go(P::Captured),
                I::ReleaseConfirmed => Go(P::Released),
            },
            P::Held => match input {
                I::Granted => Repeat,
                I::ReviewPending => Go(P::UnderReview),
                I::ReviewApproved => Go(P::Approved),
                I::ReviewRejected => Go(P::Rejected),
                I::CaptureConfirmed => Go(P::Captured),
                I::ReleaseConfirmed => Go(P::Released),
            },
            // A message that does not speak of the review does not end one.
            P::UnderReview => match input {
                I::Granted => Stay,
                I::ReviewPending => Repeat,
                I::ReviewApproved => Go(P::Approved),
                I::ReviewRejected => Go(P::Rejected),
                I::CaptureConfirmed => Go(P::Captured),
                I::ReleaseConfirmed => Go(P::Released),
            },
            P::Approved => match input {
                I::Granted | I::ReviewPending => Stay,
                I::ReviewApproved => Repeat,
                I::ReviewRejected => Go(P::Rejected),
                I::CaptureConfirmed => Go(P::Captured),
                I::ReleaseConfirmed => Go(P::Released),
            },
            P::Rejected => match input {
                I::Granted | I::ReviewPending | I::ReviewApproved => Stay,
                I::ReviewRejected => Repeat,
                I::CaptureConfirmed => Go(P::Captured),
                I::ReleaseConfirmed => Go(P::Released),
            },
            P::Captured => match input {
                I::Granted | I::ReviewPending | I::ReviewApproved => Stay,
                I::ReviewRejected => Contradict,
                I::CaptureConfirmed => Repeat,
                I::ReleaseConfirmed => Contradict,
            },
            P::Released => match input {
                I::Granted | I::ReviewPending | I::ReviewApproved | I::ReviewRejected => Stay,
                I::CaptureConfirmed => Contradict,
                I::ReleaseConfirmed => Repeat,
            },
        }
    }

    fn is_final(phase: AuthorizationPhase) -> bool {
        match phase {
            AuthorizationPhase::Absent
            | AuthorizationPhase::UnderReview
            | AuthorizationPhase::Rejected
            | AuthorizationPhase::Held
            | AuthorizationPhase::Approved => false,
            AuthorizationPhase::Captured | AuthorizationPhase::Released => true,
        }
    }

    fn explain(phase: AuthorizationPhase) -> &'static str {
        match phase {
            AuthorizationPhase::Absent => "No money is held.",
            AuthorizationPhase::UnderReview => "The money is held while the gateway reviews the payment.",
            AuthorizationPhase::Rejected => "The review refused the payment; it is being cancelled.",
            AuthorizationPhase::Held => "The money is held and waits for its capture.",
            AuthorizationPhase::Approved => {
                "The money is held, a review approved it, and it waits for its capture."
            }
            AuthorizationPhase::Captured => "The held money was captured; what was not is let go.",
            AuthorizationPhase::Released => "The hold is gone; nothing can be captured any more.",
        }
    }
}
