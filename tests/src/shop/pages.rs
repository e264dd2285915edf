//! The shop's pages as HTML.
//! What is ordered and paid is left to the shop; every text from outside is escaped.

use serde_json::Value;

use crate::http::{flag_at, text_at};

/// Id, name and price in US cents.
pub(super) const PRODUCTS: [(&str, &str, u64); 2] =
    [("tea-pot", "Tea pot", 2_400), ("cups", "Two cups", 1_850)];
pub(super) const STYLES: &str = include_str!("shop.css");

pub(super) type Behind<'a> = &'a [(&'static str, String)];

/// The first page: what there is, how many of it, and how it is paid.
pub(super) fn cart(behind: Behind<'_>) -> String {
    let row = |(place, (id, name, cents)): (usize, (&str, &str, u64))| {
        let count = usize::from(place == 0);
        format!(
            "<p class=\"row\"><label for=\"{id}\">{name} <span>USD {}</span></label>\
             <input id=\"{id}\" name=\"{id}\" type=\"number\" min=\"0\" max=\"9\" value=\"{count}\"></p>",
            price(cents)
        )
    };
    let rows: String = PRODUCTS.into_iter().enumerate().map(row).collect();
    let body = format!(
        "<h1>Your cart</h1><form method=\"post\" action=\"/buy\">{rows}\
         <fieldset><legend>Pay by card</legend>\
         <label><input type=\"radio\" name=\"integration\" value=\"session\" checked> in our checkout</label>\
         <label><input type=\"radio\" name=\"integration\" value=\"hosted\"> on the gateway's page</label></fieldset>\
         <button>Buy</button></form>"
    );
    framed(behind, "Cart", &body)
}

/// The page of an order, as the merchant API tells of it.
pub(super) fn order(behind: Behind<'_>, order: &Value, method: &str) -> String {
    let (id, phase) = (text_at(order, "/referenceOrderId"), text_at(order, "/phase"));
    let (kind, told) = match (phase, flag_at(order, "/shippable")) {
        (_, Some(true)) => ("good", "Paid. We pack it and send it to you."),
        ("open", _) => ("busy", "Not paid yet."),
        ("refunded" | "returning", _) => ("calm", "Given back."),
        _ => ("busy", "We wait for the result of your payment. Load this page again in a moment."),
    };
    let again = format!(
        "<form method=\"post\" action=\"/orders/{id}/pay\"><input type=\"hidden\" name=\"paymentMethodType\" \
         value=\"{method}\"><button>Pay{with}</button></form>",
        id = escaped(id),
        method = escaped(method),
        with = if method.is_empty() { String::new() } else { format!(" by {}", escaped(method)) },
    );
    let cents = text_at(order, "/amount/value").parse().unwrap_or(0);
    let body = format!(
        "<h1>Order {}</h1><p class=\"{kind}\" data-phase=\"{}\">{told}</p><p>{} <span>USD {}</span></p>{}\
         <p><a href=\"/\">Back to the shop</a></p>",
        escaped(id),
        escaped(phase),
        escaped(text_at(order, "/description")),
        price(cents),
        // Another method is wished for while a payment is under way, too: what may be opened is the service's to say.
        if phase == "open" || !method.is_empty() { again } else { String::new() },
    );
    framed(behind, "Order", &body)
}

/// What could not be done.
pub(super) fn trouble(behind: Behind<'_>, what: &str) -> String {
    let body = format!(
        "<h1>That did not work</h1><p class=\"bad\" role=\"alert\">{}</p><p><a href=\"/\">Back to the shop</a></p>",
        escaped(what)
    );
    framed(behind, "Not possible", &body)
}

fn framed(behind: Behind<'_>, title: &str, body: &str) -> String {
    let link =
        |(name, url): &(&str, String)| format!("<a href=\"{0}\" title=\"{0}\">{name}</a> ", escaped(url));
    let links: String = behind.iter().map(link).collect();
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title} - Tea shop</title>\
         <link rel=\"stylesheet\" href=\"/shop.css\"></head>\
         <body><header>Tea shop</header><main>{body}</main><footer>For the staff: {links}</footer></body></html>"
    )
}

fn price(cents: u64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn only_an_order_without_a_payment_offers_one_and_texts_stay_texts() {
        let seen = |phase: &str, shippable: bool| {
            let order = json!({
                "referenceOrderId": "a\"b", "phase": phase, "shippable": shippable,
                "amount": {"value": "2405"}, "description": "<b>cups</b>",
            });
            super::order(&[], &order, "")
        };
        assert!(seen("open", false).contains("action=\"/orders/a&quot;b/pay\""));
        let paid = seen("paid", true);
        assert!(
            !paid.contains("<form") && paid.contains("USD 24.05") && paid.contains("&lt;b&gt;cups"),
            "{paid}"
        );
        assert!(!seen("awaitingPayment", false).contains("<form"));
    }
}
