//! A small model, visited whole: one order, two attempts, two losses, two duplicates, one crash.
//! The merchant is the real order; the gateway is a few lines of its own. Long random stories are simulated elsewhere.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "the model is made of constants; a mistake in it must stop the proof, not be carried on"
)]

mod words;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, LazyLock, Mutex};

use antom_core::id::PaymentRequestId;
use antom_core::outcome::CaptureMode;
use antom_domain::cancel::CancelPhase;
use antom_domain::order::{
    CallSubject, CancelWord, CaptureWord, Command, Fact, GatewayCall, Integration, Names, Order, PaymentWord,
    RefundWord, Report, Role, Source, Step,
};
use antom_domain::payment::PaymentPhase;
use stateright::{Checker, Expectation, Model, Property};
use words::{
    at, inquired, inquired_capture, names, new_order, notified, nth_cancel, open_attempt, own_capture,
    payment, policy, refund, request_id, session, usd,
};

/// What the gateway holds for one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Held {
    Unknown,
    Processing,
    Authorized,
    Captured,
    Failed,
    Cancelled,
    Refunded,
}

/// A call of the merchant; the number is the attempt's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Call {
    Open(usize),
    Cancel(usize, u32),
    Refund(usize),
    Inquire(usize),
}

/// Something on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Message {
    Request(Call),
    /// A request whose sender no longer listens: a copy, or one of before the crash.
    Orphan(Call),
    /// An answer with what the gateway held when it was written.
    Answer(Call, Held),
    /// A notification: what the gateway held of the attempt.
    Notice(usize, Held),
}

/// Something that happens to the order itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Event {
    Open(usize),
    Answer(Call, Held),
    Notice(usize, Held),
    NoAnswer(Call),
}

/// An order as the space knows it: each different one has a number, so that states compare and hash at once.
#[derive(Debug)]
struct Known {
    order: Order,
    questions: Vec<usize>,
    shippable: Option<usize>,
}

type Book = u32;

/// Every order that was reached, and where each event leads from it.
#[derive(Debug, Default)]
struct Library {
    books: Vec<Arc<Known>>,
    numbers: HashMap<String, Book>,
    turns: HashMap<(Book, Event), Turn>,
}

/// Another order and the calls that the step wished; `None` where the order refuses.
type Turn = Option<(Book, Vec<Call>)>;

static LIBRARY: LazyLock<Mutex<Library>> = LazyLock::new(Mutex::default);

impl Library {
    fn number(&mut self, order: Order) -> Book {
        let text = serde_json::to_string(&order).unwrap();
        if let Some(number) = self.numbers.get(&text) {
            return *number;
        }
        let number = u32::try_from(self.books.len()).unwrap();
        let questions = order.questions().iter().map(|question| number_of(&question.subject)).collect();
        let paid_by = |id: &PaymentRequestId| if *id == request_id(1) { 1 } else { 2 };
        let shippable = order.shippable().ok().map(|shippable| paid_by(shippable.payment_request_id()));
        self.books.push(Arc::new(Known { order, questions, shippable }));
        self.numbers.insert(text, number);
        number
    }

    fn turn(&mut self, book: Book, event: Event) -> Turn {
        if let Some(turn) = self.turns.get(&(book, event)) {
            return turn.clone();
        }
        let known = Arc::clone(&self.books[book as usize]);
        let turn = step_of(&known.order, event).map(|step| {
            let mut order = known.order.clone();
            step.events.iter().for_each(|event| order.apply(event, at(0)));
            (self.number(order), step.effects.iter().filter_map(call_of).collect())
        });
        self.turns.insert((book, event), turn.clone());
        turn
    }
}

fn known(book: Book) -> Arc<Known> {
    Arc::clone(&LIBRARY.lock().unwrap().books[book as usize])
}

fn step_of(order: &Order, event: Event) -> Option<Step> {
    let facts = match event {
        Event::Open(attempt) => return opened(order, attempt),
        Event::Answer(call, held) => facts_of_answer(call, held),
        Event::Notice(attempt, held) => facts_of_notice(attempt, held),
        Event::NoAnswer(call) => vec![Fact::Report { subject: subject_of(call), report: Report::MaybeSent }],
    };
    Some(order.absorb(&facts, at(0), &policy()))
}

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

fn attempt_of(call: Call) -> usize {
    match call {
        Call::Open(attempt) | Call::Cancel(attempt, _) | Call::Refund(attempt) | Call::Inquire(attempt) => {
            attempt
        }
    }
}

fn number_of(subject: &CallSubject) -> usize {
    if *subject.payment_request_id() == request_id(1) { 1 } else { 2 }
}

