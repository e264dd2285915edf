//! The merchant in the model: the real order, with a number for each different state that it can have.
//! What happens to it, and in which order, is the model's.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use antom_core::id::PaymentRequestId;
use antom_core::outcome::CaptureMode;
use antom_domain::cancel::CancelPhase;
use antom_domain::order::{
    CallSubject, CancelWord, CaptureWord, Command, Fact, GatewayCall, Integration, Names, Order, PaymentWord,
    RefundWord, Report, Source, Step,
};
use antom_domain::payment::PaymentPhase;

use super::words::{
    at, inquired, inquired_capture, names, notified, nth_cancel, open_attempt, own_capture, payment, policy,
    refund, request_id, session, usd,
};

/// What the gateway holds for one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Held {
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
pub(super) enum Call {
    Open(usize),
    Cancel(usize, u32),
    Refund(usize),
    Inquire(usize),
}

/// Something on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Message {
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
pub(super) enum Event {
    Open(usize),
    Answer(Call, Held),
    Notice(usize, Held),
    NoAnswer(Call),
}

/// An order as the space knows it: each different one has a number, so that states compare and hash at once.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) order: Order,
    pub(super) questions: Vec<usize>,
    pub(super) shippable: Option<usize>,
}

pub(super) type Book = u32;

/// Every order that was reached, and where each event leads from it.
#[derive(Debug, Default)]
pub(super) struct Library {
    books: Vec<Arc<Known>>,
    numbers: HashMap<String, Book>,
    turns: HashMap<(Book, Event), Turn>,
}

/// Another order and the calls that the step wished; `None` where the order refuses.
pub(super) type Turn = Option<(Book, Vec<Call>)>;

pub(super) static LIBRARY: LazyLock<Mutex<Library>> = LazyLock::new(Mutex::default);

impl Library {
    pub(super) fn number(&mut self, order: Order) -> Book {
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

    pub(super) fn turn(&mut self, book: Book, event: Event) -> Turn {
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

pub(super) fn known(book: Book) -> Arc<Known> {
    Arc::clone(&LIBRARY.lock().unwrap().books[book as usize])
}

pub(super) fn step_of(order: &Order, event: Event) -> Option<Step> {
    let facts = match event {
        Event::Open(attempt) => return opened(order, attempt),
        Event::Answer(call, held) => facts_of_answer(call, held),
        Event::Notice(attempt, held) => facts_of_notice(attempt, held),
        Event::NoAnswer(call) => vec![Fact::Report { subject: subject_of(call), report: Report::MaybeSent }],
    };
    Some(order.absorb(&facts, at(0), &policy()))
}

pub(super) fn attempt_of(call: Call) -> usize {
    match call {
        Call::Open(attempt) | Call::Cancel(attempt, _) | Call::Refund(attempt) | Call::Inquire(attempt) => {
            attempt
        }
    }
}

pub(super) fn number_of(subject: &CallSubject) -> usize {
    if *subject.payment_request_id() == request_id(1) { 1 } else { 2 }
}

pub(super) fn call_of(call: &GatewayCall) -> Option<Call> {
    let attempt = number_of(&call.subject);
    match &call.subject {
        CallSubject::Open { .. } => Some(Call::Open(attempt)),
        CallSubject::Cancel { number, .. } => Some(Call::Cancel(attempt, *number)),
        CallSubject::Refund { .. } => Some(Call::Refund(attempt)),
        // Questions are asked by the rhythm of the poll loop.
        _ => None,
    }
}

pub(super) fn subject_of(call: Call) -> CallSubject {
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

pub(super) fn wants(order: &Order, call: Call) -> bool {
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
pub(super) fn facts_of_answer(call: Call, held: Held) -> Vec<Fact> {
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

pub(super) fn facts_of_inquiry(attempt: usize, held: Held) -> Vec<Fact> {
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

pub(super) fn facts_of_notice(attempt: usize, held: Held) -> Vec<Fact> {
    match held {
        Held::Authorized => vec![notified(attempt, PaymentWord::Success)],
        Held::Captured => vec![own_capture(attempt, CaptureWord::Success)],
        Held::Failed => vec![notified(attempt, PaymentWord::Failure)],
        _ => Vec::new(),
    }
}

pub(super) fn opened(order: &Order, attempt: usize) -> Option<Step> {
    let open = open_attempt(attempt, Integration::Session, "CARD", CaptureMode::Automatic);
    order.decide(&Command::OpenAttempt(Box::new(open)), at(0), &policy()).ok()
}
