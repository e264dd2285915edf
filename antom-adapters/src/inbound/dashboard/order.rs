//! One order: where it is and why, what is to be done, its attempts with their buttons, and its line of time.
//! What a button does is `act`'s.

mod attempt;

use std::sync::Arc;

use antom_core::id::ReferenceOrderId;
use antom_core::time::Timestamp;
use antom_domain::order::{Deadline, DeadlineKind, Explanation, Order, Recorded};
use antom_domain::port::{InboxMark, KeptEvent, StoreError, StoredOrder};
use antom_domain::service::BooksError;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};

use self::attempt::Buttons;
use super::answer::Refused;
use super::orders::pill;
use super::page::{instant, money, order_path};
use super::timeline::timeline;
use super::visit::Visit;
use super::{Dashboard, act};
use crate::inbound::language::Language;
use crate::service::config::Scope;

/// The newest merchant events that are shown.
const MOST_EVENTS: usize = 100;

/// Everything that is shown of an order.
struct Shown {
    stored: StoredOrder,
    history: Vec<Recorded>,
    notifications: Vec<InboxMark>,
    events: Vec<KeptEvent>,
    account: Explanation,
}

pub(super) async fn show(
    State(dashboard): State<Arc<Dashboard>>,
    visit: Visit,
    Path(id): Path<String>,
) -> Response {
    let message = act::done(visit.lang, &visit.query);
    render(&dashboard, &visit, &id, StatusCode::OK, message).await
}

/// The page of an order, below a message where there is one.
pub(super) async fn render(
    dashboard: &Dashboard,
    visit: &Visit,
    id: &str,
    status: StatusCode,
    message: Option<Markup>,
) -> Response {
    let shown = match ReferenceOrderId::parse(id) {
        Ok(id) => dashboard.shown(&id).await,
        Err(_) => Err(BooksError::UnknownOrder),
    };
    let shown = match shown {
        Ok(shown) => shown,
        Err(BooksError::UnknownOrder) => return visit.refuse(Refused::NotFound),
        Err(_) => return visit.refuse(Refused::Unavailable),
    };
    let body = html! {
        @if let Some(message) = message { (message) }
        div #order data-live { (content(dashboard, visit, &shown)) }
    };
    let title = format!("{} {id}", visit.lang.say("Order", "订单"));
    visit.page_with(status, &title, &order_path(id), body)
}

impl Dashboard {
    async fn shown(&self, id: &ReferenceOrderId) -> Result<Shown, BooksError> {
        let ports = self.api.books.ports();
        let stored = self.api.books.load(id).await?;
        let mut history = ports.store.history(id).await?;
        // What was recorded after the order was read is not in what it shows either.
        history.truncate(usize::try_from(stored.version).unwrap_or(usize::MAX));
        let notifications = super::lists::notifications_of(&self.api.books, &stored.order).await?;
        let events = self.events_of(id).await?;
        let account = stored.order.explain(ports.clock.now(), self.api.books.policy());
        Ok(Shown { stored, history, notifications, events, account })
    }

    /// What the merchant was told; a storage of one's own that cannot be looked into tells none.
    async fn events_of(&self, id: &ReferenceOrderId) -> Result<Vec<KeptEvent>, StoreError> {
        match &self.inspect {
            Some(inspect) => inspect.events_of(id, MOST_EVENTS).await,
            None => Ok(Vec::new()),
        }
    }
}

fn content(dashboard: &Dashboard, visit: &Visit, shown: &Shown) -> Markup {
    let (lang, visitor) = (visit.lang, &visit.visitor);
    let Shown { stored, history, notifications, events, account } = shown;
    let order = &stored.order;
    let buttons =
        Buttons { lang, visitor, order, version: stored.version, policy: dashboard.api.books.policy() };
    html! {
        (summary(lang, order, account))
        (next_steps(lang, account))
        h2 { (lang.say("Attempts", "支付尝试")) }
        @if order.attempts.is_empty() { p.empty { (lang.say("Nobody has tried to pay.", "尚无支付。")) } }
        @for (place, attempt) in order.attempts.iter().enumerate() {
            (buttons.card(place, attempt, account.attempts.get(place)))
        }
        h2 { (lang.say("Timeline (UTC)", "时间线（UTC）")) }
        section.card { (timeline(lang, order, history, notifications, events)) }
        @if !events.is_empty() {
            h2 { (lang.say("Events to our systems", "发送给商户系统的事件")) }
            section.card { (told(&buttons, events)) }
        }
    }
}

