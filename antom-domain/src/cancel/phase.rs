//! The cancel table: phases, inputs and the verdict for each pair.
//! One entry stands for one cancel call with all its technical repetitions.

use serde::{Deserialize, Serialize};

use crate::verdict::{Table, Verdict};

/// Where a cancel is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CancelPhase {
    /// We decided to cancel; the call has no answer yet.
    Requested,
    /// The cancel call may have reached the gateway.
    InDoubt,
    /// The gateway confirmed: no money is held.
    Confirmed,
    /// A verified answer says that this payment can no longer be cancelled.
    Refused,
}

/// What can happen to a cancel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CancelInput {
    /// The cancel is asked for again.
    Request,
    /// Our cancel call did not leave this machine.
    CallNotSent,
    /// Our cancel call may have been received.
    CallMaybeSent,
    /// The gateway says cancelled.
    SeenConfirmed,
    /// The gateway says that it cannot be cancelled.
    SeenRefused,
    /// The gateway gave no final word.
    SeenUnknown,
}

/// The cancel table.
#[derive(Debug, Clone, Copy)]
pub struct CancelTable;

impl Table for CancelTable {
    type Phase = CancelPhase;
    type Input = CancelInput;
    const NAME: &'static str = "cancel";
    const PHASES: &'static [CancelPhase] =
        &[CancelPhase::Requested, CancelPhase::InDoubt, CancelPhase::Confirmed, CancelPhase::Refused];
    const INPUTS: &'static [CancelInput] = &[
        CancelInput::Request,
        CancelInput::CallNotSent,
        CancelInput::CallMaybeSent,
        CancelInput::SeenConfirmed,
        CancelInput::SeenRefused,
        CancelInput::SeenUnknown,
    ];

    //= X-10
    fn next(phase: CancelPhase, input: CancelInput) -> Verdict<CancelPhase> {
        use CancelInput as I;
        use CancelPhase as P;
        use Verdict::{Contradict, Go, Refuse, Repeat, Stay};
        match phase {
            P::Requested => match input {
                I::Request => Repeat,
                I::CallNotSent => Stay,
                I::CallMaybeSent | I::SeenUnknown => Go(P::InDoubt),
                I::SeenConfirmed => Go(P::Confirmed),
                I::SeenRefused => Go(P::Refused),
            },
            P::InDoubt => match input {
                I::Request | I::CallMaybeSent | I::SeenUnknown => Repeat,
                I::CallNotSent => Stay,
                I::SeenConfirmed => Go(P::Confirmed),
                I::SeenRefused => Go(P::Refused),
            },
            P::Confirmed => match input {
                I::Request | I::SeenConfirmed => Repeat,
                I::CallNotSent | I::CallMaybeSent | I::SeenUnknown => Stay,
                I::SeenRefused => Contradict,
            },
            P::Refused => match input {
                I::Request => Refuse,
                I::CallNotSent | I::CallMaybeSent | I::SeenUnknown => Stay,
                I::SeenRefused => Repeat,
                I::SeenConfirmed => Contradict,
            },
        }
    }

    fn is_final(phase: CancelPhase) -> bool {
        match phase {
            CancelPhase::Requested | CancelPhase::InDoubt => false,
            CancelPhase::Confirmed | CancelPhase::Refused => true,
        }
    }

    fn explain(phase: CancelPhase) -> &'static str {
        match phase {
            CancelPhase::Requested => {
                "We decided to cancel; the call to the gateway is waiting or under way."
            }
            CancelPhase::InDoubt => "The cancel had no final answer. It is repeated as it was.",
            CancelPhase::Confirmed => "The gateway cancelled the payment; no money is held for it.",
            CancelPhase::Refused => "It is too late to cancel; captured money goes back by a refund.",
        }
    }
}
