//! Money in minor units with its ISO 4217 currency; checked operations only.
//! Rules of single contracts and payment methods' maxima are left to the gateway.

mod amount;
mod currency;
mod error;
mod table;

pub use amount::Money;
pub use currency::Currency;
pub use error::{CurrencyError, MoneyError};
