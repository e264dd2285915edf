//! Conditions on the fields of a request to start a payment that no list of types and lengths holds (rules 3, 4 and 8).
//! Types, lengths and the card's own conditions are looked at elsewhere.

use serde_json::Value;

use crate::core::fields::Fields;

/// What both ways to start a payment are looked at for.
pub(super) fn check(fields: &mut Fields<'_>) {
    check_environment(fields);
    fields.text("order.buyer.referenceBuyerId", 64);
    fields.text("order.buyer.buyerEmail", 64);
    fields.text("order.buyer.buyerPhoneNo", 24);
    for path in ["merchantRegion", "userRegion", "order.shipping.shippingAddress.region"] {
        check_region(fields, path);
    }
    check_address(fields, "paymentRedirectUrl", is_any_address, "has no scheme");
    check_address(fields, "paymentNotifyUrl", is_web_address, "is no http or https address");
}

/// The buyer's terminal, which `pay` asks for (rules 3.4 and 3.5).
pub(super) fn terminal<'a>(fields: &mut Fields<'a>) -> &'a str {
    let terminal = fields.one_of("env.terminalType", &["WEB", "WAP", "APP", "MINI_APP"]).unwrap_or("");
    if fields.at("env.terminalType").is_none_or(|value| value == "") {
        fields.fault("env.terminalType is missing".to_owned());
    }
    let os = fields.one_of("env.osType", &["IOS", "ANDROID"]);
    if matches!(terminal, "WAP" | "APP" | "MINI_APP") && os.is_none() {
        fields.fault(format!("env.osType is missing, which terminalType {terminal} needs"));
    }
    if terminal == "MINI_APP" && fields.text("appId", 32).is_none() {
        fields.fault("appId is missing, which terminalType MINI_APP needs".to_owned());
    }
    terminal
}

/// What the buyer's device is like (rules 4.5).
fn check_environment(fields: &mut Fields<'_>) {
    const DEPTHS: [i64; 9] = [1, 4, 8, 15, 16, 24, 30, 32, 48];
    let mut wrong = |path: &str, is_right: &dyn Fn(i64) -> bool, reason: &str| {
        let given = fields.at(path).filter(|value| *value != "");
        if given.is_some_and(|value| !whole_number(value).is_some_and(is_right)) {
            fields.fault(format!("{path} {reason}"));
        }
    };
    wrong("env.colorDepth", &|depth| DEPTHS.contains(&depth), "is none of 1, 4, 8, 15, 16, 24, 30, 32, 48");
    wrong(
        "env.timeZoneOffset",
        &|minutes| (-720..=720).contains(&minutes),
        "is not from -720 to 720 minutes",
    );
    wrong("env.screenHeight", &|pixels| pixels > 0, "is not positive");
    wrong("env.screenWidth", &|pixels| pixels > 0, "is not positive");
}

fn check_region(fields: &mut Fields<'_>, path: &str) {
    let Some(region) = fields.text(path, 2) else { return };
    if region.len() != 2 || !region.bytes().all(|b| b.is_ascii_uppercase()) {
        fields.fault(format!("{path} is not two capital letters"));
    }
}

fn check_address(fields: &mut Fields<'_>, path: &str, is_right: fn(&str) -> bool, reason: &str) {
    if fields.text(path, 2_048).is_some_and(|url| !is_right(url)) {
        fields.fault(format!("{path} {reason}"));
    }
}

/// A scheme, of an app perhaps, and whatever follows (T-1: `imeituan://`).
fn is_any_address(url: &str) -> bool {
    let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme);
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.chars().all(known) && !url.contains(' ')
}

fn is_web_address(url: &str) -> bool {
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    host.is_some_and(|host| !host.is_empty() && !host.starts_with('/') && !host.contains(' '))
}

/// A whole number as JSON or as text (rules 1.13).
fn whole_number(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => text.parse().ok(),
        other => other.as_i64(),
    }
}
