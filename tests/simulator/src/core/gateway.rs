//! The gateway: its books, its timers and the state of it all, in virtual time that the caller tells.
//! Requests come in by `calls`; signatures, sockets and waiting are left to the shell.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::amount;
use super::arrangement::Arrangements;
use super::checkout::Checkouts;
use super::contract::Contract;
use super::faults::Faults;
use super::fingerprint::Fingerprint;
use super::journal::Journal;
use super::names::{Name, Names};
use super::notifications::{Notification, Send};
use super::payment::Payment;
use super::random::Random;
use super::reply::Refusal;
use super::saved::pairs;
use super::scenarios::Scenario;
use super::time::Time;
use super::timings::{Timings, millis};
use super::tokens::Tokens;
use super::traffic::Traffic;
use super::vaulting::Vaultings;
use super::verdicts::Verdicts;

/// What a gateway is made with.
#[derive(Clone, Debug)]
pub struct GatewaySettings {
    /// Decides ids and faults.
    pub seed: u64,
    /// Where the gateway's own pages are, for `normalUrl` and logos, without a final slash.
    pub base_url: String,
    /// How many journal entries are kept.
    pub journal: usize,
    /// Whether amounts 9901 to 9904 have the meaning that the vendor's mock host gives them.
    pub magic_amounts: bool,
    /// Whether fields that the gateway does not know are refused; the real one passes over them.
    pub strict_wire: bool,
}

impl Default for GatewaySettings {
    fn default() -> Self {
        Self {
            seed: 1,
            base_url: "http://127.0.0.1:4010".to_owned(),
            journal: 1_000,
            magic_amounts: false,
            strict_wire: false,
        }
    }
}

/// Something that happens later.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum Timer {
    CloseUnpaid { payment: usize },
    BringResult { payment: usize },
    DecideReview { payment: usize },
    CompleteCapture { payment: usize, capture: usize },
    ExpireAuthorization { payment: usize },
    CompleteIncrement { payment: usize, increment: usize },
    CompleteRefund { payment: usize, refund: usize },
    ReturnLate { payment: usize },
    CloseVaulting { vaulting: usize },
    Notify { notification: usize },
}

/// The ids of one client, each kind a namespace of its own (T-2). The maps are looked up in and never walked, since
/// their order is not the same twice.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Books {
    #[serde(skip)]
    pub(crate) by_request: HashMap<Name, usize>,
    #[serde(skip)]
    pub(crate) by_payment: HashMap<Name, usize>,
    /// Capture request ids, with the fingerprint of their request, the amount and what came of it.
    pub(crate) captures: HashMap<Name, Claim>,
    pub(crate) refunds: HashMap<Name, Claim>,
    pub(crate) increments: HashMap<Name, Claim>,
    #[serde(skip)]
    pub(crate) refunds_by_id: HashMap<Name, (usize, usize)>,
    #[serde(skip)]
    pub(crate) vaultings: HashMap<Name, usize>,
}

/// What a request id was used for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Claim {
    pub(crate) digest: Fingerprint,
    pub(crate) payment: usize,
    #[serde(with = "amount::code")]
    pub(crate) currency: amount::Code,
    pub(crate) amount: u64,
    /// Which capture, refund or raise of the payment.
    pub(crate) outcome: Result<usize, Refusal>,
}

/// Something that a merchant must never do, and did.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Violation {
    pub(crate) client: String,
    pub(crate) rule: Cow<'static, str>,
    pub(crate) id: String,
}

/// Antom's side of the wire, as data. Every field, here and below, is saved, unless it says `skip` and `saved` makes it
/// again; a type that cannot be saved does not compile.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Gateway {
    pub(crate) now: Time,
    #[serde(skip)]
    pub(crate) settings: GatewaySettings,
    pub(crate) timings: Timings,
    pub(crate) random: Random,
    pub(crate) payments: Vec<Payment>,
    pub(crate) books: BTreeMap<Name, Books>,
    #[serde(skip)]
    pub(crate) names: Names,
    pub(crate) checkouts: Checkouts,
    pub(crate) tokens: Tokens,
    pub(crate) vaultings: Vaultings,
    pub(crate) arrangements: Arrangements,
    pub(crate) notifications: Vec<Notification>,
    #[serde(skip)]
    pub(crate) outgoing: Vec<Send>,
    pub(crate) faults: Faults,
    pub(crate) scenarios: Vec<Scenario>,
    /// What was set for a client; the others have the default.
    pub(crate) contracts: BTreeMap<String, Contract>,
    pub(crate) violations: BTreeSet<Violation>,
    pub(crate) traffic: Traffic,
    pub(crate) verdicts: Verdicts,
    pub(crate) journal: Journal,
    #[serde(with = "pairs")]
    timers: BTreeMap<(Time, u64), Timer>,
    armed: u64,
    ids: u64,
    /// Tells sends of before a reset from those after it.
    pub(crate) generation: u64,
}

