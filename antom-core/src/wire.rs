//! The gateway's messages, typed field by field; what is not known here survives a round trip.
//! Sending and verifying is left to `antom-http`, the meaning of an answer to the domain.
//!
//! Three laws hold for every message:
//! - A member that is not listed stays in `unknown` and is printed again.
//! - A listed member of an answer or notification whose value has an unexpected type (`null`, an object where
//!   text belongs, half a message) also stays in `unknown`, and reads as absent: one odd field never hides a
//!   payment's outcome. Booleans and integers are read from JSON values and from strings alike.
//! - Debug output shows neither tokens nor personal data, and no error shows a value.
//!
//! # Operations
//! Requests take what they need in their constructor; `validate` names every fault before sending. An answer's
//! members may all be absent. Pages are below `docs.antom.com/ac/`.
//!
//! | operation | request | answer | page |
//! |---|---|---|---|
//! | createPaymentSession | [`CreatePaymentSessionRequest`] | [`CreatePaymentSessionResponse`] | `ams/session_cashier` |
//! | retrievePaymentSession | [`RetrievePaymentSessionRequest`] | [`RetrievePaymentSessionResponse`] | published models |
//! | consult | [`ConsultRequest`] | [`ConsultResponse`] | `ams/consult` |
//! | pay | [`PayRequest`] | [`PayResponse`] | `ams/payment_cashier` |
//! | inquiryPayment | [`InquiryPaymentRequest`] | [`InquiryPaymentResponse`] | `ams/paymentri_online` |
//! | capture | [`CaptureRequest`] | [`CaptureResponse`] | `ams/capture` |
//! | updateAmount | [`UpdateAmountRequest`] | [`UpdateAmountResponse`] | published models |
//! | cancel | [`CancelRequest`] | [`CancelResponse`] | `ams/paymentc_online` |
//! | refund | [`RefundRequest`] | [`RefundResponse`] | `ams/refund_online` |
//! | inquiryRefund | [`InquiryRefundRequest`] | [`InquiryRefundResponse`] | `ams/ir_online` |
//! | inquireInstallment | [`InquireInstallmentRequest`] | [`InquireInstallmentResponse`] | published models |
//! | inquireExchangeRate | [`InquireExchangeRateRequest`] | [`InquireExchangeRateResponse`] | published models |
//! | createVaultingSession | [`CreateVaultingSessionRequest`] | [`CreateVaultingSessionResponse`] | published models |
//! | vaultPaymentMethod | [`VaultPaymentMethodRequest`] | [`VaultPaymentMethodResponse`] | published models |
//! | inquireVaulting | [`InquireVaultingRequest`] | [`InquireVaultingResponse`] | published models |
//! | inquireToken | [`InquireTokenRequest`] | [`InquireTokenResponse`] | published models |
//! | updateToken | [`UpdateTokenRequest`] | [`UpdateTokenResponse`] | published models |
//! | deleteToken | [`DeleteTokenRequest`] | [`DeleteTokenResponse`] | published models |
//!
//! "Published models" are those of the gateway's official program libraries; a test compares every message
//! with them, field by field. [`Message::description`] tells the members of any message.
//!
//! # Notifications
//! All kinds come as one [`Notification`], which [`Notification::kind`] tells apart; pages
//! `ams/paymentrn_online`, `ams/notify_capture`, `ams/notify_refund`, `ams/notify_vaulting`, `ams/notify_dispute`.
//!
//! ```
//! use antom_core::wire::{Notification, NotificationKind};
//!
//! let body = r#"{"notifyType":"PAYMENT_RESULT","result":{"resultCode":"SUCCESS","resultStatus":"S"},
//!     "paymentAmount":{"currency":"SGD","value":"4200"},"somethingNew":[1]}"#;
//! let notification: Notification = serde_json::from_str(body)?;
//! assert_eq!(notification.kind(), NotificationKind::Payment);
//! let amount = notification.payment_amount.as_ref().map(|amount| amount.to_money());
//! assert_eq!(amount.transpose()?.map(|money| money.to_string()).as_deref(), Some("SGD 42.00"));
//! assert!(serde_json::to_string(&notification)?.contains(r#""somethingNew":[1]"#));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Card features
//! Typed values for `paymentMethodMetaData`. Card data itself is refused: the gateway's own pages collect it.
//!
//! ```
//! use antom_core::wire::{Address, CardFeatures, PaymentMethod};
//!
//! let features = CardFeatures::default().with_3ds(true).billed_to(Address::new("SG"));
//! let method = PaymentMethod::card().with_card_features(features);
//! assert_eq!(
//!     serde_json::to_string(&method)?,
//!     r#"{"paymentMethodType":"CARD","paymentMethodMetaData":{"billingAddress":{"region":"SG"},"is3DSAuthentication":true}}"#
//! );
//! # Ok::<(), serde_json::Error>(())
//! ```

