//! The transitions whose cost is counted: what each begins with, and the one step that is measured.
//! What they may cost is said by the tests and by the benchmarks.
#![allow(dead_code, unreachable_pub, reason = "each binary uses its own part")]

use allocation_counter::measure;
use antom_core::outcome::CaptureMode::{Automatic, Manual};
use antom_domain::order::{
    CancelWord, CaptureWord, Command, Details, Fact, Integration, Order, PaymentWord, RefundWord, Step,
};

use crate::support::*;

/// One transition: a command or facts, what follows from it, and the order after that.
pub struct Transition {
    pub name: &'static str,
    pub before: Story,
    pub input: Input,
    /// The most allocations. A fact, and whatever follows from it, may make ten; a command that builds the checked
    /// request of a call, byte for byte, is held to what that costs.
    pub most: u64,
}

pub enum Input {
    Command(Command),
    Facts(Vec<Fact>),
}

/// What one transition costs in allocations.
pub struct Cost {
    pub allocations: u64,
    pub events: usize,
    pub effects: usize,
}

impl Transition {
    /// Decides or absorbs.
    pub fn step(&self) -> Step {
        let Story { order, now, policy, .. } = &self.before;
        match &self.input {
            Input::Command(command) => order.decide(command, *now, policy).unwrap(),
            Input::Facts(facts) => order.absorb(facts, *now, policy),
        }
    }

    /// Decides or absorbs, and applies what follows to `order`.
    pub fn run(&self, order: &mut Order) -> Step {
        let step = self.step();
        for event in &step.events {
            order.apply(event, self.before.now);
        }
        step
    }

    pub fn cost(&self) -> Cost {
        let mut order = self.before.order.clone();
        let mut step = Step::default();
        let counted = measure(|| step = self.run(&mut order));
        Cost { allocations: counted.count_total, events: step.events.len(), effects: step.effects.len() }
    }
}

/// What is known of a card once it was used.
fn card() -> Details {
    let text = |text: &str| Some(text.into());
    Details {
        card_brand: text("VISA"),
        card_no: text("411111******1111"),
        eci: text("05"),
        ..Details::default()
    }
}

fn paid(number: usize) -> Fact {
    let mut seen = payment_seen(PaymentWord::Success);
    seen.details = card();
    Fact::Payment {
        names: names(number),
        source: antom_domain::order::Source::Notification,
        seen: Box::new(seen),
    }
}

/// The main transitions of an order with one attempt.
pub fn transitions() -> Vec<Transition> {
    let begun = Story::begin();
    let mut opened = begun.clone();
    opened.open(1, Integration::Session, "CARD", Automatic);
    let mut waiting = opened.clone();
    waiting.hand_out(1);
    let mut succeeded = waiting.clone();
    succeeded.says(paid(1));
    let mut captured = succeeded.clone();
    captured.says(own_capture(1, CaptureWord::Success));
    let mut refunding = captured.clone();
    refunding.command(&refund_command(1, "REFUND-1", 1_400)).unwrap();
    let mut cancelling = waiting.clone();
    cancelling.command(&cancel_command(1)).unwrap();
    let mut held = Story::with_open_card(Manual);
    held.says(paid(1));
    let open = open_attempt(1, Integration::Session, "CARD", Automatic);
    let fact = |name, before: &Story, facts: Vec<Fact>, most| Transition {
        name,
        before: before.clone(),
        input: Input::Facts(facts),
        most,
    };
    let command = |name, before: &Story, command, most| Transition {
        name,
        before: before.clone(),
        input: Input::Command(command),
        most,
    };
    vec![
        fact(
            "the session's answer",
            &opened,
            vec![payment(1, antom_domain::order::Source::Answer, PaymentWord::Accepted), session(1)],
            10,
        ),
        fact("pending", &waiting, vec![notified(1, PaymentWord::Pending)], 10),
        fact("payment success", &waiting, vec![paid(1)], 10),
        fact("capture success", &succeeded, vec![own_capture(1, CaptureWord::Success)], 10),
        fact("refund success", &refunding, vec![refund(1, "REFUND-1", RefundWord::Success, usd(1_400))], 10),
        fact("cancel confirmed", &cancelling, vec![cancel(1, CancelWord::Confirmed)], 10),
        fact("a repeated fact", &captured, vec![paid(1)], 10),
        command("open an attempt", &begun, Command::OpenAttempt(Box::new(open)), 90),
        command("capture", &held, capture_command(1, "CAP-1"), 10),
        command("cancel", &waiting, cancel_command(1), 10),
        command("refund", &captured, refund_command(1, "REFUND-1", 1_400), 24),
    ]
}
