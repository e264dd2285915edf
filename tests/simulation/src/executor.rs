//! Runs futures on one thread in virtual time: whoever waits is woken in an order that only the seed decides.
//! Dropping all futures of an owner at once is how a process dies between any two of its steps.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// Whose future it is: 0 is the world, which does not die; every other number is an instance of the merchant.
pub type Owner = u32;

/// The world itself.
pub const WORLD: Owner = 0;

type Job = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What everybody in the simulation may do with time and tasks.
#[derive(Clone)]
pub struct Handle(Arc<Shared>);

struct Shared {
    now: AtomicI64,
    plans: Mutex<Plans>,
}

#[derive(Default)]
struct Plans {
    ready: VecDeque<Slot>,
    timers: BTreeMap<(i64, u64), Waker>,
    sequence: u64,
    spawned: Vec<(Owner, Job)>,
    killed: Vec<Owner>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Slot {
    index: usize,
    /// Tells the future in this place from earlier ones.
    number: u64,
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").field("now", &self.now()).finish_non_exhaustive()
    }
}

impl Handle {
    /// Virtual time, in milliseconds since 1970.
    pub fn now(&self) -> i64 {
        self.0.now.load(Ordering::Relaxed)
    }

    /// Waits so many milliseconds of virtual time; zero does not wait at all.
    pub fn sleep(&self, ms: u64) -> Sleep {
        self.sleep_until(self.now().saturating_add(i64::try_from(ms).unwrap_or(i64::MAX)))
    }

    /// Waits until this moment.
    pub fn sleep_until(&self, at: i64) -> Sleep {
        Sleep { shared: Arc::clone(&self.0), at, is_armed: false }
    }

    /// Starts a future.
    pub fn spawn(&self, owner: Owner, job: impl Future<Output = ()> + Send + 'static) {
        self.plans().spawned.push((owner, Box::pin(job)));
    }

    /// Drops every future of this owner, wherever it waits.
    pub fn kill(&self, owner: Owner) {
        self.plans().killed.push(owner);
    }

    fn plans(&self) -> MutexGuard<'_, Plans> {
        self.0.plans.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits until a moment of virtual time.
#[must_use = "it only waits when it is awaited"]
pub struct Sleep {
    shared: Arc<Shared>,
    at: i64,
    is_armed: bool,
}

impl fmt::Debug for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sleep").field("at", &self.at).finish_non_exhaustive()
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.shared.now.load(Ordering::Relaxed) >= self.at {
            return Poll::Ready(());
        }
        if !self.is_armed {
            self.is_armed = true;
            let mut plans = self.shared.plans.lock().unwrap_or_else(PoisonError::into_inner);
            plans.sequence = plans.sequence.wrapping_add(1);
            let key = (self.at, plans.sequence);
            plans.timers.insert(key, context.waker().clone());
        }
        Poll::Pending
    }
}

struct TaskWaker {
    slot: Slot,
    shared: Arc<Shared>,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let mut plans = self.shared.plans.lock().unwrap_or_else(PoisonError::into_inner);
        if !plans.ready.contains(&self.slot) {
            plans.ready.push_back(self.slot);
        }
    }
}

struct Task {
    owner: Owner,
    number: u64,
    job: Job,
    waker: Waker,
}

/// The futures of one simulation.
pub struct Executor {
    handle: Handle,
    tasks: Vec<Option<Task>>,
    free: Vec<usize>,
    number: u64,
}

impl fmt::Debug for Executor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Executor").field("handle", &self.handle).finish_non_exhaustive()
    }
}

impl Executor {
    /// Nothing runs yet; virtual time stands at `now`.
    pub fn new(now: i64) -> Executor {
        let shared = Shared { now: AtomicI64::new(now), plans: Mutex::default() };
        Executor { handle: Handle(Arc::new(shared)), tasks: Vec::new(), free: Vec::new(), number: 0 }
    }

    /// The handle for those who take part.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Lets everybody run who can run at this moment.
    pub fn settle(&mut self) {
        loop {
            self.change_hands();
            let next = self.handle.plans().ready.pop_front();
            match next {
                Some(slot) => self.poll(slot),
                None => return,
            }
        }
    }

    /// When somebody wants to be woken next.
    pub fn next_wake(&self) -> Option<i64> {
        self.handle.plans().timers.first_key_value().map(|((at, _), _)| *at)
    }

