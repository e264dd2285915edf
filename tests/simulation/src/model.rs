//! A small model, visited whole: one order, two attempts, two losses, two duplicates, one crash.
//! The merchant is the real order; the gateway is a few lines of its own. Long random stories are simulated elsewhere.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "the model is made of constants; a mistake in it must stop the proof, not be carried on"
)]

mod merchant;
mod words;

use std::collections::BTreeSet;

use antom_domain::order::{Order, Role};
use antom_domain::payment::PaymentPhase;
use stateright::{Checker, Expectation, Model, Property};

use self::merchant::{Book, Call, Event, Held, LIBRARY, Message, attempt_of, known, opened, wants};
use self::words::{at, new_order, request_id};

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct State {
    book: Book,
    /// Durable calls that still want an answer.
    outbox: BTreeSet<Call>,
    held: [Held; 2],
    /// Which attempts were taken back before the money was captured, and after.
    wire: Vec<Message>,
    losses: u8,
    copies: u8,
    crashes: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Open(usize),
    Send(Call),
    Ask(usize),
    Deliver(Message),
    Lose(Message),
    Copy(Message),
    Crash,
    BuyerPays(usize),
    BuyerFails(usize),
    Capture(usize),
}

/// How much may go wrong.
struct Whole {
    losses: u8,
    copies: u8,
    crashes: u8,
}

impl State {
    fn put(&mut self, message: Message) {
        self.wire.push(message);
        self.wire.sort_unstable();
    }

    fn take(&mut self, message: Message) {
        let place = self.wire.iter().position(|known| *known == message).unwrap();
        self.wire.remove(place);
    }

    fn holds(&self, attempt: usize) -> Held {
        self.held[attempt - 1]
    }

    fn is_under_way(&self, call: Call) -> bool {
        self.wire
            .iter()
            .any(|message| matches!(message, Message::Request(one) | Message::Answer(one, _) if *one == call))
    }

    /// Whether a call about this attempt is under way: nobody inquires before it is answered or lost.
    fn is_talking_about(&self, attempt: usize) -> bool {
        self.wire.iter().any(|message| {
            matches!(message, Message::Request(call) | Message::Answer(call, _) if attempt_of(*call) == attempt)
        })
    }

    /// Makes what follows from an event durable: the order, and the calls that it wishes.
    fn keep(&mut self, event: Event) {
        let turn = LIBRARY.lock().unwrap().turn(self.book, event);
        let Some((book, calls)) = turn else { return };
        self.book = book;
        self.outbox.extend(calls);
        let now = known(book);
        self.outbox.retain(|call| wants(&now.order, *call));
    }

    /// The call takes effect at the gateway; what the gateway then holds is the answer.
    fn perform(&mut self, call: Call) -> Held {
        let attempt = attempt_of(call);
        let before = self.holds(attempt);
        let after = match (call, before) {
            (Call::Open(_), Held::Unknown) => Held::Processing,
            (Call::Cancel(..), Held::Processing | Held::Authorized) => Held::Cancelled,
            (Call::Refund(_), Held::Captured) => Held::Refunded,
            (_, held) => held,
        };
        self.held[attempt - 1] = after;
        after
    }

    fn change(&mut self, attempt: usize, to: Held) {
        self.held[attempt - 1] = to;
        self.put(Message::Notice(attempt, to));
    }

    /// A request that nobody waits for and that can never take effect any more is as good as arrived.
    fn forget_what_is_over(&mut self) {
        let held = self.held;
        self.wire.retain(|message| match message {
            Message::Orphan(call) => {
                let held = held[attempt_of(*call) - 1];
                match call {
                    Call::Open(_) => held == Held::Unknown,
                    Call::Cancel(..) => matches!(held, Held::Unknown | Held::Processing | Held::Authorized),
                    Call::Refund(_) => !matches!(held, Held::Failed | Held::Cancelled | Held::Refunded),
                    Call::Inquire(_) => false,
                }
            }
            _ => true,
        });
    }

    /// Nothing moves and nothing is awaited.
    fn is_at_rest(&self) -> bool {
        self.wire.is_empty() && self.outbox.is_empty() && known(self.book).questions.is_empty()
    }
}

