//! Reminders: that the time to capture held money is nearly over, or over, recorded once each.
//! Nothing else follows from them here; the merchant's systems are told, and somebody has to act.

use antom_core::time::Timestamp;

use super::Step;
use super::event::Event;
use super::explanation::TaskKind;
use super::policy::Policy;
use super::state::{Attempt, Order, Reminded};
use crate::policy::CaptureTime;

impl Order {
    /// What the merchant is to be reminded of at this instant and was not reminded of before.
    //= A-2
    pub fn remind(&self, at: Timestamp, policy: &Policy) -> Step {
        if self.is_read_only {
            return Step::default();
        }
        let events = self.attempts.iter().filter_map(|attempt| attempt.reminder(at, policy)).collect();
        Step { events, ..Step::default() }
    }
}

impl Attempt {
    fn reminder(&self, at: Timestamp, policy: &Policy) -> Option<Event> {
        let capture_before = self.authorization.capture_before?;
        let due = match policy.capture_deadline.stand(capture_before, at) {
            CaptureTime::Open => return None,
            CaptureTime::Near => Reminded::Near,
            CaptureTime::Passed => Reminded::Passed,
        };
        if !self.authorization.phase.is_capturable() || self.authorization.reminded >= Some(due) {
            return None;
        }
        let payment_request_id = self.payment_request_id.clone();
        match self.capture_task(at, policy)? {
            TaskKind::CaptureSoon => Some(Event::CaptureDeadlineNear { payment_request_id, capture_before }),
            TaskKind::CaptureMissed | TaskKind::CaptureEndedShort => {
                Some(Event::CaptureDeadlinePassed { payment_request_id, capture_before })
            }
            _ => None,
        }
    }
}
