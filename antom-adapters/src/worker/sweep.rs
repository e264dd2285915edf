//! The sweep: looks at the orders and notifications now and then, and has erased what has had its time.
//! What that is, is the domain's; here is only when it looks, slowly enough that nobody waits for it.

use std::time::Duration;

use antom_domain::service::{Erasing, Swept, Terms};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::pause;

/// Between two pages of one turn.
const BETWEEN_PAGES: Duration = Duration::from_millis(500);
/// Between two turns: what is kept for days goes within an hour of its time.
const BETWEEN_TURNS: Duration = Duration::from_hours(1);

/// The running sweep.
#[derive(Debug)]
pub struct Sweeper {
    stop: watch::Sender<bool>,
    task: Option<JoinHandle<()>>,
}

impl Sweeper {
    /// Starts on the current runtime; without a storage that can erase there is nothing to do.
    pub fn start(erasing: Option<Erasing>, terms: Terms) -> Sweeper {
        let (stop, stopped) = watch::channel(false);
        let task = erasing.map(|erasing| tokio::spawn(run(erasing, terms, stopped)));
        Sweeper { stop, task }
    }

    /// Stops after the page that it looks at.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        if let Some(task) = self.task
            && let Err(error) = task.await
        {
            tracing::error!(%error, "the sweep ended badly");
        }
    }
}

async fn run(erasing: Erasing, terms: Terms, mut stopped: watch::Receiver<bool>) {
    let (mut orders, mut notifications) = (None, None);
    while !*stopped.borrow() {
        let has_more_orders = look_at_orders(&erasing, &terms, &mut orders).await;
        let has_more = look_at_notifications(&erasing, &terms, &mut notifications).await || has_more_orders;
        let time = if has_more { BETWEEN_PAGES } else { BETWEEN_TURNS };
        tokio::select! {
            () = pause(time) => {}
            _ = stopped.changed() => {}
        }
    }
}

/// Looks at the next page of orders, and tells whether there are more. Each turn begins with the oldest.
async fn look_at_orders(erasing: &Erasing, terms: &Terms, cursor: &mut Option<String>) -> bool {
    match erasing.sweep_orders(terms, cursor.clone()).await {
        Ok(Swept { orders, next }) => {
            if orders > 0 {
                tracing::info!(orders, "personal data of old orders erased");
            }
            *cursor = next;
        }
        Err(error) => {
            tracing::error!(%error, "personal data of old orders cannot be erased");
            *cursor = None;
        }
    }
    cursor.is_some()
}

/// Looks at the next page of notifications, and tells whether there are more. What was looked at has no body any more.
async fn look_at_notifications(erasing: &Erasing, terms: &Terms, cursor: &mut Option<String>) -> bool {
    match erasing.sweep_notifications(terms, cursor.clone()).await {
        Ok(page) => {
            if page.dropped > 0 {
                tracing::info!(notifications = page.dropped, "bodies of old notifications dropped");
            }
            *cursor = page.next.or(cursor.take());
            page.has_more
        }
        Err(error) => {
            tracing::error!(%error, "bodies of old notifications cannot be dropped");
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use antom_core::id::{ReferenceBuyerId, ReferenceOrderId};
    use antom_core::money::{Currency, Money};
    use antom_core::time::Timestamp;
    use antom_domain::order::{Erased, NewOrder, Policy};
    use antom_domain::service::{Books, Orders};
    use antom_domain::testing::{MemoryStore, ScriptedGateway, SetClock, ports};

    use super::*;

    fn order(number: usize) -> NewOrder {
        NewOrder {
            reference_order_id: ReferenceOrderId::parse(format!("ORDER-{number}")).unwrap(),
            amount: Money::from_minor(Currency::parse("USD").unwrap(), 1_000).unwrap(),
            description: "One coffee for Jane".to_owned(),
            reference_buyer_id: ReferenceBuyerId::parse("JANE").unwrap(),
            details: Default::default(),
        }
    }

    #[tokio::test]
    async fn what_has_had_its_time_is_erased_without_being_asked_for() {
        let clock = Arc::new(SetClock::new(Timestamp::from_epoch_millis(1_795_000_000_000)));
        let store = Arc::new(MemoryStore::new());
        let ports = ports(&store, Arc::new(ScriptedGateway::default()), clock.clone());
        let books =
            Books::new(ports, Arc::new(Policy::new("https://shop.example/n", "https://shop.example/r/")));
        let orders = Orders::new(books.clone());
        orders.create(&order(1)).await.unwrap();
        clock.advance(Duration::from_hours(24));
        orders.create(&order(2)).await.unwrap();

        let terms = Terms { orders: Some(Duration::from_hours(24)), ..Terms::default() };
        let sweeper = Sweeper::start(Some(Erasing::new(books.clone(), store)), terms);
        // Nothing in memory waits for anything but its turn.
        for _ in 0..1_000 {
            tokio::task::yield_now().await;
        }
        sweeper.stop().await;

        let erased = async |number| books.load(&order(number).reference_order_id).await.unwrap().order.erased;
        assert_eq!(erased(1).await, Some(Erased::Everything));
        assert_eq!(erased(2).await, None, "it is too young");
    }
}
