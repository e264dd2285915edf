//! Which cells of the state tables no run can reach, and which only by a coincidence that a run does not bring about a
//! hundred times, each with its reason; and whether a run reached all others.
//! Counting is the domain's census; what a cell says is its table's.

use std::collections::BTreeMap;

use antom_domain::testing::census::Cell;

/// A long run reaches every cell at least so often.
pub const LEAST: u64 = 100;

/// Listed cells: a machine, a phase, inputs, and why.
type Listed = (&'static str, &'static str, &'static [&'static str], &'static str);

const NO_HOLD: &str = "where no money was held nothing is released: the table is not asked";
const REVIEW_HAS_ONE_END: &str = "the gateway ends a review once";
const REJECTED_IS_NOT_CAPTURED: &str = "the gateway captures nothing that its review refused";
const CAPTURED_ONCE: &str = "a hold is captured in full by one capture, whose own table hears a repetition";
const CAPTURED_STAYS: &str = "the gateway neither rejects nor releases what it captured";
const RELEASED_ONCE: &str = "the cancel's own table hears a repeated confirmation";
const RELEASED_IS_GONE: &str = "the gateway captures nothing that it has let go";
const CANCEL_HAS_ONE_END: &str = "the gateway answers a repeated cancel as it answered the first";
const CAPTURE_HAS_ONE_END: &str = "the gateway ends a capture once";
const REFUND_HAS_ONE_END: &str = "the gateway ends a refund once";
const NO_CALL: &str = "the gateway's own capture has no call of ours";
const NOT_FORGOTTEN: &str =
    "an answer is on its way for seconds; who tried to pay is known long before the window closes";
const CANCEL_IS_OURS: &str = "after a success only our own cancel, or the end of a hold, makes a payment cancelled; both are heard by their tables";
const SUCCESS_STAYS: &str = "the gateway does not fail what it has confirmed";

/// Cells that cannot be reached.
const IMPOSSIBLE: [Listed; 20] = [
    ("authorization", "Absent", &["ReleaseConfirmed"], NO_HOLD),
    ("authorization", "Rejected", &["CaptureConfirmed"], REJECTED_IS_NOT_CAPTURED),
    ("authorization", "Captured", &["CaptureConfirmed"], CAPTURED_ONCE),
    ("authorization", "Approved", &["ReviewRejected"], REVIEW_HAS_ONE_END),
    ("authorization", "Rejected", &["ReviewApproved"], REVIEW_HAS_ONE_END),
    ("authorization", "Captured", &["ReviewRejected", "ReleaseConfirmed"], CAPTURED_STAYS),
    ("authorization", "Released", &["ReleaseConfirmed"], RELEASED_ONCE),
    ("authorization", "Released", &["CaptureConfirmed"], RELEASED_IS_GONE),
    ("cancel", "Confirmed", &["SeenRefused"], CANCEL_HAS_ONE_END),
    ("cancel", "Refused", &["SeenConfirmed"], CANCEL_HAS_ONE_END),
    ("capture", "Awaited", &["CallNotSent", "CallMaybeSent"], NO_CALL),
    ("capture", "Captured", &["SeenFailure"], CAPTURE_HAS_ONE_END),
    ("capture", "Failed", &["SeenSuccess"], CAPTURE_HAS_ONE_END),
    ("payment", "Pending", &["NotFoundAfterWindow"], NOT_FORGOTTEN),
    ("payment", "Succeeded", &["NotFoundAfterWindow"], NOT_FORGOTTEN),
    ("payment", "Cancelled", &["NotFoundAfterWindow"], NOT_FORGOTTEN),
    ("payment", "Succeeded", &["SeenCancelled"], CANCEL_IS_OURS),
    ("payment", "Succeeded", &["SeenFailure"], SUCCESS_STAYS),
    ("refund", "Succeeded", &["SeenFailure"], REFUND_HAS_ONE_END),
    ("refund", "Failed", &["SeenSuccess"], REFUND_HAS_ONE_END),
];

const TWO_CANCELS_AT_ONCE: &str =
    "only two instances that make the same cancel at once hear more of it after its refusal";
const ENDS_DURING_A_TRY: &str = "the call must end by a notification or an inquiry within the seconds in which its repetition is not sent";
const ODD_AND_LATE: &str = "a word that nobody knows must come in a message that is overtaken by another";
const STALE_BY_SECONDS: &str = "the buyer must act while an inquiry from before the payment is on its way";

const SILENT_AND_LATE: &str =
    "only an answer to `pay` does not tell of a review, and it must come after another message that does";

