//! `createVaultingSession`, `vaultPaymentMethod` and `inquireVaulting`: storing a card without a payment.
//! What the buyer does is in `vaulting`, what becomes of the token in `token`.

use serde_json::Value;

use crate::core::amount::currency;
use crate::core::buyer::Submitted;
use crate::core::card_form::{BillingAddress, CardForm};
use crate::core::codes;
use crate::core::fields::Fields;
use crate::core::fingerprint::Fingerprint;
use crate::core::gateway::{Gateway, Timer};
use crate::core::reply::{Refusal, Reply};
use crate::core::terms::{NO_TERMS, Terms};
use crate::core::timings::millis;
use crate::core::vaulting::{Standing, Vaulting, Way};

const CARD: &str = "paymentMethodDetail.card";

/// What both ways to store a card say about it.
struct Start<'a> {
    request_id: &'a str,
    subject: Fingerprint,
    terms: Terms,
    notify_url: Option<&'a str>,
    redirect_url: Option<&'a str>,
}

impl Gateway {
    pub(crate) fn create_vaulting_session(
        &mut self,
        client: &str,
        request: &Value,
    ) -> Result<Reply, Refusal> {
        let mut fields = Fields::of(request);
        let method = fields.required_text("paymentMethodType", 64);
        let three_ds = fields.flag("is3DSAuthentication").unwrap_or(false);
        let terms = Terms { three_ds, ..NO_TERMS.clone() };
        let subject = Fingerprint::of_text(method);
        let start = self.read_vaulting(client, &mut fields, terms, subject);
        fields.finish()?;
        only_cards(method)?;
        let index = match self.repeated_vaulting(client, &start, request, true)? {
            Some(index) => index,
            None => {
                let way = Way::Session { seed: self.random.next() };
                self.open_vaulting(client, &start, request, way, self.timings.session_expiry_ms)
            }
        };
        let vaulting = self.vaultings.get(index);
        let session = vaulting.and_then(|vaulting| Some((vaulting.session()?, vaulting.closes_at)));
        let (session, expiry) = session.ok_or_else(|| Refusal::new("REPEAT_REQ_INCONSISTENT"))?;
        Ok(Reply::success()
            .field("vaultingSessionData", session.data)
            .field("vaultingSessionId", session.id)
            .field("vaultingSessionExpiryTime", expiry.to_wire()))
    }

    pub(crate) fn vault_payment_method(&mut self, client: &str, request: &Value) -> Result<Reply, Refusal> {
        let mut fields = Fields::of(request);
        let method = fields.required_text("paymentMethodDetail.paymentMethodType", 64);
        fields.one_of(
            "paymentMethodDetail.paymentMethodDetailType",
            &["CARD", "EXTERNALACCOUNT", "COUPON", "DISCOUNT"],
        );
        let (terms, form) = read_card(&mut fields);
        let subject = request.get("paymentMethodDetail").map_or(Fingerprint::EMPTY, Fingerprint::of);
        let start = self.read_vaulting(client, &mut fields, terms, subject);
        let terminal = fields.one_of("env.terminalType", &["WEB", "WAP", "APP", "MINI_APP"]);
        let metadata = fields.text("metadata", 2_048);
        fields.text("merchantAccountId", 32);
        let wanted = fields.text("vaultingCurrency", 3);
        fields.finish()?;
        only_cards(method)?;
        if wanted.is_some_and(|code| currency(code).is_none()) {
            return Err(Refusal::new("CURRENCY_NOT_SUPPORT"));
        }
        let index = match self.repeated_vaulting(client, &start, request, false)? {
            Some(index) => index,
            None => {
                let way = Way::Page { id: self.new_id() };
                let index = self.open_vaulting(client, &start, request, way, self.timings.payment_expiry_ms);
                if let Some(vaulting) = self.vaultings.list.get_mut(index) {
                    vaulting.metadata = metadata.map(Into::into);
                    vaulting.customized_info = request.get("customizedInfo").cloned();
                }
                self.vault_given(index, form.as_ref());
                index
            }
        };
        let vaulting = self.vaultings.get(index).ok_or_else(|| Refusal::new("SYSTEM_ERROR"))?;
        Ok(self.vaulting_reply(vaulting, terminal))
    }

    pub(crate) fn inquire_vaulting(&mut self, client: &str, request: &Value) -> Result<Reply, Refusal> {
        let mut fields = Fields::of(request);
        let request_id = fields.required_id("vaultingRequestId");
        fields.text("merchantAccountId", 32);
        fields.finish()?;
        let unknown = || Refusal::with("ORDER_NOT_EXIST", format!("there is no vaulting {request_id}"));
        let index = self.books_of(client).vaultings.get(request_id).copied().ok_or_else(unknown)?;
        let vaulting = self.vaultings.get(index).ok_or_else(unknown)?;
        let code = vaulting.result_code();
        let message = codes::lookup("inquireVaulting", code).map(|(_, meaning)| meaning);
        Ok(Reply::success()
            .field("vaultingRequestId", vaulting.request_id.as_str())
            .field("vaultingStatus", vaulting.status())
            .field("vaultingResultCode", code)
            .field_if("vaultingResultMessage", message)
            .field("paymentMethodDetail", vaulting.detail())
            .field_if("normalUrl", self.vaulting_url(vaulting))
            .field_if("metadata", vaulting.metadata.as_deref()))
    }