impl Gateway {
    /// A gateway without payments at this point in time.
    pub fn new(settings: GatewaySettings, now: Time) -> Self {
        Self {
            now,
            timings: Timings::default(),
            random: Random::new(settings.seed),
            payments: Vec::new(),
            books: BTreeMap::new(),
            names: Names::default(),
            checkouts: Checkouts::default(),
            tokens: Tokens::default(),
            vaultings: Vaultings::default(),
            arrangements: Arrangements::default(),
            notifications: Vec::new(),
            outgoing: Vec::new(),
            faults: Faults::none(settings.seed.rotate_left(17)),
            scenarios: Vec::new(),
            contracts: BTreeMap::new(),
            violations: BTreeSet::new(),
            traffic: Traffic::default(),
            verdicts: Verdicts::default(),
            journal: Journal::new(settings.journal),
            timers: BTreeMap::new(),
            armed: 0,
            ids: 0,
            generation: 0,
            settings,
        }
    }

    /// The latest point in time that this gateway was told of.
    pub fn now(&self) -> Time {
        self.now
    }

    /// How long a merchant may take to acknowledge, in real time.
    pub fn notification_timeout(&self) -> Duration {
        millis(self.timings.notification_timeout_ms)
    }

    /// When the next thing happens by itself.
    pub fn next_due(&self) -> Option<Time> {
        self.timers.first_key_value().map(|((at, _), _)| *at)
    }

    /// Lets everything happen that is due at the earliest due moment not after `limit`; `false` if nothing is.
    pub fn step(&mut self, limit: Time) -> bool {
        let Some(due) = self.next_due().filter(|due| *due <= limit) else { return false };
        self.now = self.now.max(due);
        while let Some(entry) = self.timers.first_entry() {
            if entry.key().0 > due {
                break;
            }
            let timer = entry.remove();
            self.fire(timer);
        }
        true
    }

    /// Lets everything happen that is due until `at`, in order, and makes `at` the present.
    pub fn run_to(&mut self, at: Time) {
        while self.step(at) {}
        self.now = self.now.max(at);
    }

    /// The notifications to send since this was last asked.
    pub fn take_sends(&mut self) -> Vec<Send> {
        std::mem::take(&mut self.outgoing)
    }

    fn fire(&mut self, timer: Timer) {
        match timer {
            Timer::CloseUnpaid { payment } => self.close_unpaid(payment),
            Timer::BringResult { payment } => self.bring_result(payment),
            Timer::DecideReview { payment } => self.decide_review(payment),
            Timer::CompleteCapture { payment, capture } => {
                self.complete_capture(payment, capture);
            }
            Timer::ExpireAuthorization { payment } => self.expire_authorization(payment),
            Timer::CompleteIncrement { payment, increment } => self.complete_increment(payment, increment),
            Timer::CompleteRefund { payment, refund } => {
                self.complete_refund(payment, refund);
            }
            Timer::ReturnLate { payment } => self.return_late(payment),
            Timer::CloseVaulting { vaulting } => self.close_vaulting(vaulting),
            Timer::Notify { notification } => self.send_scheduled(notification),
        }
    }

    pub(crate) fn arm(&mut self, at: Time, timer: Timer) {
        self.armed = self.armed.saturating_add(1);
        self.timers.insert((at, self.armed), timer);
    }

    /// A new id of the gateway: the day, random digits and a running number, so that none comes twice.
    pub(crate) fn new_id(&mut self) -> Name {
        self.ids = self.ids.saturating_add(1);
        format!("{}{:014}{:010}", self.now.day_digits(), self.random.digits(14), self.ids).into()
    }

    pub(crate) fn books_of(&mut self, client: &str) -> &mut Books {
        self.books.entry(self.names.of(client)).or_default()
    }

    /// Adds a finding about the merchant, once.
    pub(crate) fn violation(&mut self, client: &str, rule: &'static str, id: &str) {
        let violation = Violation { client: client.to_owned(), rule: rule.into(), id: id.to_owned() };
        self.violations.insert(violation);
    }

    /// Forgets payments, notifications, faults, scenarios, verdicts and the journal; timings and contracts go back to the
    /// documented ones.
    pub fn reset(&mut self) {
        let generation = self.generation;
        *self = Self::new(self.settings.clone(), self.now);
        self.renew(generation);
    }

    /// Makes sure that the outcome of a send of another state, up to this generation, is not taken for one of this.
    pub(crate) fn renew(&mut self, generation: u64) {
        self.generation = self.generation.max(generation).saturating_add(1);
    }
}