#[macro_use]
mod message;
mod amount;
mod cancel;
mod capture;
mod card;
mod client_event;
mod consult;
mod create_payment_session;
mod customized_info;
mod describe;
mod inquire_exchange_rate;
mod inquire_installment;
mod inquiry_payment;
mod inquiry_refund;
mod member;
mod merchant;
mod method;
mod notification;
mod order;
mod pay;
mod payment_method_detail;
mod promotion;
mod read;
mod redirect;
mod refund;
mod result;
mod result_info;
mod retrieve_payment_session;
mod risk;
mod subscription;
mod terminal;
mod token;
mod transaction;
mod travel;
mod update_amount;
mod validate;
mod vaulting;
pub mod words;

pub use amount::{Amount, Quote};
pub use cancel::{CancelRequest, CancelResponse};
pub use capture::{CaptureRequest, CaptureResponse};
pub use card::{CardFeatures, MpiData, RecurringType, StorageAgreement};
pub use client_event::{ClientEvent, ClientEventResult, SubmitArgument, SubmitResult};
pub use consult::{
    AmountLimit, AmountLimitInfo, ConsultRequest, ConsultResponse, Logo, PaymentEvaluation,
    PaymentMethodInfo, PaymentOption, PaymentOptionDetail, SupportBank, SupportCardBrand,
};
pub use create_payment_session::{CreatePaymentSessionRequest, CreatePaymentSessionResponse};
pub use customized_info::{AgreementInfo, CustomizedInfo, PaymentVerificationData};
pub use describe::{MemberDescription, MemberKind, Message, MessageDescription};
pub use inquire_exchange_rate::{
    CurrencyPair, InquireExchangeRateRequest, InquireExchangeRateResponse, PaymentQuote,
};
pub use inquire_installment::{
    InquireInstallmentRequest, InquireInstallmentResponse, Installment, InstallmentBank, InstallmentBanks,
    Plan,
};
pub use inquiry_payment::{InquiryPaymentRequest, InquiryPaymentResponse};
pub use inquiry_refund::{InquiryRefundRequest, InquiryRefundResponse};
pub use merchant::{Merchant, Store};
pub use method::{
    AvailablePaymentMethod, CreditPayPlan, PaymentFactor, PaymentMethod, PaymentMethodTypeItem, ProductCode,
    SettlementStrategy,
};
pub use notification::{Acknowledgement, Notification, NotificationKind};
pub use order::{
    Address, Buyer, Declaration, DeliveryEstimate, DeliveryEstimateInfo, Gaming, Goods, Order, Shipping,
    UserName,
};
pub use pay::{PayRequest, PayResponse};
pub use payment_method_detail::{
    CouponDetail, DiscountDetail, ExternalAccount, PaymentMethodDetail, VaultingCard, Wallet,
};
pub use promotion::{Discount, InterestFree, PromotionInfo, PromotionResult};
pub use read::{read, with_whole_characters};
pub use redirect::{ChallengeActionForm, CodeDetail, OrderCodeForm, RedirectActionForm};
pub use refund::{RefundDetail, RefundRequest, RefundResponse, RefundToBankInfo, SplitDetail};
pub use result_info::{AcquirerInfo, CardInfo, PaymentResultInfo, PspCustomerInfo, ThreeDsResult};
pub use retrieve_payment_session::{RetrievePaymentSessionRequest, RetrievePaymentSessionResponse};
pub use risk::{
    CardVerificationResult, PopRiskDecisionResultInfo, RiskAddress, RiskBuyer, RiskData, RiskEnv, RiskOrder,
    RiskSignal, RiskThreeDsResult,
};
pub use subscription::{
    AutomaticTax, BillingDiscount, BillingSubscription, BillingTrialSettings, PaymentAttempt, PeriodRule,
    RetryInfo, SubscriptionInfo, SubscriptionPlan, Trial, TrialPhase, TrialPlan,
};
pub use terminal::{BrowserInfo, Env};
pub use token::{
    DeleteTokenRequest, DeleteTokenResponse, InquireTokenRequest, InquireTokenResponse, UpdateTokenRequest,
    UpdateTokenResponse,
};
pub use transaction::Transaction;
pub use travel::{AncillaryData, AncillaryService, Leg, Lodging, Passenger, Transit};
pub use update_amount::{UpdateAmountRequest, UpdateAmountResponse};
pub use validate::{FieldError, FieldErrors, FieldRule};
pub use vaulting::{
    CreateVaultingSessionRequest, CreateVaultingSessionResponse, InquireVaultingRequest,
    InquireVaultingResponse, VaultPaymentMethodRequest, VaultPaymentMethodResponse,
};