fn summary(lang: Language, order: &Order, account: &Explanation) -> Markup {
    html! {
        section.card {
            p.large { (money(order.amount)) " " (pill(lang, order.phase())) }
            p { (lang.meaning(order.phase())) }
            @if order.is_read_only {
                p.message.bad {
                    (lang.say(
                        "A newer program had a part in this order: here it is only shown.",
                        "此订单由更新版本的程序写入，此处仅供查看。",
                    ))
                }
            }
            dl {
                dt { (lang.say("For", "内容")) } dd { (order.description) }
                dt { (lang.say("Buyer", "买家")) } dd { (order.reference_buyer_id) }
                dt { (lang.say("Created", "创建时间")) } dd { (instant(order.created_at)) }
                dt { (lang.say("May be shipped", "可否发货")) }
                dd {
                    @match &account.not_shippable {
                        None => (lang.say("yes", "可以")),
                        Some(reason) => { (lang.say("no: ", "不可：")) span title=(reason.code) { (lang.not_shippable(reason)) } }
                    }
                }
            }
        }
    }
}

/// What people have to do, what is awaited, and what ends when.
fn next_steps(lang: Language, account: &Explanation) -> Markup {
    html! {
        section.card {
            h2 { (lang.say("Next steps", "下一步")) }
            @if account.tasks.is_empty() && account.awaited.is_empty() {
                p { (lang.say("Nothing to do; nothing is awaited.", "无需操作，也没有等待中的答复。")) }
            }
            ul.steps {
                @for task in &account.tasks {
                    li.bad {
                        strong { (lang.task(task.kind)) } " " span.hint { (task.payment_request_id) }
                        @for said in &task.contradictions { " " code { (said) } }
                    }
                }
                @for awaited in &account.awaited {
                    li.busy {
                        (lang.say("An answer is awaited: ", "等待答复：")) code { (awaited.call) }
                        @if awaited.is_question {
                            span.hint { (lang.say(" (a question; asked again by itself)", "（查询，系统会自动重复）")) }
                        } @else {
                            span.hint { (lang.say(" (repeated with the same id and bytes)", "（以相同编号和内容重试）")) }
                        }
                    }
                }
            }
            dl {
                @if let Some(next) = account.next_check_at { (asked_at(lang, next)) }
                @for deadline in &account.deadlines { (ending(lang, deadline)) }
            }
        }
    }
}

fn asked_at(lang: Language, next: Timestamp) -> Markup {
    // To the minute: a page that stays open must not look new with every question.
    let minute: String = next.to_rfc3339().chars().take(16).collect();
    html! { dt { (lang.say("Asked again by", "下次查询不晚于")) } dd { (minute.replace('T', " ")) } }
}

fn ending(lang: Language, deadline: &Deadline) -> Markup {
    let name = match deadline.kind {
        DeadlineKind::WindowCloses => lang.say("Payment window closes", "支付窗口关闭"),
        DeadlineKind::CaptureBefore => lang.say("Capture before", "请款截止"),
        _ => lang.say("Deadline", "期限"),
    };
    html! {
        dt { (name) }
        dd {
            (instant(deadline.at))
            @if deadline.has_passed { " " span.hint { (lang.say("(passed)", "（已过）")) } }
        }
    }
}

fn told(buttons: &Buttons<'_>, events: &[KeptEvent]) -> Markup {
    let lang = buttons.lang;
    html! {
        ul.events {
            @for kept in events.iter().rev() {
                li {
                    code { (kept.event.kind.as_str()) }
                    (instant(kept.event.at))
                    span.pill.calm { (lang.delivery(kept.state)) }
                    @if buttons.visitor.may(Scope::Pay) && buttons.policy.sends_events { (buttons.resend(kept)) }
                }
            }
        }
    }
}
