//! The gateway's messages, typed field by field; what is not known here survives a round trip.
//! Sending and verifying is left to `antom-http`, the meaning of an answer to the domain.
//!
//! Three laws hold for every message:
//! - A member that is not listed stays in `unknown` and is printed again.
//! - A listed member of an answer or notification whose value has an unexpected type (`null`, an object where
//!   text belongs) also stays in `unknown`, and reads as absent: one odd field never hides a payment's outcome.
//!   Booleans and integers are read from JSON values and from strings alike.
//! - Debug output shows neither tokens nor personal data.
//!
//! ```
//! use antom_core::wire::Notification;
//! use antom_core::NotifyType;
//!
//! let body = r#"{"notifyType":"PAYMENT_RESULT","result":{"resultCode":"SUCCESS","resultStatus":"S"},
//!     "paymentAmount":{"currency":"SGD","value":"4200"},"somethingNew":[1]}"#;
//! let notification: Notification = serde_json::from_str(body)?;
//! assert_eq!(notification.notify_type, Some(NotifyType::PaymentResult));
//! let amount = notification.payment_amount.as_ref().map(|amount| amount.to_money());
//! assert_eq!(amount.transpose()?.map(|money| money.to_string()).as_deref(), Some("SGD 42.00"));
//! assert!(serde_json::to_string(&notification)?.contains(r#""somethingNew":[1]"#));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[macro_use]
mod message;
mod amount;
mod cancel;
mod capture;
mod card;
mod consult;
mod create_payment_session;
mod inquiry_payment;
mod inquiry_refund;
mod member;
mod method;
mod notification;
mod order;
mod pay;
mod redirect;
mod refund;
mod result;
mod result_info;
mod terminal;
mod transaction;
mod validate;

pub use amount::{Amount, Quote};
pub use cancel::{CancelRequest, CancelResponse};
pub use capture::{CaptureRequest, CaptureResponse};
pub use card::{CardFeatures, MpiData};
pub use consult::{
    ConsultRequest, ConsultResponse, Logo, PaymentOption, PaymentOptionDetail, SupportCardBrand,
};
pub use create_payment_session::{CreatePaymentSessionRequest, CreatePaymentSessionResponse};
pub use inquiry_payment::{InquiryPaymentRequest, InquiryPaymentResponse};
pub use inquiry_refund::{InquiryRefundRequest, InquiryRefundResponse};
pub use method::{CreditPayPlan, PaymentFactor, PaymentMethod, ProductCode, SettlementStrategy};
pub use notification::{Acknowledgement, Notification};
pub use order::{Address, Buyer, Goods, Order, Shipping, UserName};
pub use pay::{PayRequest, PayResponse};
pub use redirect::{ChallengeActionForm, CodeDetail, OrderCodeForm, RedirectActionForm};
pub use refund::{RefundRequest, RefundResponse};
pub use result_info::{AcquirerInfo, CardInfo, PaymentResultInfo, PspCustomerInfo, ThreeDsResult};
pub use terminal::{BrowserInfo, Env};
pub use transaction::Transaction;
pub use validate::{FieldError, FieldErrors, FieldRule};
