//! Reads facts from what the gateway said: answers, inquiries and notifications.
//! Whether a fact is believed is left to `order`; nothing here knows what we expect.

mod answer;
mod inquiry;
mod notification;
mod word;

pub use answer::answer;
pub use notification::{NotificationReading, hint, notification, notification_keys};
