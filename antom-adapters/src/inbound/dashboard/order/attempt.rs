//! One attempt with its captures, cancels and refunds, and the buttons that its owner's key may press.
//! Whether the order allows what a button asks for is the domain's to say; here is only left out what could never be.

use antom_core::money::Money;
use antom_domain::order::{Attempt, AttemptAccount, MachineAccount, Order, Policy, Role};
use antom_domain::payment::{PaymentPhase, PaymentTable};
use antom_domain::policy::CapturePolicy;
use antom_domain::port::{KeptEvent, Version};
use antom_domain::verdict::Table as _;
use maud::{Markup, html};
use serde::Serialize;
use serde_json::Value;

use super::super::page::{instant, money, path_with};
use super::super::session::Visitor;
use crate::inbound::digest::sha256_hex;
use crate::inbound::language::Language;
use crate::service::config::Scope;

/// What the buttons of one page have in common.
pub(super) struct Buttons<'a> {
    pub(super) lang: Language,
    pub(super) visitor: &'a Visitor,
    pub(super) order: &'a Order,
    pub(super) version: Version,
    pub(super) policy: &'a Policy,
}

impl Buttons<'_> {
    pub(super) fn card(&self, place: usize, attempt: &Attempt, account: Option<&AttemptAccount>) -> Markup {
        let lang = self.lang;
        html! {
            section.card.attempt aria-label={ (lang.say("Attempt ", "支付 ")) (place.saturating_add(1)) } {
                h3 {
                    (place.saturating_add(1)) ". " (attempt.payment_method_type) " " (money(attempt.amount)) " "
                    (role(lang, attempt.role))
                }
                dl {
                    dt { "paymentRequestId" } dd { code { (attempt.payment_request_id) } }
                    @if let Some(id) = &attempt.payment.payment_id { dt { "paymentId" } dd { code { (id) } } }
                    dt { (lang.say("Opened", "发起时间")) } dd { (instant(attempt.opened_at)) }
                    @if let Some(at) = attempt.payment.settled_at {
                        dt { (lang.say("Ended", "结束时间")) } dd { (instant(at)) }
                    }
                    @for (name, value) in details(attempt) { dt { (name) } dd { (value) } }
                }
                @if let Some(account) = account { (machines(lang, account)) }
                (money_moved(lang, attempt))
                (self.acts(attempt))
            }
        }
    }

    fn acts(&self, attempt: &Attempt) -> Markup {
        let (lang, visitor) = (self.lang, self.visitor);
        let may_pay = visitor.may(Scope::Pay) && !self.order.is_read_only;
        let may_refund = visitor.may(Scope::Refund) && !self.order.is_read_only;
        let rest = attempt.amount.checked_sub(attempt.claimed()).ok().filter(|rest| !rest.is_zero());
        let rest = rest.filter(|_| attempt.is_held() && attempt.is_card());
        let is_over = matches!(attempt.payment.phase, PaymentPhase::Failed | PaymentPhase::Cancelled);
        let is_open = !PaymentTable::is_final(attempt.payment.phase);
        let refundable = attempt.refundable().filter(|rest| !rest.is_zero());
        html! {
            div.acts {
                (self.form("inquire", attempt, lang.say("Inquire", "查询"), html! {}))
                @if let (true, Some(rest)) = (may_pay, rest) {
                    (self.opened("capture", attempt, lang.say("Capture", "请款"), self.capturing(attempt, rest)))
                }
                @if may_pay && !is_over && (is_open || attempt.holds_money()) {
                    (self.opened("cancel", attempt, lang.say("Cancel the payment", "取消支付"), html! {}))
                }
                @if let (true, Some(rest)) = (may_refund, refundable) {
                    (self.opened("refund", attempt, lang.say("Refund", "退款"), self.refunding(attempt, rest)))
                }
            }
            @if !visitor.may(Scope::Pay) || !visitor.may(Scope::Refund) {
                p.hint {
                    (lang.say(
                        "This key has not all of the scopes pay and refund: its buttons are left out.",
                        "该密钥没有 pay 或 refund 权限，相应按钮不显示。",
                    ))
                }
            }
        }
    }

    /// A button that moves money stands behind one more click, with or without scripts.
    fn opened(&self, act: &str, attempt: &Attempt, name: &str, fields: Markup) -> Markup {
        html! {
            details id={ (act) "-" (attempt.payment_request_id) } {
                summary { (name) "…" }
                (self.form(act, attempt, name, fields))
            }
        }
    }

    fn form(&self, act: &str, attempt: &Attempt, name: &str, fields: Markup) -> Markup {
        let payment = attempt.payment_request_id.as_str();
        html! {
            form method="post" action=(self.action()) data-once {
                (self.hidden(act))
                input type="hidden" name="payment" value=(payment);
                input type="hidden" name="once" value=(self.once(act, payment));
                (fields)
                button class=(if act == "inquire" { "quiet" } else { "main" }) { (name) }
            }
        }
    }

    fn capturing(&self, attempt: &Attempt, rest: Money) -> Markup {
        let id = format!("amount-capture-{}", attempt.payment_request_id);
        html! {
            label for=(id) { (self.lang.say("Amount in ", "金额，")) (rest.currency().code()) }
            input #(id) name="amount" inputmode="decimal" required value=(rest.to_decimal_string());
            @if self.policy.captures == CapturePolicy::Multiple {
                label.box {
                    input type="checkbox" name="last" value="yes";
                    (self.lang.say("the last capture: let the rest go", "最后一次请款：其余解除冻结"))
                }
            }
        }
    }

    fn refunding(&self, attempt: &Attempt, rest: Money) -> Markup {
        let id = attempt.payment_request_id.as_str();
        html! {
            label for={ "amount-refund-" (id) } { (self.lang.say("Amount in ", "金额，")) (rest.currency().code()) }
            input #{ "amount-refund-" (id) } name="amount" inputmode="decimal" required value=(rest.to_decimal_string());
            label for={ "reason-" (id) } { (self.lang.say("Reason (the gateway is told)", "原因（会告知网关）")) }
            input #{ "reason-" (id) } name="reason" maxlength="256";
        }
    }

    pub(super) fn resend(&self, kept: &KeptEvent) -> Markup {
        html! {
            form method="post" action=(self.action()) data-once {
                (self.hidden("resend"))
                input type="hidden" name="event" value=(kept.event.id().as_str());
                button.quiet aria-label={ (self.lang.say("Send again: ", "重新发送：")) (kept.event.id().as_str()) } {
                    (self.lang.say("Send again", "重新发送"))
                }
            }
        }
    }

    fn action(&self) -> String {
        path_with("/dashboard/orders/", self.order.reference_order_id.as_str(), "/act")
    }

    fn hidden(&self, act: &str) -> Markup {
        html! {
            input type="hidden" name="csrf" value=(self.visitor.csrf.expose());
            input type="hidden" name="act" value=(act);
        }
    }

    /// The same page pressed twice is the same request; once the order has changed, the next page asks for something new.
    fn once(&self, act: &str, payment: &str) -> String {
        let csrf = self.visitor.csrf.expose();
        sha256_hex(
            format!("{csrf} {} {} {payment} {act}", self.order.reference_order_id, self.version).as_bytes(),
        )
    }
}

