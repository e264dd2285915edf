//! The first page: what calls for somebody, and three charts.
//! Counting is `figures`', drawing is `chart`'s.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};

use super::answer::Refused;
use super::chart::{Bar, bars};
use super::figures::{AGES, Figures, TIMES};
use super::visit::Visit;
use super::{Dashboard, alerts};
use crate::inbound::language::Language;

/// Alerts that stand on the first page; the rest is one click away.
const FIRST: usize = 5;

pub(super) async fn show(State(dashboard): State<Arc<Dashboard>>, visit: Visit) -> Response {
    let lang = visit.lang;
    let Ok(figures) = dashboard.figures().await else {
        return visit.refuse(Refused::Unavailable);
    };
    let body = html! { div #overview data-live { (content(lang, &figures)) } };
    visit.page(lang.say("Overview", "概览"), "/dashboard", body)
}

fn content(lang: Language, figures: &Figures) -> Markup {
    let first = figures.alerts.get(..FIRST).unwrap_or(&figures.alerts);
    html! {
        section.card {
            h2 { (lang.say("Alerts", "警报")) " (" (figures.alerts.len()) ")" }
            (alerts::all(lang, first))
            @if figures.alerts.len() > FIRST {
                p { a href="/dashboard/alerts" { (lang.say("All alerts", "全部警报")) } }
            }
        }
        div.charts {
            (success(lang, figures))
            (steps(lang.say("Time to result", "出结果用时"), &TIMES, &figures.times))
            (steps(lang.say("Age of payments without a result", "未决支付的时长"), &AGES, &figures.ages))
        }
        p.hint {
            (lang.say(
                "Counted over the 1,000 newest orders; ages also over the 500 oldest open ones. Days are UTC; bars of \
                 time are up to the value below them.",
                "统计最新 1000 个订单；时长另含最早的 500 个未完成订单。日期为 UTC；时间柱表示不超过下方数值。",
            ))
        }
    }
}

fn success(lang: Language, figures: &Figures) -> Markup {
    let (good, all) = figures.success();
    let days: Vec<Bar> = figures
        .days
        .iter()
        .map(|day| Bar {
            name: day.day.chars().skip(8).collect(),
            parts: vec![("good", day.succeeded), ("calm", day.cancelled), ("bad", day.failed)],
        })
        .collect();
    html! {
        section.card {
            h2 { (lang.say("Success rate", "成功率")) }
            p.large {
                @if let Some(rate) = good.saturating_mul(100).checked_div(all) { (rate) " %" } @else { "–" }
                small { " " (good) " / " (all) }
            }
            (bars(lang.say("Ends of payments by day", "每日支付结果"), &days))
            p.key {
                span.good { (lang.say("succeeded", "成功")) }
                span.calm { (lang.say("cancelled", "取消")) }
                span.bad { (lang.say("failed", "失败")) }
            }
        }
    }
}

fn steps(title: &str, names: &[(u64, &str)], counts: &[usize]) -> Markup {
    let bar = |((_, name), count): (&(u64, &str), &usize)| Bar {
        name: (*name).to_owned(),
        parts: vec![("plain", *count)],
    };
    let drawn: Vec<Bar> = names.iter().zip(counts).map(bar).collect();
    html! {
        section.card {
            h2 { (title) }
            p.large { (counts.iter().sum::<usize>()) }
            (bars(title, &drawn))
        }
    }
}
