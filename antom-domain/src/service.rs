//! Services over the ports: commands, notifications, the dispatcher, inquiries,
//! reminders, publishing and erasing.
//! They need no runtime of their own; when they run is left to the worker and the inbound adapters.

mod books;
mod dispatcher;
mod erasing;
mod inquiries;
mod notifications;
mod orders;
mod publishing;
mod queues;
mod reminders;

pub use books::{Books, BooksError, Ports};
pub use dispatcher::{Dispatched, Dispatcher};
pub use erasing::{Erasal, Erasing, ErasingError, Swept, Terms};
pub use inquiries::{Asked, AskedForCard, Inquiries};
pub use notifications::{Notifications, Receipt};
pub use orders::{CommandError, Created, Executed, Orders};
pub use publishing::{Published, Publishing};
pub use reminders::Reminders;
