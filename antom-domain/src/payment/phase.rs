//! The payment table: phases, inputs and the verdict for each pair.
//! Reading inputs from what the gateway said is left to `reading`.

use serde::{Deserialize, Serialize};

use crate::verdict::{Table, Verdict};

/// Where a payment attempt is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PaymentPhase {
    /// The intent is durable; the opening call has no answer yet.
    Opening,
    /// The opening call may have reached the gateway.
    InDoubt,
    /// The gateway knows the attempt; the buyer acts, or does not.
    AwaitingPayer,
    /// The buyer acted; the result is not final yet.
    Pending,
    /// The gateway confirmed the payment: for a card, the authorization.
    Succeeded,
    /// The gateway refused or closed the payment.
    Failed,
    /// The payment was cancelled.
    Cancelled,
}

/// What can happen to a payment attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PaymentInput {
    /// Our opening call did not leave this machine.
    CallNotSent,
    /// Our opening call may have been received.
    CallMaybeSent,
    /// The gateway took the opening call and waits for the buyer.
    Accepted,
    /// The gateway says `PROCESSING`.
    SeenProcessing,
    /// The gateway says `PENDING`, or sent PAYMENT_PENDING.
    SeenPending,
    /// The gateway says success.
    SeenSuccess,
    /// The gateway says final failure.
    SeenFailure,
    /// The gateway says `CANCELLED`.
    SeenCancelled,
    /// The gateway does not know the attempt, and its window is open.
    NotFound,
    /// The gateway does not know the attempt, and its window has closed.
    NotFoundAfterWindow,
    /// The gateway said a word that we do not know.
    SeenUnknown,
}

/// The payment table.
#[derive(Debug, Clone, Copy)]
pub struct PaymentTable;

impl Table for PaymentTable {
    type Phase = PaymentPhase;
    type Input = PaymentInput;
    const NAME: &'static str = "payment";
    const PHASES: &'static [PaymentPhase] = &[
        PaymentPhase::Opening,
        PaymentPhase::InDoubt,
        PaymentPhase::AwaitingPayer,
        PaymentPhase::Pending,
        PaymentPhase::Succeeded,
        PaymentPhase::Failed,
        PaymentPhase::Cancelled,
    ];
    const INPUTS: &'static [PaymentInput] = &[
        PaymentInput::CallNotSent,
        PaymentInput::CallMaybeSent,
        PaymentInput::Accepted,
        PaymentInput::SeenProcessing,
        PaymentInput::SeenPending,
        PaymentInput::SeenSuccess,
        PaymentInput::SeenFailure,
        PaymentInput::SeenCancelled,
        PaymentInput::NotFound,
        PaymentInput::NotFoundAfterWindow,
        PaymentInput::SeenUnknown,
    ];

    //= X-1, X-11
    fn next(phase: PaymentPhase, input: PaymentInput) -> Verdict<PaymentPhase> {
        use PaymentInput as I;
        use PaymentPhase as P;
        use Verdict::{Contradict, Go, Repeat, Stay};
        match phase {
            P::Opening => match input {
                I::CallNotSent | I::NotFound | I::SeenUnknown => Stay,
                I::CallMaybeSent => Go(P::InDoubt),
                I::Accepted | I::SeenProcessing => Go(P::AwaitingPayer),
                I::SeenPending => Go(P::Pending),
                I::SeenSuccess => Go(P::Succeeded),
                I::SeenFailure | I::NotFoundAfterWindow => Go(P::Failed),
                I::SeenCancelled => Go(P::Cancelled),
            },
            P::InDoubt => match input {
                I::CallNotSent | I::NotFound | I::SeenUnknown => Stay,
                I::CallMaybeSent => Repeat,
                I::Accepted | I::SeenProcessing => Go(P::AwaitingPayer),
                I::SeenPending => Go(P::Pending),
                I::SeenSuccess => Go(P::Succeeded),
                I::SeenFailure | I::NotFoundAfterWindow => Go(P::Failed),
                I::SeenCancelled => Go(P::Cancelled),
            },
            P::AwaitingPayer => match input {
                I::CallNotSent | I::CallMaybeSent | I::NotFound | I::SeenUnknown => Stay,
                I::Accepted | I::SeenProcessing => Repeat,
                I::SeenPending => Go(P::Pending),
                I::SeenSuccess => Go(P::Succeeded),
                I::SeenFailure | I::NotFoundAfterWindow => Go(P::Failed),
                I::SeenCancelled => Go(P::Cancelled),
            },
            P::Pending => match input {
                I::CallNotSent | I::CallMaybeSent | I::Accepted | I::SeenProcessing => Stay,
                I::NotFound | I::NotFoundAfterWindow | I::SeenUnknown => Stay,
                I::SeenPending => Repeat,
                I::SeenSuccess => Go(P::Succeeded),
                I::SeenFailure => Go(P::Failed),
                I::SeenCancelled => Go(P::Cancelled),
            },
            P::Succeeded => match input {
                I::CallNotSent | I::CallMaybeSent | I::Accepted | I::SeenProcessing | I::SeenPending => Stay,
                I::NotFound | I::NotFoundAfterWindow | I::SeenUnknown => Stay,
                I::SeenSuccess => Repeat,
                I::SeenFailure | I::SeenCancelled => Contradict,
            },
            P::Failed => match input {
                I::CallNotSent | I::CallMaybeSent | I::Accepted | I::SeenProcessing | I::SeenPending => Stay,
                I::NotFound | I::NotFoundAfterWindow | I::SeenUnknown | I::SeenCancelled => Stay,
                I::SeenFailure => Repeat,
                I::SeenSuccess => Contradict,
            },
            P::Cancelled => match input {
                I::CallNotSent | I::CallMaybeSent | I::Accepted | I::SeenProcessing | I::SeenPending => Stay,
                I::NotFound | I::NotFoundAfterWindow | I::SeenUnknown | I::SeenFailure => Stay,
                I::SeenCancelled => Repeat,
                I::SeenSuccess => Contradict,
            },
        }
    }

    fn is_final(phase: PaymentPhase) -> bool {
        match phase {
            PaymentPhase::Opening
            | PaymentPhase::InDoubt
            | PaymentPhase::AwaitingPayer
            | PaymentPhase::Pending => false,
            PaymentPhase::Succeeded | PaymentPhase::Failed | PaymentPhase::Cancelled => true,
        }
    }

    fn explain(phase: PaymentPhase) -> &'static str {
        match phase {
            PaymentPhase::Opening => {
                "We decided to open the payment; the call to the gateway is waiting or under way."
            }
            PaymentPhase::InDoubt => {
                "The opening call had no readable answer. It is repeated with the same id and bytes, and inquired."
            }
            PaymentPhase::AwaitingPayer => "The gateway is ready; the buyer has not finished paying.",
            PaymentPhase::Pending => "The buyer acted; the gateway says that the result is still to come.",
            PaymentPhase::Succeeded => {
                "The gateway confirmed the payment. A card is authorized: shipping waits for its capture."
            }
            PaymentPhase::Failed => "The gateway refused or closed this attempt. The buyer may try again.",
            PaymentPhase::Cancelled => {
                "This attempt was cancelled; a success that still arrives is cancelled again."
            }
        }
    }
}
