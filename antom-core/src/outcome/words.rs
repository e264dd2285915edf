//! The gateway's enumerated words; each enum keeps words that it does not list.
//! What a phase of ours makes of them is left to the domain.

use crate::open_enum;

open_enum! {
    /// How a call went. It speaks of the call; a payment's state is its [`PaymentStatus`].
    pub enum ResultStatus {
        /// Done as asked.
        Success = "S",
        /// Refused; final for the request id.
        Failure = "F",
        /// In progress, or nobody knows.
        Unknown = "U",
    }
}

open_enum! {
    /// State of a payment in an inquiry, and of one entry of its `transactions`.
    pub enum PaymentStatus {
        /// Paid or authorized; stays so after refunds.
        Success = "SUCCESS",
        /// Not paid; the reason is in `paymentResultCode`.
        Fail = "FAIL",
        /// Cancelled by the merchant; never turns into success.
        Cancelled = "CANCELLED",
        /// The buyer or the issuer is still acting.
        Processing = "PROCESSING",
        /// The buyer has done their part, the payment method is still settling (vouchers, bank transfers).
        Pending = "PENDING",
    }
}

impl PaymentStatus {
    /// Whether the status can no longer change; false for a word that is not listed.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Success | Self::Fail | Self::Cancelled)
    }
}

open_enum! {
    /// Kind of an entry in the `transactions` of an inquiry.
    pub enum TransactionType {
        /// A sale without a separate authorization.
        Payment = "PAYMENT",
        /// Money reserved.
        Authorization = "AUTHORIZATION",
        /// Reserved money taken.
        Capture = "CAPTURE",
        /// Money given back.
        Refund = "REFUND",
        /// The payment closed by the merchant.
        Cancel = "CANCEL",
        /// Reserved money released.
        Void = "VOID",
        /// The reserved amount raised.
        Incremental = "INCREMENTAL",
    }
}

open_enum! {
    /// Whether a risk review holds an authorized payment back, beside its `paymentStatus`.
    pub enum AuthReviewStatus {
        /// Under review: neither capture nor ship.
        Processing = "PROCESSING",
        /// Released.
        Accept = "ACCEPT",
        /// Refused: the payment is to be cancelled.
        Reject = "REJECT",
    }
}

open_enum! {
    /// State of a refund; it decides, not the result of the call or of the notification.
    pub enum RefundStatus {
        /// The money has been returned.
        Success = "SUCCESS",
        /// Refused; a new refund id may try again.
        Fail = "FAIL",
        /// On its way.
        Processing = "PROCESSING",
    }
}

impl RefundStatus {
    /// Whether the status can no longer change; false for a word that is not listed.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Success | Self::Fail)
    }
}

open_enum! {
    /// Who captures an authorized payment; absent or empty means the gateway.
    pub enum CaptureMode {
        /// The gateway captures by itself, about two seconds after the authorization.
        Automatic = "AUTOMATIC",
        /// The merchant must capture within seven days.
        Manual = "MANUAL",
    }
}

open_enum! {
    /// What a notification is about; they are routed by it, never by the path they come to.
    pub enum NotifyType {
        /// The payment succeeded (a card: is authorized) or failed.
        PaymentResult = "PAYMENT_RESULT",
        /// The payment is still in process, although the result says success.
        PaymentPending = "PAYMENT_PENDING",
        /// The capture succeeded or failed.
        CaptureResult = "CAPTURE_RESULT",
        /// The refund ended; read `refundStatus`.
        RefundResult = "REFUND_RESULT",
        /// The authorized amount was raised, or not.
        UpdateAmountResult = "UPDATE_AMOUNT_RESULT",
    }
}

open_enum! {
    /// Where the buyer's client runs.
    pub enum TerminalType {
        /// A browser on a PC.
        Web = "WEB",
        /// A browser on a phone.
        Wap = "WAP",
        /// The merchant's app.
        App = "APP",
        /// A small app inside another app.
        MiniApp = "MINI_APP",
    }
}

open_enum! {
    /// Operating system of the buyer's phone; asked for with [`TerminalType::Wap`] and [`TerminalType::App`].
    pub enum OsType {
        /// Apple.
        Ios = "IOS",
        /// Google and others.
        Android = "ANDROID",
    }
}
