//! The frame of every page: head, navigation, who is signed in.
//! What stands in it is left to the pages; maud escapes every text.

use antom_core::money::Money;
use antom_core::time::Timestamp;
use maud::{DOCTYPE, Markup, html};

use super::session::Visitor;
use crate::inbound::language::Language;

/// One page.
#[derive(Debug)]
pub(super) struct Page<'a> {
    pub(super) lang: Language,
    pub(super) title: &'a str,
    /// Where it is, without a query.
    pub(super) path: &'a str,
    /// Who looks at it; nobody before signing in.
    pub(super) visitor: Option<&'a Visitor>,
    pub(super) body: Markup,
}

impl Page<'_> {
    pub(super) fn text(&self) -> String {
        let Page { lang, title, path, visitor, body } = self;
        let markup = html! {
            (DOCTYPE)
            html lang=(lang.tag()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (title) " · Antom" }
                    link rel="stylesheet" href="/dashboard/page.css";
                    link rel="icon" href="/dashboard/icon.svg" type="image/svg+xml";
                    script src="/dashboard/page.js" defer {}
                }
                body {
                    a.skip href="#main" { (lang.say("To the content", "跳到内容")) }
                    header.top {
                        span.brand { "Antom" }
                        @if visitor.is_some() { (self.navigation()) }
                        div.tools {
                            (languages(*lang, path))
                            @if let Some(visitor) = visitor { (leaving(*lang, visitor)) }
                        }
                    }
                    main #main tabindex="-1" {
                        h1 { (title) }
                        (body)
                    }
                }
            }
        };
        markup.into_string()
    }

    fn navigation(&self) -> Markup {
        let lang = self.lang;
        let places = [
            ("/dashboard", lang.say("Overview", "概览")),
            ("/dashboard/orders", lang.say("Orders", "订单")),
            ("/dashboard/alerts", lang.say("Alerts", "警报")),
            ("/dashboard/reconciliations", lang.say("Reconciliations", "对账")),
        ];
        html! {
            nav aria-label=(lang.say("Main", "主导航")) {
                @for (place, name) in places {
                    a href=(place) aria-current=[(place == self.path).then_some("page")] { (name) }
                }
            }
        }
    }
}

fn languages(lang: Language, path: &str) -> Markup {
    let other = lang.other();
    html! { a.language href={ (path) "?lang=" (other.word()) } lang=(other.tag()) hreflang=(other.tag()) { (other.name()) } }
}

fn leaving(lang: Language, visitor: &Visitor) -> Markup {
    html! {
        form method="post" action="/dashboard/sign-out" {
            input type="hidden" name="csrf" value=(visitor.csrf.expose());
            span.who { (visitor.key.name) }
            button.quiet { (lang.say("Sign out", "退出")) }
        }
    }
}

/// An instant, to the second.
pub(super) fn instant(at: Timestamp) -> Markup {
    let exact = at.to_rfc3339();
    let shown = exact.get(..19).unwrap_or(&exact).replace('T', " ");
    html! { time datetime=(exact) title=(exact) { (shown) } }
}

/// An amount with its currency.
pub(super) fn money(amount: Money) -> String {
    format!("{} {}", amount.to_decimal_string(), amount.currency().code())
}

/// A path with this id in it: whatever the id holds, it stays one part of the path.
pub(super) fn path_with(before: &str, id: &str, after: &str) -> String {
    let mut path = before.to_owned();
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_~".contains(&byte) {
            path.push(char::from(byte));
        } else {
            path.push_str(&format!("%{byte:02X}"));
        }
    }
    path + after
}

/// Where an order is shown.
pub(super) fn order_path(id: &str) -> String {
    path_with("/dashboard/orders/", id, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_stays_one_part_of_its_path() {
        assert_eq!(order_path("O-1_a"), "/dashboard/orders/O-1_a");
        assert_eq!(order_path("../a?b#c é"), "/dashboard/orders/%2E%2E%2Fa%3Fb%23c%20%C3%A9");
    }
}
