//! The members of a notification that decide: what it is about, for which ids, how it went. Texts are borrowed.
//! Every other member, and what follows from any of them, is left to the full message and the domain.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use antom_core::wire::Amount;
use antom_core::{AuthReviewStatus, Money, MoneyError, NotifyType, RefundStatus, ResultStatus};
use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::notification::NotificationRefused;

/// A kind of value that is read where it fits, and left out where it does not: an odd member never makes a message unreadable.
trait Part<'de>: Sized {
    fn of_text(_text: Cow<'de, str>) -> Option<Self> {
        None
    }

    fn of_object<A: MapAccess<'de>>(map: A) -> Result<Option<Self>, A::Error> {
        skip(map).map(|()| None)
    }
}

/// Defines an object of which some members are read; one that comes twice is refused, whatever its values are.
macro_rules! head {
    (
        $(#[$meta:meta])*
        pub struct $name:ident $(<$life:lifetime>)? {
            $( $(#[$field_meta:meta])* $field:ident : $type:ty = $wire:literal, )+
        }
    ) => {
        $(#[$meta])*
        #[non_exhaustive]
        pub struct $name $(<$life>)? {
            $( $(#[$field_meta])* pub $field: Option<$type>, )+
        }

        impl<'de> Part<'de> for head!(@with_de $name $($life)?) {
            fn of_object<A: MapAccess<'de>>(mut map: A) -> Result<Option<Self>, A::Error> {
                $( let mut $field = None; )+
                while let Some(name) = map.next_key_seed(Name(&[$($wire),+]))? {
                    match name {
                        $( Some($wire) => once::<$type, A>(&mut $field, $wire, &mut map)?, )+
                        _ => drop(map.next_value::<IgnoredAny>()?),
                    }
                }
                Ok(Some(Self { $( $field: $field.flatten(), )+ }))
            }
        }
    };
    (@with_de $name:ident) => { $name };
    (@with_de $name:ident $life:lifetime) => { $name<'de> };
}

head! {
    /// What a notification is about, for which ids, and how it went, borrowed from its body.
    ///
    /// A member is `None` if it is absent, or has another type than the one given here; the full message keeps what it then
    /// is. Both readings agree on every member that is listed here.
    ///
    /// Equal amounts are not checked here, and a success is none where `notify_type` is not a result, or where
    /// `auth_review_status` holds the payment back: deciding is left to the receiver.
    #[derive(Clone, PartialEq, Eq)]
    pub struct NotificationHead<'a> {
        /// What it is about; `PAYMENT_PENDING` comes with a result of success and is none.
        notify_type: NotifyType = "notifyType",
        /// How it went; of a refund `refund_status` decides instead.
        result: ResultHead<'a> = "result",
        /// The outcome of a refund.
        refund_status: RefundStatus = "refundStatus",
        /// A review that holds the payment back.
        auth_review_status: AuthReviewStatus = "authReviewStatus",
        /// The merchant's id of the attempt.
        payment_request_id: Cow<'a, str> = "paymentRequestId",
        /// The gateway's id of the payment; absent in refund notifications.
        payment_id: Cow<'a, str> = "paymentId",
        /// The merchant's id of the capture, or one that the gateway made for an automatic capture.
        capture_request_id: Cow<'a, str> = "captureRequestId",
        /// The gateway's id of the capture.
        capture_id: Cow<'a, str> = "captureId",
        /// The merchant's id of the refund.
        refund_request_id: Cow<'a, str> = "refundRequestId",
        /// The gateway's id of the refund.
        refund_id: Cow<'a, str> = "refundId",
        /// The merchant's id of a raised amount.
        update_request_id: Cow<'a, str> = "updateRequestId",
        /// Amount of the payment.
        payment_amount: AmountHead<'a> = "paymentAmount",
        /// What was, or was to be, captured.
        capture_amount: AmountHead<'a> = "captureAmount",
        /// What is given back.
        refund_amount: AmountHead<'a> = "refundAmount",
    }
}

head! {
    /// Status and code of a result.
    #[derive(Clone, PartialEq, Eq)]
    pub struct ResultHead<'a> {
        /// Success, failure or unknown.
        result_status: ResultStatus = "resultStatus",
        /// Why, as a word; its meaning depends on what was notified.
        result_code: Cow<'a, str> = "resultCode",
    }
}
