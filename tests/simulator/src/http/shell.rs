//! What all parts of the shell share: the gateway, the clock, the keys, and the task that lets due things happen.
//! Posting a notification is in `delivery`, answering a request in `gateway_api` and `control`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};

use super::antom_keys::AntomKeys;
use super::archive::Archive;
use super::clients::{Clients, PublicKey};
use super::clock::{Clock, ClockMode};
use super::keys::{Keys, KeysError};
use super::state::{State, StateError, StateFile};
use super::tasks::Tasks;
use super::wait::pause;
use crate::core::{Gateway, ScenarioBook, Time};

#[derive(Debug)]
pub(crate) struct Shell {
    pub(crate) clock: Clock,
    pub(crate) keys: Keys,
    pub(crate) antom_keys: AntomKeys,
    pub(crate) clients: Clients,
    pub(crate) tasks: Tasks,
    pub(crate) poster: reqwest::Client,
    pub(crate) allow_remote: bool,
    /// The gateway's own web SDK, for the page to try it on.
    pub(crate) web_sdk: Option<String>,
    /// Scenarios that can be started by name.
    pub(crate) scenario_book: ScenarioBook,
    /// Settlement files.
    pub(crate) archive: Archive,
    gateway: Mutex<Gateway>,
    snapshots: Mutex<BTreeMap<String, Gateway>>,
    /// Wakes the task that lets due things happen.
    due: Notify,
    /// How many notifications are on their way.
    under_way: watch::Sender<usize>,
    /// Counts everything that somebody may wait for.
    changes: watch::Sender<u64>,
    advancing: tokio::sync::Mutex<()>,
    /// Where the state outlives the process, if it does.
    state_file: Mutex<Option<StateFile>>,
}

/// What a shell is made of.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) clock: Clock,
    pub(crate) keys: Keys,
    pub(crate) identities: Identities,
    pub(crate) poster: reqwest::Client,
    pub(crate) allow_remote: bool,
    pub(crate) web_sdk: Option<String>,
    pub(crate) scenario_book: ScenarioBook,
    pub(crate) archive: Archive,
    pub(crate) gateway: Gateway,
    pub(crate) state_file: Option<StateFile>,
}

/// Who may call, and with which keys the gateway answers.
#[derive(Debug)]
pub(crate) struct Identities {
    clients: Clients,
    antom_keys: AntomKeys,
}

impl Identities {
    /// Those of the keys folder.
    pub(crate) fn of(keys: &Keys) -> Result<Self, KeysError> {
        let clients = Clients::default();
        clients.add(&keys.client_id, PublicKey::from_text(&keys.merchant_public_pem)?);
        clients.add_api_key(&keys.client_id, keys.gateway_api_key()?);
        let antom_keys = AntomKeys::new(Arc::clone(&keys.antom), keys.antom_public_pem.clone());
        Ok(Self { clients, antom_keys })
    }

    /// Those of a saved state, as they were at its end.
    pub(crate) fn resumed(keys: &Keys, state: &State) -> Result<Self, KeysError> {
        let own = (Arc::clone(&keys.antom), keys.antom_public_pem.clone());
        let antom_keys = AntomKeys::resumed(own.0, own.1, &state.antom_keys, state.antom_key_in_use)?;
        Ok(Self { clients: Clients::of(state.clients.clone()), antom_keys })
    }
}

impl Shell {
    pub(crate) fn new(parts: Parts) -> Self {
        Self {
            clock: parts.clock,
            keys: parts.keys,
            antom_keys: parts.identities.antom_keys,
            clients: parts.identities.clients,
            tasks: Tasks::new(),
            poster: parts.poster,
            allow_remote: parts.allow_remote,
            web_sdk: parts.web_sdk,
            scenario_book: parts.scenario_book,
            archive: parts.archive,
            gateway: Mutex::new(parts.gateway),
            snapshots: Mutex::new(BTreeMap::new()),
            due: Notify::new(),
            under_way: watch::Sender::new(0),
            changes: watch::Sender::new(0),
            advancing: tokio::sync::Mutex::new(()),
            state_file: Mutex::new(parts.state_file),
        }
    }

    /// Works on the gateway at the present moment; notifications that come of it go out.
    pub(crate) fn work<T>(self: &Arc<Self>, work: impl FnOnce(&mut Gateway, Time) -> T) -> T {
        let (outcome, sends) = {
            let mut gateway = self.gateway.lock().unwrap_or_else(PoisonError::into_inner);
            let now = self.clock.now().max(gateway.now());
            let outcome = work(&mut gateway, now);
            (outcome, gateway.take_sends())
        };
        self.dispatch(sends);
        self.due.notify_one();
        self.changes.send_modify(|count| *count = count.wrapping_add(1));
        outcome
    }