    fn read_vaulting<'a>(
        &mut self,
        client: &str,
        fields: &mut Fields<'a>,
        terms: Terms,
        subject: Fingerprint,
    ) -> Start<'a> {
        let request_id = fields.required_id("vaultingRequestId");
        let notify_url = fields.text("vaultingNotificationUrl", 2_048);
        let redirect_url = fields.text("redirectUrl", 2_048);
        fields.text("merchantRegion", 2);
        if fields.has_chinese() {
            self.violation(client, "chinese_characters", request_id);
        }
        Start { request_id, subject, terms, notify_url, redirect_url }
    }

    /// The vaulting that this id already stands for; an error if the id meant something else then.
    fn repeated_vaulting(
        &mut self,
        client: &str,
        start: &Start<'_>,
        request: &Value,
        asks_session: bool,
    ) -> Result<Option<usize>, Refusal> {
        let Some(index) = self.books_of(client).vaultings.get(start.request_id).copied() else {
            return Ok(None);
        };
        let Some(vaulting) = self.vaultings.get(index) else { return Ok(None) };
        let is_session = matches!(vaulting.way, Way::Session { .. });
        let same = vaulting.subject == start.subject && is_session == asks_session;
        if vaulting.digest != Fingerprint::of(request) {
            self.violation(client, "same_id_other_content", start.request_id);
        }
        if same { Ok(Some(index)) } else { Err(Refusal::new("REPEAT_REQ_INCONSISTENT")) }
    }

    fn open_vaulting(
        &mut self,
        client: &str,
        start: &Start<'_>,
        request: &Value,
        way: Way,
        lasts_ms: u64,
    ) -> usize {
        let index = self.vaultings.list.len();
        let network_id = self.random.digits(15);
        let closes_at = self.now.after(millis(lasts_ms));
        // Without a page of the merchant's the buyer stays on the gateway's.
        let own_page = match &way {
            Way::Session { .. } => self.settings.base_url.clone(),
            Way::Page { id } => format!("{}/checkout/{id}", self.settings.base_url),
        };
        self.books_of(client).vaultings.insert(start.request_id.into(), index);
        self.vaultings.list.push(Vaulting {
            client: self.names.of(client),
            request_id: start.request_id.into(),
            digest: Fingerprint::of(request),
            subject: start.subject,
            way,
            terms: start.terms.clone(),
            notify_url: start.notify_url.map(|url| self.names.of(url)),
            redirect_url: start.redirect_url.map_or(own_page, str::to_owned).into(),
            metadata: None,
            customized_info: None,
            created: self.now,
            closes_at,
            standing: Standing::Open,
            tries: Vec::new(),
            challenge: None,
            used: None,
            network_id,
        });
        self.vaultings.enter(index);
        self.arm(closes_at, Timer::CloseVaulting { vaulting: index });
        index
    }

    /// A card that the merchant sends itself is tried at once, and nobody is there to try another one.
    fn vault_given(&mut self, index: usize, form: Option<&CardForm>) {
        let Some(form) = form else { return };
        if let Submitted::Declined { result_code } = self.vault_form(index, form) {
            self.fail_vaulting(index, &result_code);
        }
    }

    fn vaulting_reply(&self, vaulting: &Vaulting, terminal: Option<&str>) -> Reply {
        let reply = Reply::new(vaulting.result_code())
            .field("vaultingRequestId", vaulting.request_id.as_str())
            .field("paymentMethodDetail", vaulting.detail());
        match self.vaulting_url(vaulting) {
            None => reply,
            Some(url) if matches!(terminal, Some("APP" | "MINI_APP")) => {
                reply.field("normalUrl", url.as_str()).field("applinkUrl", url)
            }
            Some(url) => reply.field("normalUrl", url),
        }
    }
}

fn only_cards(method: &str) -> Result<(), Refusal> {
    if method == "CARD" {
        return Ok(());
    }
    let reason = format!("{method} cannot be vaulted, only CARD can");
    Err(Refusal::with("PAYMENT_METHOD_NOT_SUPPORTED", reason))
}

/// What the request says about the card, and the card itself if the merchant took it from the buyer.
fn read_card(fields: &mut Fields<'_>) -> (Terms, Option<CardForm>) {
    let of_card = |name: &str| format!("{CARD}.{name}");
    let terms = Terms {
        three_ds: fields.flag(&of_card("is3DSAuthentication")).unwrap_or(false),
        upgrade: fields.flag(&of_card("enableAuthenticationUpgrade")).unwrap_or(false),
        selected_brand: fields.text(&of_card("selectedCardBrand"), 64).map(Into::into),
        ..NO_TERMS.clone()
    };
    let billing_address = BillingAddress::read(fields, &of_card("billingAddress"));
    let mut text = |name: &str, max| fields.text(&of_card(name), max).unwrap_or_default().to_owned();
    let form = CardForm {
        card_no: text("cardNo", 32),
        expiry_month: text("expiryMonth", 2),
        expiry_year: text("expiryYear", 2),
        cvv: text("cvv", 4),
        cardholder_name: [
            text("cardholderName.fullName", 128),
            text("cardholderName.firstName", 32),
            text("cardholderName.middleName", 32),
            text("cardholderName.lastName", 32),
        ]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" "),
        billing_address,
        ..CardForm::default()
    };
    let given = !form.card_no.is_empty();
    (terms, given.then_some(form))
}