impl Model for Whole {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let (order, _) = Order::create(&new_order(), at(0)).unwrap();
        vec![State {
            book: LIBRARY.lock().unwrap().number(order),
            outbox: BTreeSet::new(),
            held: [Held::Unknown; 2],
            wire: Vec::new(),
            losses: self.losses,
            copies: self.copies,
            crashes: self.crashes,
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        let known = known(state.book);
        let order = &known.order;
        let next = order.attempts.len() + 1;
        if next <= 2 && opened(order, next).is_some() {
            actions.push(Action::Open(next));
        }
        actions.extend(
            state.outbox.iter().filter(|call| !state.is_under_way(**call)).map(|call| Action::Send(*call)),
        );
        for attempt in known.questions.iter().copied() {
            if !state.is_talking_about(attempt) {
                actions.push(Action::Ask(attempt));
            }
        }
        for message in &state.wire {
            actions.push(Action::Deliver(*message));
            // A question that is lost or repeated changes nothing anywhere: it is not counted among the troubles.
            let is_question =
                matches!(message, Message::Request(Call::Inquire(_)) | Message::Answer(Call::Inquire(_), _));
            if state.losses > 0 && !is_question && !matches!(message, Message::Orphan(_)) {
                actions.push(Action::Lose(*message));
            }
            let is_sent = matches!(message, Message::Request(_) | Message::Notice(..));
            if state.copies > 0 && !is_question && is_sent {
                actions.push(Action::Copy(*message));
            }
        }
        if state.crashes > 0 && !state.wire.is_empty() {
            actions.push(Action::Crash);
        }
        for attempt in [1, 2] {
            let is_handed_out =
                order.attempt(&request_id(attempt)).is_some_and(|known| known.handed_out_at.is_some());
            match state.holds(attempt) {
                Held::Processing if is_handed_out => {
                    actions.extend([Action::BuyerPays(attempt), Action::BuyerFails(attempt)]);
                }
                // The gateway closes what nobody can pay any more.
                Held::Processing => actions.push(Action::BuyerFails(attempt)),
                Held::Authorized => actions.push(Action::Capture(attempt)),
                _ => {}
            }
        }
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        let mut next = state.clone();
        match action {
            Action::Open(attempt) => next.keep(Event::Open(attempt)),
            Action::Send(call) => next.put(Message::Request(call)),
            Action::Ask(attempt) => next.put(Message::Request(Call::Inquire(attempt))),
            Action::Deliver(message) => {
                next.take(message);
                match message {
                    Message::Request(call) => {
                        let held = next.perform(call);
                        next.put(Message::Answer(call, held));
                    }
                    Message::Orphan(call) => {
                        next.perform(call);
                    }
                    Message::Answer(call, held) => next.keep(Event::Answer(call, held)),
                    Message::Notice(attempt, held) => next.keep(Event::Notice(attempt, held)),
                }
            }
            Action::Lose(message) => {
                next.losses -= 1;
                next.take(message);
                match message {
                    // The caller waits in vain.
                    Message::Request(call) | Message::Answer(call, _) => {
                        next.keep(Event::NoAnswer(call));
                    }
                    Message::Orphan(_) | Message::Notice(..) => {}
                }
            }
            Action::Copy(message) => {
                next.copies -= 1;
                next.put(match message {
                    Message::Request(call) => Message::Orphan(call),
                    other => other,
                });
            }
            Action::Crash => {
                next.crashes -= 1;
                let wire = std::mem::take(&mut next.wire);
                for message in wire {
                    match message {
                        Message::Request(call) => next.put(Message::Orphan(call)),
                        Message::Answer(..) => {}
                        other => next.put(other),
                    }
                }
            }
            Action::BuyerPays(attempt) => next.change(attempt, Held::Authorized),
            Action::BuyerFails(attempt) => next.change(attempt, Held::Failed),
            Action::Capture(attempt) => next.change(attempt, Held::Captured),
        }
        next.forget_what_is_over();
        (next != *state).then_some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("one success at most is kept", |_: &Whole, state: &State| {
                let known = known(state.book);
                let kept = known.order.attempts.iter();
                kept.filter(|attempt| attempt.role == Role::Kept && attempt.holds_money()).count() <= 1
            }),
            Property::always(
                "nothing is shipped that the gateway has not captured",
                |_: &Whole, state: &State| {
                    known(state.book).shippable.is_none_or(|attempt| state.holds(attempt) == Held::Captured)
                },
            ),
            Property::always(
                "at rest one attempt at most holds money, and it is the one that we keep",
                |_: &Whole, state: &State| {
                    let holding: Vec<usize> = [1, 2]
                        .into_iter()
                        .filter(|attempt| matches!(state.holds(*attempt), Held::Authorized | Held::Captured))
                        .collect();
                    let is_kept = |attempt: &usize| {
                        known(state.book)
                            .order
                            .attempt(&request_id(*attempt))
                            .is_some_and(|known| known.role == Role::Kept)
                    };
                    !state.is_at_rest() || (holding.len() <= 1 && holding.iter().all(is_kept))
                },
            ),
            Property::always("at rest both books agree", |_: &Whole, state: &State| {
                !state.is_at_rest()
                    || known(state.book).order.attempts.iter().zip([1, 2]).all(|(attempt, number)| {
                        match (attempt.payment.phase, state.holds(number)) {
                            (PaymentPhase::Succeeded, held) => {
                                matches!(held, Held::Captured | Held::Refunded | Held::Cancelled)
                            }
                            (PaymentPhase::Failed, held) => held == Held::Failed,
                            (PaymentPhase::Cancelled, held) => matches!(held, Held::Cancelled | Held::Failed),
                            _ => false,
                        }
                    })
            }),
            Property::always("whoever is not at rest can go on", |model: &Whole, state: &State| {
                let mut actions = Vec::new();
                model.actions(state, &mut actions);
                actions.retain(|action| !matches!(action, Action::Lose(_) | Action::Copy(_) | Action::Crash));
                state.is_at_rest() || !actions.is_empty()
            }),
            Property::sometimes("the order is paid", |_: &Whole, state: &State| {
                known(state.book).shippable.is_some()
            }),
            Property::sometimes("a surplus is cancelled", |_: &Whole, state: &State| {
                state.is_at_rest()
                    && state.held.contains(&Held::Captured)
                    && state.held.contains(&Held::Cancelled)
            }),
            Property::sometimes("a surplus is refunded", |_: &Whole, state: &State| {
                state.is_at_rest()
                    && state.held.contains(&Held::Captured)
                    && state.held.contains(&Held::Refunded)
            }),
        ]
    }
}