    /// Moves time on to `at` and wakes those who waited for it.
    pub fn advance_to(&mut self, at: i64) {
        self.handle.0.now.fetch_max(at, Ordering::Relaxed);
        let now = self.handle.now();
        loop {
            let waker = {
                let mut plans = self.handle.plans();
                match plans.timers.first_entry() {
                    Some(entry) if entry.key().0 <= now => entry.remove(),
                    _ => return,
                }
            };
            waker.wake();
        }
    }

    /// How many futures there are of this owner.
    pub fn count_of(&self, owner: Owner) -> usize {
        self.tasks.iter().flatten().filter(|task| task.owner == owner).count()
    }

    fn change_hands(&mut self) {
        let (spawned, killed) = {
            let mut plans = self.handle.plans();
            (std::mem::take(&mut plans.spawned), std::mem::take(&mut plans.killed))
        };
        for owner in killed {
            self.drop_all_of(owner);
        }
        for (owner, job) in spawned {
            self.start(owner, job);
        }
    }

    fn drop_all_of(&mut self, owner: Owner) {
        for index in 0..self.tasks.len() {
            let place = self.tasks.get_mut(index);
            if let Some(place) = place.filter(|place| place.as_ref().is_some_and(|task| task.owner == owner))
            {
                *place = None;
                self.free.push(index);
            }
        }
    }

    fn start(&mut self, owner: Owner, job: Job) {
        let index = self.free.pop().unwrap_or(self.tasks.len());
        self.number = self.number.wrapping_add(1);
        let slot = Slot { index, number: self.number };
        let waker = Waker::from(Arc::new(TaskWaker { slot, shared: Arc::clone(&self.handle.0) }));
        let task = Some(Task { owner, number: self.number, job, waker });
        match self.tasks.get_mut(index) {
            Some(place) => *place = task,
            None => self.tasks.push(task),
        }
        self.handle.plans().ready.push_back(slot);
    }

    fn poll(&mut self, slot: Slot) {
        let Some(place) = self.tasks.get_mut(slot.index) else { return };
        let Some(task) = place.as_mut().filter(|task| task.number == slot.number) else { return };
        let waker = task.waker.clone();
        if task.job.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
            *place = None;
            self.free.push(slot.index);
        }
    }
}

/// Rings for one who waits; a ring that nobody waits for is kept.
#[derive(Debug, Default)]
pub struct Bell(Mutex<Rung>);

#[derive(Debug, Default)]
struct Rung {
    is_rung: bool,
    waker: Option<Waker>,
}

impl Bell {
    /// Rings.
    pub fn ring(&self) {
        let waker = {
            let mut rung = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            rung.is_rung = true;
            rung.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Waits for a ring, or for the moment `until` if there is one.
    pub async fn wait(&self, handle: &Handle, until: Option<i64>) {
        let mut sleep = until.map(|at| handle.sleep_until(at));
        std::future::poll_fn(|context| {
            {
                let mut rung = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                if std::mem::take(&mut rung.is_rung) {
                    return Poll::Ready(());
                }
                rung.waker = Some(context.waker().clone());
            }
            match sleep.as_mut() {
                Some(sleep) => Pin::new(sleep).poll(context),
                None => Poll::Pending,
            }
        })
        .await;
    }
}

/// Where a result is put by a future that may die before.
#[derive(Debug)]
pub struct Promise<T>(Arc<Mutex<Pledge<T>>>);

#[derive(Debug)]
struct Pledge<T> {
    value: Option<T>,
    is_over: bool,
    waker: Option<Waker>,
}

/// Keeps a promise, or breaks it when it is dropped.
#[derive(Debug)]
pub struct Keeper<T>(Arc<Mutex<Pledge<T>>>);

/// A promise and who has to keep it.
pub fn promise<T>() -> (Keeper<T>, Promise<T>) {
    let pledge = Arc::new(Mutex::new(Pledge { value: None, is_over: false, waker: None }));
    (Keeper(Arc::clone(&pledge)), Promise(pledge))
}

impl<T> Keeper<T> {
    /// Keeps the promise.
    pub fn keep(self, value: T) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).value = Some(value);
    }
}

impl<T> Drop for Keeper<T> {
    fn drop(&mut self) {
        let waker = {
            let mut pledge = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            pledge.is_over = true;
            pledge.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<T> Future for Promise<T> {
    /// `None` when whoever had to keep the promise died.
    type Output = Option<T>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        let mut pledge = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if pledge.is_over {
            return Poll::Ready(pledge.value.take());
        }
        pledge.waker = Some(context.waker().clone());
        Poll::Pending
    }
}