    /// Looks at the gateway without changing it.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&Gateway) -> T) -> T {
        look(&self.gateway.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Looks at the gateway at the present moment; nothing changes it but what was due.
    pub(crate) fn look_now<T>(self: &Arc<Self>, look: impl FnOnce(&Gateway) -> T) -> T {
        self.catch_up(|gateway| look(gateway)).0
    }

    /// Lets happen what is due by now, and tells when the next thing is due.
    fn catch_up<T>(self: &Arc<Self>, look: impl FnOnce(&Gateway) -> T) -> (T, Option<Time>) {
        let (outcome, sends, next, moved) = {
            let mut gateway = self.gateway.lock().unwrap_or_else(PoisonError::into_inner);
            let now = self.clock.now().max(gateway.now());
            let moved = gateway.next_due().is_some_and(|due| due <= now);
            gateway.run_to(now);
            (look(&gateway), gateway.take_sends(), gateway.next_due(), moved)
        };
        self.dispatch(sends);
        if moved {
            self.changed();
        }
        (outcome, next)
    }

    /// Lets due things happen whenever they are due, for ever.
    pub(crate) async fn run(self: Arc<Self>) {
        loop {
            let ((), next) = self.catch_up(|_| ());
            match next.and_then(|next| self.clock.real_wait(next)) {
                Some(wait) => {
                    tokio::select! {
                        () = pause(wait) => {}
                        () = self.due.notified() => {}
                    }
                }
                None => self.due.notified().await,
            }
        }
    }

    /// Moves the clock on, stopping at every moment at which something is due, until all of it has been answered.
    pub(crate) async fn advance(self: &Arc<Self>, by: Duration) -> Time {
        let _one_at_a_time = self.advancing.lock().await;
        let target = self.clock.now().after(by);
        self.clock.hold(self.clock.now());
        loop {
            self.settle().await;
            let (stepped, sends) = {
                let mut gateway = self.gateway.lock().unwrap_or_else(PoisonError::into_inner);
                let due = gateway.next_due().filter(|due| *due <= target);
                self.clock.hold(due.unwrap_or(target).max(self.clock.now()));
                let stepped = gateway.step(target);
                if !stepped {
                    gateway.run_to(target);
                }
                (stepped, gateway.take_sends())
            };
            self.dispatch(sends);
            self.changed();
            if !stepped {
                break;
            }
        }
        self.clock.release();
        self.due.notify_one();
        target
    }

    /// Waits until no notification is on its way.
    async fn settle(&self) {
        let mut under_way = self.under_way.subscribe();
        // The sender lives as long as the shell, so the wait ends only with the count.
        let _settled = under_way.wait_for(|count| *count == 0).await;
    }

    pub(crate) fn set_out(&self) {
        self.under_way.send_modify(|count| *count = count.saturating_add(1));
    }

    pub(crate) fn arrived(&self) {
        self.under_way.send_modify(|count| *count = count.saturating_sub(1));
        self.due.notify_one();
        self.changed();
    }

    /// Counts the changes since the start; it tells that something changed, not what.
    pub(crate) fn changes_so_far(&self) -> u64 {
        *self.changes.borrow()
    }

    pub(crate) fn changed(&self) {
        self.changes.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Waits until `done`, asked again after every change, or until so much real time has passed.
    pub(crate) async fn wait_until(&self, longest: Duration, mut done: impl FnMut() -> bool) {
        let mut changes = self.changes.subscribe();
        let deadline = pause(longest);
        tokio::pin!(deadline);
        loop {
            changes.mark_unchanged();
            if done() {
                return;
            }
            tokio::select! {
                () = &mut deadline => return,
                changed = changes.changed() => if changed.is_err() { return },
            }
        }
    }

    /// Waits until the clock shows a time after `after`, or until so much real time has passed.
    pub(crate) async fn wait_for_time(&self, after: Time, longest: Duration) {
        let next = after.after(Duration::from_millis(1));
        let wait = match self.clock.mode() {
            ClockMode::Real { .. } => self.clock.real_wait(next).unwrap_or(longest).min(longest),
            ClockMode::Manual => longest,
        };
        self.wait_until(wait, || self.clock.now() > after).await;
    }

    /// Writes the state after changes, at most once a second, until there is no file for it.
    pub(crate) async fn keep_state(self: Arc<Self>) {
        let mut changes = self.changes.subscribe();
        changes.mark_changed();
        while self.state_file().is_some() && changes.changed().await.is_ok() {
            let shell = Arc::clone(&self);
            let written = tokio::task::spawn_blocking(move || shell.write_state()).await;
            if let Ok(Err(error)) = written {
                // The next change brings the next attempt; at the end it is an error.
                tracing::error!(%error, "the state is not saved");
            }
            pause(Duration::from_secs(1)).await;
        }
    }

    /// Writes the state, unless nothing has changed since it was last written.
    pub(crate) fn write_state(&self) -> Result<(), StateError> {
        let mut file = self.state_file();
        let Some(file) = file.as_mut() else { return Ok(()) };
        let changes = *self.changes.borrow();
        file.write(changes, || {
            Ok(State {
                client_id: self.keys.client_id.clone(),
                clock: self.clock.now(),
                clients: self.clients.registry(),
                antom_keys: self.antom_keys.private_keys()?,
                antom_key_in_use: self.antom_keys.current(),
                gateway: self.look(Gateway::saved),
            })
        })
    }

    /// Writes the state for the last time and leaves the file to others.
    pub(crate) fn end_state(&self) -> Result<(), StateError> {
        let written = self.write_state();
        self.state_file().take();
        written
    }

    fn state_file(&self) -> MutexGuard<'_, Option<StateFile>> {
        self.state_file.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a copy of the gateway under a name.
    pub(crate) fn snapshot(&self, name: &str) {
        let copy = self.look(Clone::clone);
        self.snapshots.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), copy);
    }

    /// The names of the copies and the times that they hold.
    pub(crate) fn snapshots(&self) -> Vec<(String, Time)> {
        let kept = self.snapshots.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().map(|(name, copy)| (name.clone(), copy.now())).collect()
    }

    /// Puts the copy back, with its time; `None` if there is no such name.
    pub(crate) fn restore(&self, name: &str) -> Option<Time> {
        let mut copy = self.snapshots.lock().unwrap_or_else(PoisonError::into_inner).get(name)?.clone();
        let at = copy.now();
        {
            let mut gateway = self.gateway.lock().unwrap_or_else(PoisonError::into_inner);
            copy.renew(gateway.generation);
            *gateway = copy;
        }
        self.clock.hold(at);
        self.clock.release();
        self.due.notify_one();
        self.changed();
        Some(at)
    }
}
