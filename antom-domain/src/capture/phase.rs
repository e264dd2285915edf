//! The capture table: phases, inputs and the verdict for each pair.
//! One entry stands for one capture; a new capture after a failure is a new entry with a new id.

use serde::{Deserialize, Serialize};

use crate::verdict::{Table, Verdict};

/// Where a capture is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CapturePhase {
    /// The gateway captures by itself; its result is awaited.
    Awaited,
    /// We decided to capture; the call has no answer yet.
    Requested,
    /// The capture call may have reached the gateway.
    InDoubt,
    /// The gateway says that the capture is in process.
    Processing,
    /// The gateway confirmed the capture.
    Captured,
    /// The gateway said that nothing was captured.
    Failed,
}

/// What can happen to a capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CaptureInput {
    /// The merchant asks for this capture again.
    Request,
    /// Our capture call did not leave this machine.
    CallNotSent,
    /// Our capture call may have been received.
    CallMaybeSent,
    /// The gateway took the call, without a final result.
    SeenProcessing,
    /// The gateway says captured.
    SeenSuccess,
    /// The gateway says that the capture failed.
    SeenFailure,
    /// The gateway said a word that we do not know.
    SeenUnknown,
}

/// The capture table.
#[derive(Debug, Clone, Copy)]
pub struct CaptureTable;

impl Table for CaptureTable {
    type Phase = CapturePhase;
    type Input = CaptureInput;
    const NAME: &'static str = "capture";
    const PHASES: &'static [CapturePhase] = &[
        CapturePhase::Awaited,
        CapturePhase::Requested,
        CapturePhase::InDoubt,
        CapturePhase::Processing,
        CapturePhase::Captured,
        CapturePhase::Failed,
    ];
    const INPUTS: &'static [CaptureInput] = &[
        CaptureInput::Request,
        CaptureInput::CallNotSent,
        CaptureInput::CallMaybeSent,
        CaptureInput::SeenProcessing,
        CaptureInput::SeenSuccess,
        CaptureInput::SeenFailure,
        CaptureInput::SeenUnknown,
    ];

    //= A-1, A-4
    fn next(phase: CapturePhase, input: CaptureInput) -> Verdict<CapturePhase> {
        use CaptureInput as I;
        use CapturePhase as P;
        use Verdict::{Contradict, Go, Refuse, Repeat, Stay};
        match phase {
            P::Awaited => match input {
                I::Request => Refuse,
                I::CallNotSent | I::CallMaybeSent | I::SeenUnknown => Stay,
                I::SeenProcessing => Repeat,
                I::SeenSuccess => Go(P::Captured),
                I::SeenFailure => Go(P::Failed),
            },
            P::Requested => match input {
                I::Request => Repeat,
                I::CallNotSent | I::SeenUnknown => Stay,
                I::CallMaybeSent => Go(P::InDoubt),
                I::SeenProcessing => Go(P::Processing),
                I::SeenSuccess => Go(P::Captured),
                I::SeenFailure => Go(P::Failed),
            },
            P::InDoubt => match input {
                I::Request | I::CallMaybeSent => Repeat,
                I::CallNotSent | I::SeenUnknown => Stay,
                I::SeenProcessing => Go(P::Processing),
                I::SeenSuccess => Go(P::Captured),
                I::SeenFailure => Go(P::Failed),
            },
            P::Processing => match input {
                I::Request | I::SeenProcessing => Repeat,
                I::CallNotSent | I::CallMaybeSent | I::SeenUnknown => Stay,
                I::SeenSuccess => Go(P::Captured),
                I::SeenFailure => Go(P::Failed),
            },
            P::Captured => match input {
                I::Request | I::SeenSuccess => Repeat,
                I::CallNotSent | I::CallMaybeSent | I::SeenProcessing | I::SeenUnknown => Stay,
                I::SeenFailure => Contradict,
            },
            P::Failed => match input {
                I::Request => Refuse,
                I::CallNotSent | I::CallMaybeSent | I::SeenProcessing | I::SeenUnknown => Stay,
                I::SeenFailure => Repeat,
                I::SeenSuccess => Contradict,
            },
        }
    }

    fn is_final(phase: CapturePhase) -> bool {
        match phase {
            CapturePhase::Awaited
            | CapturePhase::Requested
            | CapturePhase::InDoubt
            | CapturePhase::Processing => false,
            CapturePhase::Captured | CapturePhase::Failed => true,
        }
    }

    fn explain(phase: CapturePhase) -> &'static str {
        match phase {
            CapturePhase::Awaited => {
                "The gateway captures by itself; we wait for its notification and inquire."
            }
            CapturePhase::Requested => {
                "We decided to capture; the call to the gateway is waiting or under way."
            }
            CapturePhase::InDoubt => {
                "The capture call had no readable answer. It is inquired, and repeated only under the same id."
            }
            CapturePhase::Processing => "The gateway took the capture and has not finished it.",
            CapturePhase::Captured => {
                "The money is taken. A card order may be shipped once all of it is, or the last capture."
            }
            CapturePhase::Failed => "Nothing was captured. The order must not be shipped.",
        }
    }
}
