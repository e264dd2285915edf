//! Compares the typed members of the messages with the published models, field by field.
//! What the fields mean, and how odd values are read, is tested elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use antom_core::wire::{
    CancelRequest, CancelResponse, CaptureRequest, CaptureResponse, ConsultRequest, ConsultResponse,
    CreatePaymentSessionRequest, CreatePaymentSessionResponse, CreateVaultingSessionRequest,
    CreateVaultingSessionResponse, DeleteTokenRequest, DeleteTokenResponse, InquireExchangeRateRequest,
    InquireExchangeRateResponse, InquireInstallmentRequest, InquireInstallmentResponse, InquireTokenRequest,
    InquireTokenResponse, InquireVaultingRequest, InquireVaultingResponse, InquiryPaymentRequest,
    InquiryPaymentResponse, InquiryRefundRequest, InquiryRefundResponse, MemberKind, Message,
    MessageDescription, Notification, PayRequest, PayResponse, RefundRequest, RefundResponse,
    RetrievePaymentSessionRequest, RetrievePaymentSessionResponse, UpdateAmountRequest, UpdateAmountResponse,
    UpdateTokenRequest, UpdateTokenResponse, VaultPaymentMethodRequest, VaultPaymentMethodResponse,
};
use serde::Deserialize;

/// Fields of the catalogue that stay in `unknown`, each with the reason.
const UNTYPED: [(&str, &str, &str); 3] = [
    (
        "AlipayRetrievePaymentSessionRequest",
        "payment_request_id",
        "paymentRequestId in the spelling of one program library; never on the wire",
    ),
    ("CardPaymentMethodDetail", "cvv", "P-1: never sent, and nobody may return it"),
    ("CardPaymentMethodDetail", "cardPasswordDigest", "P-1: never sent, and nobody may return it"),
];

/// Models that the catalogue names without listing their fields; their types here are of other public sources.
const WITHOUT_FIELDS: [&str; 3] = ["AutomaticTax", "PopRiskDecisionResultInfo", "SplitDetail"];

/// Words that a field's type lists but the field never holds: the catalogue types a refund's status with the
/// states of payments, and refunds are neither cancelled nor pending. They would be kept as unlisted words.
const OTHER_WORDS: [(&str, &str); 2] = [
    ("AlipayInquiryRefundResponse.refundStatus", "CANCELLED"),
    ("AlipayInquiryRefundResponse.refundStatus", "PENDING"),
];

#[derive(Deserialize)]
struct Catalogue {
    models: BTreeMap<String, Model>,
}

#[derive(Deserialize)]
struct Model {
    extends: Option<String>,
    #[serde(default)]
    fields: BTreeMap<String, String>,
    #[serde(rename = "enum")]
    words: Option<Vec<String>>,
}

fn description<T: Message>() -> &'static MessageDescription {
    T::description()
}

type Root = (&'static str, fn() -> &'static MessageDescription);

fn requests() -> [Root; 19] {
    [
        ("AlipayPaymentSessionRequest", description::<CreatePaymentSessionRequest>),
        ("AlipayCheckoutPaymentSessionRequest", description::<CreatePaymentSessionRequest>),
        ("AlipayPayRequest", description::<PayRequest>),
        ("AlipayPayQueryRequest", description::<InquiryPaymentRequest>),
        ("AlipayCaptureRequest", description::<CaptureRequest>),
        ("AlipayPayCancelRequest", description::<CancelRequest>),
        ("AlipayRefundRequest", description::<RefundRequest>),
        ("AlipayInquiryRefundRequest", description::<InquiryRefundRequest>),
        ("AlipayPayConsultRequest", description::<ConsultRequest>),
        ("AlipayRetrievePaymentSessionRequest", description::<RetrievePaymentSessionRequest>),
        ("AlipayInquireInstallmentRequest", description::<InquireInstallmentRequest>),
        ("AlipayInquireExchangeRateRequest", description::<InquireExchangeRateRequest>),
        ("AlipayUpdateAmountRequest", description::<UpdateAmountRequest>),
        ("AlipayVaultingSessionRequest", description::<CreateVaultingSessionRequest>),
        ("AlipayVaultingPaymentMethodRequest", description::<VaultPaymentMethodRequest>),
        ("AlipayVaultingQueryRequest", description::<InquireVaultingRequest>),
        ("AlipayVaultingInquireTokenRequest", description::<InquireTokenRequest>),
        ("AlipayUpdateTokenRequest", description::<UpdateTokenRequest>),
        ("AlipayDeleteTokenRequest", description::<DeleteTokenRequest>),
    ]
}

fn answers_and_notifications() -> [Root; 24] {
    [
        ("AlipayPaymentSessionResponse", description::<CreatePaymentSessionResponse>),
        ("AlipayPayResponse", description::<PayResponse>),
        ("AlipayPayQueryResponse", description::<InquiryPaymentResponse>),
        ("AlipayCaptureResponse", description::<CaptureResponse>),
        ("AlipayPayCancelResponse", description::<CancelResponse>),
        ("AlipayRefundResponse", description::<RefundResponse>),
        ("AlipayInquiryRefundResponse", description::<InquiryRefundResponse>),
        ("AlipayPayConsultResponse", description::<ConsultResponse>),
        ("AlipayRetrievePaymentSessionResponse", description::<RetrievePaymentSessionResponse>),
        ("AlipayInquireInstallmentResponse", description::<InquireInstallmentResponse>),
        ("AlipayInquireExchangeRateResponse", description::<InquireExchangeRateResponse>),
        ("AlipayUpdateAmountResponse", description::<UpdateAmountResponse>),
        ("AlipayVaultingSessionResponse", description::<CreateVaultingSessionResponse>),
        ("AlipayVaultingPaymentMethodResponse", description::<VaultPaymentMethodResponse>),
        ("AlipayVaultingQueryResponse", description::<InquireVaultingResponse>),
        ("AlipayVaultingInquireTokenResponse", description::<InquireTokenResponse>),
        ("AlipayUpdateTokenResponse", description::<UpdateTokenResponse>),
        ("AlipayDeleteTokenResponse", description::<DeleteTokenResponse>),
        ("AlipayNotify", description::<Notification>),
        ("AlipayPayResultNotify", description::<Notification>),
        ("AlipayCaptureResultNotify", description::<Notification>),
        ("AlipayRefundNotify", description::<Notification>),
        ("AlipayVaultingNotify", description::<Notification>),
        ("AlipayDisputeNotify", description::<Notification>),
    ]
}

