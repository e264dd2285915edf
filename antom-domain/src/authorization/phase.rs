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
    /// The money is held and may be captured.
    Held,
    /// The money was captured; of what was not, nothing is held any more.
    Captured,
    /// The hold was released: cancelled, or let go by the gateway after its time.
    Released,
}

/// What can happen to the hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuthorizationInput {
    /// The gateway confirmed the authorization, with no review or an approved one.
    Granted,
    /// The gateway reviews the payment.
    ReviewPending,
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
        AuthorizationPhase::Captured,
        AuthorizationPhase::Released,
    ];
    const INPUTS: &'static [AuthorizationInput] = &[
        AuthorizationInput::Granted,
        AuthorizationInput::ReviewPending,
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
                I::ReviewRejected => Go(P::Rejected),
                I::CaptureConfirmed => Go(P::Captured),
                I::ReleaseConfirmed => Go(P::Released),
            },
            P::UnderReview => match input {
                I::Granted => Go(P::Held),
                I::ReviewPending => Repeat,
                I::ReviewRejected => Go(P::Rejected),
                I::CaptureConfirmed => Go(P::Captured),
                I::ReleaseConfirmed => Go(P::Released),
            },
            P::Rejected => match input {
                I::Granted | I::ReviewPending => Stay,
                I::ReviewRejected => Repeat,
                I::CaptureConfirmed => Go(P::Captured),
                I::ReleaseConfirmed => Go(P::Released),
            },
            P::Held => match input {
                I::Granted => Repeat,
                I::ReviewPending => Stay,
                I::ReviewRejected => Go(P::Rejected),
                I::CaptureConfirmed => Go(P::Captured),
                I::ReleaseConfirmed => Go(P::Released),
            },
            P::Captured => match input {
                I::Granted | I::ReviewPending => Stay,
                I::ReviewRejected => Contradict,
                I::CaptureConfirmed => Repeat,
                I::ReleaseConfirmed => Contradict,
            },
            P::Released => match input {
                I::Granted | I::ReviewPending | I::ReviewRejected => Stay,
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
            | AuthorizationPhase::Held => false,
            AuthorizationPhase::Captured | AuthorizationPhase::Released => true,
        }
    }

    fn explain(phase: AuthorizationPhase) -> &'static str {
        match phase {
            AuthorizationPhase::Absent => "No money is held.",
            AuthorizationPhase::UnderReview => "The money is held while the gateway reviews the payment.",
            AuthorizationPhase::Rejected => "The review refused the payment; it is being cancelled.",
            AuthorizationPhase::Held => "The money is held and waits for its capture.",
            AuthorizationPhase::Captured => "The held money was captured; what was not is let go.",
            AuthorizationPhase::Released => "The hold is gone; nothing can be captured any more.",
        }
    }
}