fn call_of(call: &GatewayCall) -> Option<Call> {
    let attempt = number_of(&call.subject);
    match &call.subject {
        CallSubject::Open { .. } => Some(Call::Open(attempt)),
        CallSubject::Cancel { number, .. } => Some(Call::Cancel(attempt, *number)),
        CallSubject::Refund { .. } => Some(Call::Refund(attempt)),
        // Questions are asked by the rhythm of the poll loop.
        _ => None,
    }
}

fn subject_of(call: Call) -> CallSubject {
    let payment_request_id = request_id(attempt_of(call));
    match call {
        Call::Open(_) => CallSubject::Open { payment_request_id },
        Call::Cancel(_, number) => CallSubject::Cancel { payment_request_id, number },
        Call::Refund(attempt) => CallSubject::Refund {
            payment_request_id,
            refund_request_id: format!("PAY-{attempt}-surplus").parse().unwrap(),
        },
        Call::Inquire(_) => CallSubject::Inquire { payment_request_id },
    }
}

fn wants(order: &Order, call: Call) -> bool {
    let Some(attempt) = order.attempt(&request_id(attempt_of(call))) else { return false };
    match call {
        Call::Open(_) => {
            attempt.handed_out_at.is_none()
                && attempt.cancels.is_empty()
                && matches!(
                    attempt.payment.phase,
                    PaymentPhase::Opening | PaymentPhase::InDoubt | PaymentPhase::AwaitingPayer
                )
        }
        Call::Cancel(_, number) => {
            usize::try_from(number) == Ok(attempt.cancels.len())
                && attempt.cancels.last().is_some_and(|cancel| {
                    matches!(cancel.phase, CancelPhase::Requested | CancelPhase::InDoubt)
                })
        }
        Call::Refund(_) => attempt.has_open_refund(),
        Call::Inquire(_) => false,
    }
}

/// What an answer says, as facts. The gateway speaks of what it held when it wrote the answer.
fn facts_of_answer(call: Call, held: Held) -> Vec<Fact> {
    let attempt = attempt_of(call);
    match call {
        Call::Open(_) => match held {
            Held::Processing => {
                vec![payment(attempt, Source::Answer, PaymentWord::Accepted), session(attempt)]
            }
            Held::Failed => vec![payment(attempt, Source::Answer, PaymentWord::Failure)],
            _ => vec![payment(attempt, Source::Answer, PaymentWord::Unknown)],
        },
        Call::Cancel(_, number) => {
            let word = match held {
                Held::Cancelled | Held::Failed => CancelWord::Confirmed,
                Held::Captured | Held::Refunded => CancelWord::Refused,
                Held::Unknown | Held::Processing | Held::Authorized => CancelWord::Unknown,
            };
            vec![nth_cancel(attempt, number, word)]
        }
        Call::Refund(_) => {
            let word = if held == Held::Refunded { RefundWord::Success } else { RefundWord::Failure };
            vec![refund(attempt, &format!("PAY-{attempt}-surplus"), word, usd(4_200))]
        }
        Call::Inquire(_) => facts_of_inquiry(attempt, held),
    }
}

fn facts_of_inquiry(attempt: usize, held: Held) -> Vec<Fact> {
    let seen = |word| inquired(attempt, word);
    match held {
        Held::Unknown => {
            let Fact::Payment { source, seen, .. } = seen(PaymentWord::NotFound) else { return Vec::new() };
            let names = Names { payment_id: None, ..names(attempt) };
            vec![Fact::Payment { names, source, seen }]
        }
        Held::Processing => vec![seen(PaymentWord::Processing)],
        Held::Authorized => {
            vec![seen(PaymentWord::Success), inquired_capture(attempt, CaptureWord::Processing)]
        }
        Held::Captured | Held::Refunded => {
            vec![seen(PaymentWord::Success), inquired_capture(attempt, CaptureWord::Success)]
        }
        Held::Failed => vec![seen(PaymentWord::Failure)],
        Held::Cancelled => vec![seen(PaymentWord::Cancelled)],
    }
}

fn facts_of_notice(attempt: usize, held: Held) -> Vec<Fact> {
    match held {
        Held::Authorized => vec![notified(attempt, PaymentWord::Success)],
        Held::Captured => vec![own_capture(attempt, CaptureWord::Success)],
        Held::Failed => vec![notified(attempt, PaymentWord::Failure)],
        _ => Vec::new(),
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

fn opened(order: &Order, attempt: usize) -> Option<Step> {
    let open = open_attempt(attempt, Integration::Session, "CARD", CaptureMode::Automatic);
    order.decide(&Command::OpenAttempt(Box::new(open)), at(0), &policy()).ok()
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