/// Walks catalogue and descriptions side by side.
struct Walk {
    catalogue: Catalogue,
    seen: BTreeSet<(String, &'static str)>,
    checked: BTreeSet<(String, String)>,
    untyped: BTreeSet<(String, String)>,
    faults: Vec<String>,
}

impl Walk {
    fn model(&mut self, model: &str, message: &'static MessageDescription) {
        if !self.seen.insert((model.to_owned(), message.name)) {
            return;
        }
        let found = &self.catalogue.models[model];
        let (fields, parent) = (found.fields.clone(), found.extends.clone());
        for (field, kind) in fields {
            let here = (model.to_owned(), field.clone());
            match message.members.iter().find(|member| member.name == field) {
                Some(member) => {
                    self.checked.insert(here);
                    self.kind(&format!("{model}.{field}"), &kind, member.kind);
                }
                None => drop(self.untyped.insert(here)),
            }
        }
        if let Some(parent) = parent {
            self.model(&parent, message);
        }
    }

    fn kind(&mut self, path: &str, expected: &str, found: MemberKind) {
        let entry = expected
            .strip_prefix("List<")
            .and_then(|rest| rest.strip_suffix('>'))
            .or_else(|| expected.strip_prefix('[')?.strip_suffix(']'))
            .or_else(|| expected.strip_suffix("[]"));
        if let Some(entry) = entry {
            return match found {
                MemberKind::List(kind) => self.kind(path, entry, *kind),
                other => self.faults.push(format!("{path} is a list, not {other:?}")),
            };
        }
        let fits = match (expected, found) {
            (
                "String" | "str" | "BigDecimal" | "FundingEnum",
                MemberKind::Text | MemberKind::Time | MemberKind::Word(_),
            )
            | ("Boolean", MemberKind::Flag)
            | ("Integer", MemberKind::Number)
            | ("Map<String, Object>", MemberKind::Object) => true,
            ("Map<String, AmountLimitInfo>", MemberKind::Map(kind)) => {
                self.kind(path, "AmountLimitInfo", *kind);
                true
            }
            (model, MemberKind::Message(description)) if WITHOUT_FIELDS.contains(&model) => {
                description().name == model
            }
            (model, found) => self.named(path, model, found),
        };
        if !fits {
            self.faults.push(format!("{path} is {expected}, not {found:?}"));
        }
    }

    /// A model, or an enumeration: typed as words that list all of its words, or as free text.
    fn named(&mut self, path: &str, model: &str, found: MemberKind) -> bool {
        let words = self.catalogue.models.get(model).map(|model| model.words.clone());
        match (words, found) {
            (Some(None), MemberKind::Message(description)) => {
                self.model(model, description());
                true
            }
            (Some(Some(_)), MemberKind::Text) => true,
            (Some(Some(words)), MemberKind::Word(listed)) => {
                let listed = listed();
                for word in words.iter().map(String::as_str) {
                    if listed.contains(&word) || OTHER_WORDS.contains(&(path, word)) {
                        continue;
                    }
                    self.faults.push(format!("{path} does not list {word}"));
                }
                true
            }
            _ => false,
        }
    }
}

fn walk() -> Walk {
    let catalogue = serde_json::from_str(include_str!("../data/api-catalogue.json")).unwrap();
    let mut walk = Walk {
        catalogue,
        seen: BTreeSet::new(),
        checked: BTreeSet::new(),
        untyped: BTreeSet::new(),
        faults: Vec::new(),
    };
    for (model, description) in requests().into_iter().chain(answers_and_notifications()) {
        walk.model(model, description());
    }
    walk
}

#[test]
fn every_field_of_the_catalogue_is_typed_or_left_out_for_a_reason() {
    let walk = walk();
    let left_out: BTreeSet<_> =
        UNTYPED.iter().map(|(model, field, _)| ((*model).to_owned(), (*field).to_owned())).collect();
    assert_eq!(walk.untyped, left_out, "untyped, and listed as such");
    assert_eq!(walk.faults, Vec::<String>::new());
}

#[test]
fn no_model_of_the_catalogue_is_passed_over() {
    let walk = walk();
    let fields =
        |models: &BTreeMap<String, Model>| -> usize { models.values().map(|model| model.fields.len()).sum() };
    assert_eq!(walk.checked.len() + walk.untyped.len(), fields(&walk.catalogue.models));
}

#[test]
fn no_message_names_a_member_twice() {
    for (_, description) in requests().into_iter().chain(answers_and_notifications()) {
        let message = description();
        let names: BTreeSet<_> = message.members.iter().map(|member| member.name).collect();
        assert_eq!(names.len(), message.members.len(), "{}", message.name);
    }
}
