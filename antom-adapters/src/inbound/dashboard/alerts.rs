//! The list of what calls for somebody: contradictions, other amounts, surplus, holds that end.
//! What counts as one is `figures`'.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};

use super::Dashboard;
use super::answer::Refused;
use super::figures::{Alert, AlertKind};
use super::page::{instant, money, order_path};
use super::visit::Visit;
use crate::inbound::language::Language;

pub(super) async fn list(State(dashboard): State<Arc<Dashboard>>, visit: Visit) -> Response {
    let lang = visit.lang;
    let Ok(figures) = dashboard.figures().await else {
        return visit.refuse(Refused::Unavailable);
    };
    let body = html! {
        div #alerts data-live { (all(lang, &figures.alerts)) }
        p.hint {
            (lang.say(
                "Looked at: the 500 oldest open orders, the 500 oldest that are held, partly captured or on hold, and the \
                 1,000 newest. The metrics and alert rules of the operator's guide count the same.",
                "范围：最早的 500 个未完成订单，各 500 个已授权、部分请款或已冻结的订单，以及最新的 1000 个订单。",
            ))
        }
    };
    visit.page(lang.say("Alerts", "警报"), "/dashboard/alerts", body)
}

/// Alerts with links to their orders.
pub(super) fn all(lang: Language, alerts: &[Alert]) -> Markup {
    html! {
        @if alerts.is_empty() {
            p.empty { (lang.say("Nothing calls for you.", "没有需要处理的事项。")) }
        } @else {
            ul.alerts { @for alert in alerts { li { (one(lang, alert)) } } }
        }
    }
}

fn one(lang: Language, alert: &Alert) -> Markup {
    html! {
        span.pill.bad { (name(lang, alert.kind)) }
        a href=(order_path(alert.order.as_str())) { (alert.order) }
        span { (money(alert.amount)) }
        @if let Some(said) = &alert.said { code { (said) } }
        @if let Some(at) = alert.at { (instant(at)) }
        span.hint { (lang.say("payment ", "支付 ")) (alert.payment) }
    }
}

fn name(lang: Language, kind: AlertKind) -> &'static str {
    match kind {
        AlertKind::Contradiction => lang.say("Contradiction", "答复矛盾"),
        AlertKind::AmountMismatch => lang.say("Another amount", "金额不一致"),
        AlertKind::SurplusStuck => lang.say("Surplus to return by hand", "多付款需人工退回"),
        AlertKind::Surplus => lang.say("Surplus on its way back", "多付款退回中"),
        AlertKind::CaptureSoon => lang.say("Capture soon", "请款期限将至"),
        AlertKind::CaptureOver => lang.say("Capture over", "请款期限已过"),
    }
}
