//! What is read from the gateway's own words: the document's samples and the answers around them.
//! Whether a fact is then believed is told in `scenarios`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod support;

use antom_domain::order::{
    CallSubject, CancelWord, CaptureWord, Fact, Handout, PaymentWord, RefundWord, Report, ReviewWord,
    SeenAmount,
};
use antom_domain::port::{GatewayAnswer, IdKey};
use antom_domain::reading::{NotificationReading, answer, notification, notification_keys};
use support::{request_id, usd};

fn open() -> CallSubject {
    CallSubject::Open { payment_request_id: request_id(1) }
}

fn asked() -> CallSubject {
    CallSubject::Inquire { payment_request_id: request_id(1) }
}

fn pay(json: &str) -> Vec<Fact> {
    answer(&open(), &GatewayAnswer::Pay(Box::new(serde_json::from_str(json).unwrap())))
}

fn inquiry(json: &str) -> Vec<Fact> {
    answer(&asked(), &GatewayAnswer::InquiryPayment(Box::new(serde_json::from_str(json).unwrap())))
}

fn payment_word(facts: &[Fact]) -> Option<PaymentWord> {
    facts.iter().find_map(|fact| match fact {
        Fact::Payment { seen, .. } => Some(seen.word),
        _ => None,
    })
}

fn capture_words(facts: &[Fact]) -> Vec<CaptureWord> {
    facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::Capture { seen, .. } => Some(seen.word),
            _ => None,
        })
        .collect()
}

fn is_unknown(facts: &[Fact]) -> bool {
    matches!(facts, [Fact::Report { report: Report::MaybeSent, .. }])
}