fn role(lang: Language, role: Role) -> Markup {
    let (kind, name) = match role {
        Role::Candidate => ("calm", lang.say("candidate", "待定")),
        Role::Kept => ("good", lang.say("kept", "保留")),
        Role::Surplus => ("bad", lang.say("surplus", "多付")),
    };
    html! { span class={ "pill " (kind) } { (name) } }
}

/// What the gateway told of the card and its checks (I-6).
fn details(attempt: &Attempt) -> Vec<(String, String)> {
    let told = serde_json::to_value(&attempt.payment.details).unwrap_or_default();
    let members = told.as_object().cloned().unwrap_or_default();
    let texts = members.into_iter().filter_map(|(name, value)| match value {
        Value::String(text) => Some((name, text)),
        Value::Bool(_) | Value::Number(_) => Some((name, value.to_string())),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    });
    texts.collect()
}

fn machines(lang: Language, account: &AttemptAccount) -> Markup {
    html! {
        ul.machines {
            @for MachineAccount { machine, phase, meaning, is_final, reason, result_code } in &account.machines {
                li {
                    strong title=(machine) { (lang.machine(machine)) } " "
                    span class=(if *is_final { "pill calm" } else { "pill busy" }) title=(phase) {
                        (lang.phase_of(machine, phase))
                    }
                    @if let Some(reason) = reason { " " span.hint title=(reason) { (lang.reason(reason)) } }
                    @if let Some(code) = result_code { " " code { (code) } }
                    @if lang == Language::English { " " span.hint { (meaning) } }
                }
            }
        }
    }
}

fn money_moved(lang: Language, attempt: &Attempt) -> Markup {
    html! {
        @if !attempt.captures.is_empty() {
            (list(lang, "capture", lang.say("Captures", "请款"), attempt.captures.iter().map(|capture| {
                // The gateway's own captures have only its id.
                let own = capture.capture_request_id.as_ref().map(|id| id.as_str());
                let id = own.or(capture.capture_id.as_ref().map(|id| id.as_str())).unwrap_or("–");
                (id, capture.amount, word(&capture.phase), capture.since)
            })))
        }
        @if !attempt.refunds.is_empty() {
            (list(lang, "refund", lang.say("Refunds", "退款"), attempt.refunds.iter().map(|refund| {
                (refund.refund_request_id.as_str(), refund.amount, word(&refund.phase), refund.since)
            })))
        }
    }
}

fn list<'a>(
    lang: Language,
    machine: &str,
    title: &str,
    rows: impl Iterator<Item = (&'a str, Money, String, antom_core::time::Timestamp)>,
) -> Markup {
    html! {
        table.moved {
            caption { (title) }
            @for (id, amount, phase, since) in rows {
                tr { th scope="row" { code { (id) } } td.number { (money(amount)) } td { span title=(phase) { (lang.phase_of(machine, &phase)) } } td { (instant(since)) } }
            }
        }
    }
}

/// The word of a phase as it is stored.
fn word(phase: &impl Serialize) -> String {
    serde_json::to_value(phase).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