/// What the visit of the whole space brought.
#[derive(Debug, Clone)]
pub struct Visit {
    /// How many different states there are.
    pub states: usize,
    /// How many steps lead between them.
    pub steps: usize,
    /// The longest shortest way.
    pub depth: usize,
    /// The properties that do not hold, each with the way to a state that shows it.
    pub broken: Vec<String>,
}

/// Visits every state that two attempts can reach with so much going wrong.
pub fn visit(losses: u8, copies: u8, crashes: u8) -> Visit {
    let checker = Whole { losses, copies, crashes }.checker().spawn_bfs().join();
    let whole = checker.model();
    let mut broken = Vec::new();
    for property in whole.properties() {
        let discovery = checker.discovery(property.name);
        match (&property.expectation, discovery) {
            (Expectation::Always, Some(path)) => broken.push(format!("{}: {path}", property.name)),
            (Expectation::Sometimes, None) => broken.push(format!("{}: never seen", property.name)),
            _ => {}
        }
    }
    Visit {
        states: checker.unique_state_count(),
        steps: checker.state_count(),
        depth: checker.max_depth(),
        broken,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    //= B-5 test
    #[test]
    fn two_attempts_keep_one_success_and_come_to_rest_whatever_one_loss_does() {
        let visit = visit(1, 0, 0);
        assert_eq!(visit.broken, Vec::<String>::new());
        assert!(visit.states > 10_000, "{visit:?}");
    }
}