//= I-4 test
#[test]
fn the_result_of_a_capture_decides_and_not_its_transaction_status() {
    let entry = |result: &str| {
        format!(
            r#"{{"transactions":[{{"transactionType":"CAPTURE","transactionStatus":"SUCCESS",
            "transactionAmount":{{"currency":"USD","value":"4200"}}{result}}}]}}"#
        )
    };
    let failed = entry(r#","transactionResult":{"resultStatus":"F","resultCode":"PROCESS_FAIL"}"#);
    let going_on = entry(r#","transactionResult":{"resultStatus":"U","resultCode":"PAYMENT_IN_PROCESS"}"#);
    let done = entry(r#","transactionResult":{"resultStatus":"S","resultCode":"SUCCESS"}"#);
    assert_eq!(capture_words(&inquiry(&failed)), [CaptureWord::Failure]);
    assert_eq!(capture_words(&inquiry(&going_on)), [CaptureWord::Processing]);
    assert_eq!(capture_words(&inquiry(&done)), [CaptureWord::Success]);
    assert_eq!(capture_words(&inquiry(&entry(""))), [CaptureWord::Unknown]);
}

//= I-1 test
#[test]
fn the_result_of_an_inquiry_is_not_the_result_of_the_payment() {
    let success = r#""result":{"resultCode":"SUCCESS","resultStatus":"S"}"#;
    let word =
        |status: &str| payment_word(&inquiry(&format!("{{{success},\"paymentStatus\":\"{status}\"}}")));
    assert_eq!(word("PROCESSING"), Some(PaymentWord::Processing));
    assert_eq!(word("FAIL"), Some(PaymentWord::Failure));
    assert_eq!(word("SOMETHING_NEW"), Some(PaymentWord::Unknown));
    assert_eq!(payment_word(&inquiry(&format!("{{{success}}}"))), None, "a missing status is no status");
    let refused = r#"{"result":{"resultCode":"PROCESS_FAIL","resultStatus":"F"},"paymentStatus":"SUCCESS"}"#;
    assert_eq!(payment_word(&inquiry(refused)), None);
    let not_found = r#"{"result":{"resultCode":"ORDER_NOT_EXIST","resultStatus":"F"}}"#;
    assert_eq!(payment_word(&inquiry(not_found)), Some(PaymentWord::NotFound));
}

//= I-5 test
#[test]
fn transactions_may_be_null_absent_or_of_other_kinds() {
    let with = |transactions: &str| {
        format!(r#"{{"result":{{"resultStatus":"S"}},"paymentStatus":"SUCCESS"{transactions}}}"#)
    };
    for json in [
        with(""),
        with(r#","transactions":null"#),
        with(r#","transactions":[{"transactionType":"REFUND","transactionResult":{"resultStatus":"S"}}]"#),
    ] {
        let facts = inquiry(&json);
        assert_eq!(payment_word(&facts), Some(PaymentWord::Success));
        assert_eq!(capture_words(&facts), []);
    }
}

//= I-4 test
#[test]
fn what_the_gateway_let_go_is_read_after_the_captures_and_only_where_it_is_done() {
    let entry = |kind: &str, status: &str| {
        format!(
            r#"{{"transactionType":"{kind}","transactionStatus":"SUCCESS","transactionRequestId":"C-1",
                "transactionResult":{{"resultCode":"X","resultStatus":"{status}"}}}}"#
        )
    };
    let read = |entries: &[String]| {
        let listed = entries.join(",");
        let json = format!(
            r#"{{"result":{{"resultStatus":"S"}},"paymentStatus":"SUCCESS","transactions":[{listed}]}}"#
        );
        inquiry(&json)
    };
    for status in ["S", "F", "U"] {
        let facts = read(&[entry("VOID", "S"), entry("CAPTURE", status)]);
        let Some(Fact::RestReleased { listed, .. }) = facts.last() else { panic!("{facts:?}") };
        assert_eq!(listed.iter().map(AsRef::as_ref).collect::<Vec<&str>>(), ["C-1"], "whatever became of it");
        assert_eq!(capture_words(&facts).len(), 1);
    }
    let nameless = entry("CAPTURE", "S").replace("C-1", "");
    let unfinished = ["U", "F"].map(|status| vec![entry("VOID", status)]);
    for entries in
        unfinished.into_iter().chain([vec![entry("CANCEL", "S")], vec![entry("VOID", "S"), nameless]])
    {
        let facts = read(&entries);
        assert!(!facts.iter().any(|fact| matches!(fact, Fact::RestReleased { .. })), "{facts:?}");
    }
}

//= H-5 test
//= H-3 test
#[test]
fn a_synchronous_success_with_a_url_is_not_a_success_yet() {
    let base = r#""result":{"resultCode":"SUCCESS","resultStatus":"S"},"paymentId":"G-1",
        "paymentAmount":{"currency":"USD","value":"4200"}"#;
    assert_eq!(payment_word(&pay(&format!("{{{base}}}"))), Some(PaymentWord::Success));
    let goes_on = pay(&format!("{{{base},\"normalUrl\":\"https://gateway.example/3ds\"}}"));
    assert_eq!(payment_word(&goes_on), Some(PaymentWord::Accepted));
    let Some(Fact::Handout { handout: Handout::Redirect { normal_url, .. }, .. }) = goes_on.last() else {
        panic!("no redirect in {goes_on:?}");
    };
    assert_eq!(normal_url.as_deref(), Some("https://gateway.example/3ds"));
}

#[test]
fn a_refusal_of_pay_is_final_only_where_its_code_is() {
    let f = |code: &str| pay(&format!(r#"{{"result":{{"resultCode":"{code}","resultStatus":"F"}}}}"#));
    assert_eq!(payment_word(&f("RISK_REJECT")), Some(PaymentWord::Failure));
    assert_eq!(
        payment_word(&f("ORDER_IS_CANCELED")),
        Some(PaymentWord::Cancelled),
        "our own cancel was faster"
    );
    assert!(is_unknown(&f("REPEAT_REQ_INCONSISTENT")), "the id may hold an earlier payment");
    assert!(is_unknown(&f("A_CODE_OF_NEXT_YEAR")));
    assert!(is_unknown(&pay("{}")), "without a result nothing is known");
    assert!(is_unknown(&pay(r#"{"result":{"resultCode":"UNKNOWN_EXCEPTION","resultStatus":"U"}}"#)));
}

//= T-6 test
#[test]
fn an_answer_that_echoes_another_id_says_nothing_about_ours() {
    let foreign = r#"{"result":{"resultCode":"RISK_REJECT","resultStatus":"F"},"paymentRequestId":"PAY-2"}"#;
    assert!(is_unknown(&pay(foreign)));
    let foreign = r#"{"result":{"resultStatus":"S"},"paymentStatus":"SUCCESS","paymentRequestId":"PAY-2"}"#;
    assert_eq!(inquiry(foreign), []);
}

//= T-7 test
#[test]
fn a_session_is_handed_out_whole_and_a_success_without_data_is_unknown() {
    let read = |json: &str| {
        answer(&open(), &GatewayAnswer::CreatePaymentSession(Box::new(serde_json::from_str(json).unwrap())))
    };
    let data = " UvtQ/x+3w==&&SG&&188&&eyJhIjoxfQ==\\u003c\\\"&amp; ";
    let facts = read(&format!(
        r#"{{"result":{{"resultStatus":"S","resultCode":"SUCCESS"}},"paymentSessionData":"{data}",
        "paymentSessionExpiryTime":"2026-11-22T10:00:00+08:30"}}"#
    ));
    assert_eq!(payment_word(&facts), Some(PaymentWord::Accepted));
    let Some(Fact::Handout { handout: Handout::Session { payment_session_data, expires_at, .. }, .. }) =
        facts.last()
    else {
        panic!("no session in {facts:?}");
    };
    assert_eq!(
        payment_session_data, " UvtQ/x+3w==&&SG&&188&&eyJhIjoxfQ==<\"&amp; ",
        "but for the JSON around it"
    );
    assert_eq!(expires_at.unwrap().to_rfc3339(), "2026-11-22T01:30:00.000Z");
    assert!(is_unknown(&read(r#"{"result":{"resultStatus":"S","resultCode":"SUCCESS"}}"#)));
}

//= X-10 test
#[test]
fn a_cancel_is_refused_only_by_a_final_refusal() {
    let read = |json: &str| {
        let subject = CallSubject::Cancel { payment_request_id: request_id(1), number: 1 };
        match &answer(&subject, &GatewayAnswer::Cancel(Box::new(serde_json::from_str(json).unwrap())))[..] {
            [Fact::Cancel { word, .. }] => Some(*word),
            _ => None,
        }
    };
    assert_eq!(
        read(r#"{"result":{"resultStatus":"S","resultCode":"SUCCESS"}}"#),
        Some(CancelWord::Confirmed)
    );
    let late = r#"{"result":{"resultStatus":"F","resultCode":"CANCEL_WINDOW_EXCEED"}}"#;
    assert_eq!(read(late), Some(CancelWord::Refused));
    let unknown = r#"{"result":{"resultStatus":"U","resultCode":"UNKNOWN_EXCEPTION"}}"#;
    assert_eq!(read(unknown), Some(CancelWord::Unknown));
    assert_eq!(read("{}"), None);
}

#[test]
fn the_documents_capture_answer_without_a_result_is_unknown() {
    let subject = CallSubject::Capture {
        payment_request_id: request_id(1),
        capture_request_id: "captureRequestId01".parse().unwrap(),
    };
    let json = r#"{"paymentId":"2019060811401080010018882020035XXXX","captureRequestId":"captureRequestId01",
        "captureAmount":{"currency":"SGD","value":"4200"}}"#;
    let facts = answer(&subject, &GatewayAnswer::Capture(Box::new(serde_json::from_str(json).unwrap())));
    assert!(is_unknown(&facts));
}

//= A-4 test
//= X-11 test
#[test]
fn a_capture_is_in_process_only_by_its_own_word_and_anything_else_leaves_it_in_doubt() {
    let subject = CallSubject::Capture {
        payment_request_id: request_id(1),
        capture_request_id: "C-1".parse().unwrap(),
    };
    let read = |code: &str, status: &str| {
        let json = format!(
            r#"{{"captureRequestId":"C-1","result":{{"resultCode":"{code}","resultStatus":"{status}"}}}}"#
        );
        answer(&subject, &GatewayAnswer::Capture(Box::new(serde_json::from_str(&json).unwrap())))
    };
    assert_eq!(capture_words(&read("CAPTURE_IN_PROCESS", "U")), [CaptureWord::Processing]);
    for (code, status) in [
        ("UNKNOWN_EXCEPTION", "U"),
        ("REQUEST_TRAFFIC_EXCEED_LIMIT", "U"),
        ("NEWLY_INVENTED", "U"),
        ("CAPTURE_IN_PROCESS", "NEWLY_INVENTED"),
        ("NEWLY_INVENTED", "NEWLY_INVENTED"),
    ] {
        assert!(is_unknown(&read(code, status)), "{code} {status}: the call is repeated");
    }
}

//= N-5 test
//= N-8 test
//= N-9 test
#[test]
fn notifications_are_read_by_their_type() {
    let read = |json: &str| notification(&serde_json::from_str(json).unwrap());
    let success = r#""result":{"resultCode":"SUCCESS","resultStatus":"S"}"#;
    let NotificationReading::Facts(facts) =
        read(&format!(r#"{{"notifyType":"PAYMENT_PENDING",{success},"paymentRequestId":"PAY-1"}}"#))
    else {
        panic!("a pending payment is ours");
    };
    assert_eq!(payment_word(&facts), Some(PaymentWord::Pending), "S beside PAYMENT_PENDING is no success");
    let NotificationReading::Facts(facts) = read(&format!(
        r#"{{"notifyType":"CAPTURE_RESULT",{success},"paymentId":"G-1","acquirerReferenceNo":"ARN-1",
        "captureAmount":{{"currency":"USD","value":"4200"}}}}"#
    )) else {
        panic!("a capture is ours");
    };
    let [Fact::Capture { seen, .. }] = &facts[..] else { panic!("{facts:?}") };
    assert_eq!((seen.word, &seen.amount), (CaptureWord::Success, &SeenAmount::Read(usd(4_200))));
    assert_eq!(seen.acquirer_reference_no.as_deref(), Some("ARN-1"));
    let NotificationReading::Facts(facts) = read(&format!(
        r#"{{"notifyType":"REFUND_RESULT",{success},"refundRequestId":"R-1","refundStatus":"FAIL"}}"#
    )) else {
        panic!("a refund is ours");
    };
    assert!(matches!(facts[..], [Fact::Refund { word: RefundWord::Failure, .. }]), "refundStatus decides");
    assert_eq!(read(&format!(r#"{{"notifyType":"SOMETHING_NEW",{success}}}"#)), NotificationReading::NotOurs);
    assert_eq!(read("{}"), NotificationReading::NotOurs);
}

#[test]
fn a_notification_is_found_by_its_best_id_first() {
    let message = serde_json::from_str(
        r#"{"notifyType":"CAPTURE_RESULT","paymentRequestId":"PAY-1","paymentId":"G-1","captureRequestId":"C-1"}"#,
    );
    let keys = notification_keys(&message.unwrap());
    let expected = [
        IdKey::CaptureRequest("C-1".to_owned()),
        IdKey::PaymentRequest("PAY-1".to_owned()),
        IdKey::Payment("G-1".to_owned()),
    ];
    assert_eq!(keys, expected);
}

//= I-6 test
#[test]
fn what_is_known_of_the_card_is_kept_and_a_full_number_is_not() {
    let json = |number: &str| {
        format!(
            r#"{{"result":{{"resultStatus":"S"}},"paymentStatus":"SUCCESS","authReviewStatus":"NEW_WORD",
            "acquirerReferenceNo":"ARN-1","paymentResultInfo":{{"cardNo":"{number}","avsResultRaw":"A",
            "cvvResultRaw":"","threeDSResult":{{"eci":"02","caav":"x"}}}}}}"#
        )
    };
    let facts = inquiry(&json("************1234"));
    let [Fact::Payment { seen, .. }] = &facts[..] else { panic!("{facts:?}") };
    assert_eq!(seen.details.card_no.as_deref(), Some("************1234"));
    assert_eq!(seen.details.avs_result_raw.as_deref(), Some("A"));
    assert_eq!(seen.details.cvv_result_raw, None, "an empty text is absent");
    assert_eq!(seen.details.eci.as_deref(), Some("02"));
    assert_eq!(seen.details.acquirer_reference_no.as_deref(), Some("ARN-1"));
    assert_eq!(seen.review, ReviewWord::Pending, "an unknown word of the review keeps it open");
    let facts = inquiry(&json("4054695723100768"));
    let [Fact::Payment { seen, .. }] = &facts[..] else { panic!("{facts:?}") };
    assert_eq!(seen.details.card_no, None);
}

//= N-7 test
#[test]
fn what_the_buyer_really_paid_is_kept_beside_the_agreed_amount_and_never_replaces_it() {
    let amounts = r#""paymentAmount":{"currency":"USD","value":"4200"},
        "actualPaymentAmount":{"currency":"PHP","value":"240000"}"#;
    let ok = r#""result":{"resultCode":"SUCCESS","resultStatus":"S"}"#;
    let message = format!(r#"{{"notifyType":"PAYMENT_RESULT",{ok},"paymentRequestId":"PAY-1",{amounts}}}"#);
    let NotificationReading::Facts(notified) = notification(&serde_json::from_str(&message).unwrap()) else {
        panic!("it is about a payment");
    };
    let answered = pay(&format!("{{{ok},{amounts}}}"));
    let inquired = inquiry(&format!(r#"{{{ok},"paymentStatus":"SUCCESS",{amounts}}}"#));
    for facts in [notified, answered, inquired] {
        let [Fact::Payment { seen, .. }] = &facts[..] else { panic!("{facts:?}") };
        assert_eq!(seen.amount, SeenAmount::Read(usd(4_200)));
        let paid = seen.details.actual_payment_amount.unwrap();
        assert_eq!((paid.currency().code(), paid.minor_units()), ("PHP", 240_000));
    }
    let unreadable =
        r#"{"result":{"resultStatus":"S"},"paymentStatus":"SUCCESS","actualPaymentAmount":{"value":"x"}}"#;
    let facts = inquiry(unreadable);
    let [Fact::Payment { seen, .. }] = &facts[..] else { panic!("{facts:?}") };
    assert_eq!(seen.details.actual_payment_amount, None, "what is no amount is not kept");
}
