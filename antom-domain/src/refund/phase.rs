//! The refund table: phases, inputs and the verdict for each pair.
//! One entry stands for one `refundRequestId` with all its technical repetitions.

use serde::{Deserialize, Serialize};

use crate::verdict::{Table, Verdict};

/// Where a refund is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RefundPhase {
    /// We decided to refund; the call has no answer yet.
    Requested,
    /// The refund call may have reached the gateway.
    InDoubt,
    /// The gateway took the refund (REFUND_IN_PROCESS): it is inquired, never sent again.
    Processing,
    /// The money went back.
    Succeeded,
    /// The gateway said that nothing was refunded.
    Failed,
}

/// What can happen to a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefundInput {
    /// The same refund is asked for again.
    Request,
    /// Our refund call did not leave this machine.
    CallNotSent,
    /// Our refund call may have been received.
    CallMaybeSent,
    /// The gateway says that the refund is in process.
    SeenProcessing,
    /// The gateway says refunded.
    SeenSuccess,
    /// The gateway says that the refund failed.
    SeenFailure,
    /// The gateway does not know the refund, or said a word that we do not know.
    SeenUnknown,
}

/// The refund table.
#[derive(Debug, Clone, Copy)]
pub struct RefundTable;

impl Table for RefundTable {
    type Phase = RefundPhase;
    type Input = RefundInput;
    const NAME: &'static str = "refund";
    const PHASES: &'static [RefundPhase] = &[
        RefundPhase::Requested,
        RefundPhase::InDoubt,
        RefundPhase::Processing,
        RefundPhase::Succeeded,
        RefundPhase::Failed,
    ];
    const INPUTS: &'static [RefundInput] = &[
        RefundInput::Request,
        RefundInput::CallNotSent,
        RefundInput::CallMaybeSent,
        RefundInput::SeenProcessing,
        RefundInput::SeenSuccess,
        RefundInput::SeenFailure,
        RefundInput::SeenUnknown,
    ];

    //= X-7
    fn next(phase: RefundPhase, input: RefundInput) -> Verdict<RefundPhase> {
        use RefundInput as I;
        use RefundPhase as P;
        use Verdict::{Contradict, Go, Repeat, Stay};
        match phase {
            P::Requested => match input {
                I::Request => Repeat,
                I::CallNotSent | I::SeenUnknown => Stay,
                I::CallMaybeSent => Go(P::InDoubt),
                I::SeenProcessing => Go(P::Processing),
                I::SeenSuccess => Go(P::Succeeded),
                I::SeenFailure => Go(P::Failed),
            },
            P::InDoubt => match input {
                I::Request | I::CallMaybeSent => Repeat,
                I::CallNotSent | I::SeenUnknown => Stay,
                I::SeenProcessing => Go(P::Processing),
                I::SeenSuccess => Go(P::Succeeded),
                I::SeenFailure => Go(P::Failed),
            },
            P::Processing => match input {
                I::Request | I::SeenProcessing => Repeat,
                I::CallNotSent | I::CallMaybeSent | I::SeenUnknown => Stay,
                I::SeenSuccess => Go(P::Succeeded),
                I::SeenFailure => Go(P::Failed),
            },
            P::Succeeded => match input {
                I::Request | I::SeenSuccess => Repeat,
                I::CallNotSent | I::CallMaybeSent | I::SeenProcessing | I::SeenUnknown => Stay,
                I::SeenFailure => Contradict,
            },
            P::Failed => match input {
                I::Request | I::SeenFailure => Repeat,
                I::CallNotSent | I::CallMaybeSent | I::SeenProcessing | I::SeenUnknown => Stay,
                I::SeenSuccess => Contradict,
            },
        }
    }

    fn is_final(phase: RefundPhase) -> bool {
        match phase {
            RefundPhase::Requested | RefundPhase::InDoubt | RefundPhase::Processing => false,
            RefundPhase::Succeeded | RefundPhase::Failed => true,
        }
    }

    fn explain(phase: RefundPhase) -> &'static str {
        match phase {
            RefundPhase::Requested => {
                "We decided to refund; the call to the gateway is waiting or under way."
            }
            RefundPhase::InDoubt => {
                "The refund call had no readable answer. It is repeated under the same id, and inquired."
            }
            RefundPhase::Processing => {
                "The gateway took the refund and has not finished it; it is inquired only."
            }
            RefundPhase::Succeeded => "The money went back to the buyer.",
            RefundPhase::Failed => "Nothing was refunded. A further try needs a new refundRequestId.",
        }
    }
}