/// Cells that a run may reach, and need not reach [`LEAST`] times.
const COINCIDENCES: [Listed; 12] = [
    ("cancel", "Refused", &["CallNotSent", "CallMaybeSent", "SeenUnknown"], TWO_CANCELS_AT_ONCE),
    ("cancel", "Confirmed", &["SeenUnknown"], ODD_AND_LATE),
    ("capture", "Failed", &["SeenUnknown"], ODD_AND_LATE),
    ("capture", "Failed", &["CallNotSent"], ENDS_DURING_A_TRY),
    ("capture", "Processing", &["CallNotSent"], ENDS_DURING_A_TRY),
    ("authorization", "UnderReview", &["Granted"], SILENT_AND_LATE),
    ("authorization", "Approved", &["Granted"], SILENT_AND_LATE),
    ("authorization", "Rejected", &["Granted"], SILENT_AND_LATE),
    ("payment", "Cancelled", &["CallNotSent"], ENDS_DURING_A_TRY),
    ("payment", "Pending", &["NotFound", "SeenProcessing"], STALE_BY_SECONDS),
    ("refund", "Failed", &["CallNotSent", "SeenUnknown"], ENDS_DURING_A_TRY),
    ("refund", "Processing", &["CallNotSent"], ENDS_DURING_A_TRY),
];

/// What a run says about the cells.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Cells that can be reached and were reached too seldom.
    pub seldom: Vec<String>,
    /// Cells that only a coincidence reaches, and how often it did.
    pub coincidences: Vec<String>,
    /// Cells that were reached although they are listed as impossible, with the reason that is wrong.
    pub wrong: Vec<String>,
}

/// Compares the counts of a run with the list.
pub fn judge(cells: &BTreeMap<Cell, u64>) -> Verdict {
    let mut verdict = Verdict::default();
    for (cell, count) in cells {
        let name = format!("{} {} {}", cell.machine, cell.phase, cell.input);
        match why_impossible(cell) {
            Some(reason) if *count > 0 => {
                verdict.wrong.push(format!("{name}: {count} times, though {reason}"))
            }
            None if *count < LEAST => match why(&COINCIDENCES, cell) {
                Some(reason) => verdict.coincidences.push(format!("{name}: {count} times; {reason}")),
                None => verdict.seldom.push(format!("{name}: {count} times")),
            },
            _ => {}
        }
    }
    verdict
}

/// The reason why no run reaches this cell, if there is one.
pub fn why_impossible(cell: &Cell) -> Option<&'static str> {
    why(&IMPOSSIBLE, cell)
}

fn why(list: &[Listed], cell: &Cell) -> Option<&'static str> {
    let is_it = |(machine, phase, inputs, _): &&Listed| {
        *machine == cell.machine && *phase == cell.phase && inputs.contains(&cell.input.as_str())
    };
    list.iter().find(is_it).map(|(_, _, _, reason)| *reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(machine: &'static str, phase: &str, input: &str) -> Cell {
        Cell { machine, phase: phase.to_owned(), input: input.to_owned() }
    }

    #[test]
    fn every_listed_cell_exists_and_is_listed_once() {
        let known = crate::campaign::cells_of_this_thread();
        let mut listed: Vec<Cell> = Vec::new();
        for (machine, phase, inputs, reason) in IMPOSSIBLE.into_iter().chain(COINCIDENCES) {
            assert!(!reason.is_empty());
            for input in inputs {
                let cell = cell(machine, phase, input);
                assert!(known.contains_key(&cell), "{cell:?}");
                assert!(!listed.contains(&cell), "{cell:?} twice");
                listed.push(cell);
            }
        }
    }

    #[test]
    fn a_seldom_cell_and_a_wrong_reason_are_both_told() {
        let counts = BTreeMap::from([
            (cell("payment", "Opening", "Accepted"), LEAST),
            (cell("payment", "Opening", "NotFound"), LEAST - 1),
            (cell("payment", "Succeeded", "SeenFailure"), 0),
            (cell("refund", "Failed", "SeenSuccess"), 1),
            (cell("payment", "Pending", "NotFound"), 7),
        ]);
        let verdict = judge(&counts);
        assert_eq!(verdict.seldom, ["payment Opening NotFound: 99 times"]);
        assert!(verdict.coincidences[0].starts_with("payment Pending NotFound: 7 times"));
        assert_eq!(verdict.wrong.len(), 1);
        assert!(verdict.wrong[0].starts_with("refund Failed SeenSuccess"));
    }
}
