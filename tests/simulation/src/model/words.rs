//! Words for the model: one order, who pays, and what the gateway says.
//! What is believed of it is the domain's.

use antom_core::id::{
    CaptureRequestId, PaymentId, PaymentRequestId, ReferenceBuyerId, ReferenceOrderId, RefundRequestId,
};
use antom_core::money::{Currency, Money};
use antom_core::outcome::{CaptureMode, TerminalType};
use antom_core::time::Timestamp;
use antom_domain::order::{
    CancelWord, CaptureKey, CaptureSeen, CaptureWord, Details, Fact, Handout, Integration, Names, NewOrder,
    OpenAttempt, PaymentSeen, PaymentWord, Policy, RefundWord, ReviewWord, SeenAmount, Source,
};

pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_epoch_millis(1_795_000_000_000 + seconds * 1_000)
}

pub(super) fn usd(minor: u64) -> Money {
    Money::from_minor(Currency::parse("USD").unwrap(), minor).unwrap()
}

pub(super) fn policy() -> Policy {
    Policy::new("https://shop.example/notifications/antom", "https://shop.example/result/")
}

pub(super) fn new_order() -> NewOrder {
    NewOrder {
        reference_order_id: ReferenceOrderId::parse("ORDER-1").unwrap(),
        amount: usd(4_200),
        description: "Two cups".to_owned(),
        reference_buyer_id: ReferenceBuyerId::parse("BUYER-1").unwrap(),
        details: Default::default(),
    }
}

pub(super) fn request_id(number: usize) -> PaymentRequestId {
    PaymentRequestId::parse(format!("PAY-{number}")).unwrap()
}

pub(super) fn open_attempt(
    number: usize,
    integration: Integration,
    method: &str,
    mode: CaptureMode,
) -> OpenAttempt {
    OpenAttempt {
        payment_request_id: request_id(number),
        token: format!("token-{number}"),
        integration,
        payment_method_type: method.to_owned(),
        capture_mode: (method == "CARD").then_some(mode),
        terminal_type: Some(TerminalType::from("WEB")),
        os_type: None,
        client_ip: Some("203.0.113.7".to_owned()),
        idempotency_key: None,
        terms: Default::default(),
    }
}

pub(super) fn names(number: usize) -> Names {
    Names {
        payment_request_id: Some(request_id(number)),
        payment_id: Some(PaymentId::parse(format!("GW-{number}")).unwrap()),
        ..Names::default()
    }
}

pub(super) fn payment_seen(word: PaymentWord) -> PaymentSeen {
    PaymentSeen {
        word,
        amount: SeenAmount::Read(usd(4_200)),
        result_code: None,
        auth_expiry_time: Some(at(7 * 86_400)),
        review: ReviewWord::None,
        details: Details::default(),
    }
}

pub(super) fn payment(number: usize, source: Source, word: PaymentWord) -> Fact {
    Fact::Payment { names: names(number), source, seen: Box::new(payment_seen(word)) }
}

pub(super) fn notified(number: usize, word: PaymentWord) -> Fact {
    payment(number, Source::Notification, word)
}

pub(super) fn inquired(number: usize, word: PaymentWord) -> Fact {
    payment(number, Source::Inquiry, word)
}

pub(super) fn session(number: usize) -> Fact {
    Fact::Handout {
        names: names(number),
        handout: Handout::Session {
            payment_session_data: "a&&b&&c&&ZA==".to_owned(),
            payment_session_id: None,
            expires_at: Some(at(3_600)),
        },
    }
}

/// The gateway's own capture, under an id that it made.
pub(super) fn own_capture(number: usize, word: CaptureWord) -> Fact {
    capture(number, &format!("gateway-made-{number}"), word)
}

/// The gateway's own capture, as an inquiry shows it.
pub(super) fn inquired_capture(number: usize, word: CaptureWord) -> Fact {
    match own_capture(number, word) {
        Fact::Capture { names, seen, .. } => Fact::Capture { names, source: Source::Inquiry, seen },
        other => other,
    }
}

pub(super) fn capture(number: usize, id: &str, word: CaptureWord) -> Fact {
    let capture_request_id = Some(CaptureRequestId::parse(id).unwrap());
    Fact::Capture {
        names: Names { capture_request_id: capture_request_id.clone(), ..names(number) },
        source: Source::Notification,
        seen: Box::new(CaptureSeen {
            key: CaptureKey { capture_request_id, capture_id: None },
            word,
            amount: SeenAmount::Read(usd(4_200)),
            acquirer_reference_no: None,
            result_code: None,
        }),
    }
}

pub(super) fn nth_cancel(number: usize, nth: u32, word: CancelWord) -> Fact {
    Fact::Cancel { names: names(number), number: nth, word, result_code: None }
}

pub(super) fn refund(number: usize, id: &str, word: RefundWord, amount: Money) -> Fact {
    Fact::Refund {
        names: Names { refund_request_id: Some(RefundRequestId::parse(id).unwrap()), ..names(number) },
        word,
        amount: SeenAmount::Read(amount),
        result_code: None,
    }
}
