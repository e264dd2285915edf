//! Limits by the name of the field, and the rules of single texts.
//! Where a field stands is left to `check`.

/// Most characters by field name; where sources differ, the larger one.
const MAX_CHARACTERS: [(&str, usize); 69] = [
    ("address1", 256),
    ("address2", 256),
    ("allowedPaymentMethodRegions", 6),
    ("appId", 32),
    ("businessNo", 10),
    ("buyerEmail", 64),
    ("buyerPhoneNo", 24),
    ("cardToken", 2048),
    ("carrierName", 128),
    ("carrierNo", 64),
    ("cavv", 64),
    ("city", 32),
    ("clientIp", 64),
    ("couponId", 64),
    ("cpf", 11),
    ("dateOfBirth", 10),
    ("defaultPaymentMethod", 64),
    ("deliveryMethodType", 32),
    ("deviceBrand", 64),
    ("deviceModel", 128),
    ("deviceTokenId", 64),
    ("dsTransactionId", 64),
    ("email", 64),
    ("extendInfo", 2048),
    ("firstName", 32),
    ("fullName", 128),
    ("gameName", 128),
    ("goodsName", 256),
    ("goodsUrl", 2048),
    ("hotelName", 128),
    ("interestRate", 16),
    ("lastName", 32),
    ("locale", 8),
    ("merchantAccountId", 32),
    ("middleName", 32),
    ("networkTransactionId", 256),
    ("orderDescription", 256),
    ("passengerEmail", 64),
    ("passengerPhoneNo", 32),
    ("payerEmail", 64),
    ("paymentMethodId", 2048),
    ("paymentMethodRegion", 6),
    ("paymentMethodType", 64),
    ("paymentNotifyUrl", 2048),
    ("paymentRedirectUrl", 2048),
    ("periodType", 20),
    ("priceId", 64),
    ("productScene", 32),
    ("promotionCodeId", 64),
    ("redirectUrl", 2048),
    ("referenceGoodsId", 64),
    ("referenceRefundId", 64),
    ("refundNotifyUrl", 1024),
    ("refundReason", 256),
    ("retryMode", 9),
    ("selectedCardBrand", 64),
    ("shippingCarrier", 128),
    ("shippingDescription", 64),
    ("shippingPhoneNo", 16),
    ("shipToEmail", 64),
    ("splitTo", 32),
    ("state", 8),
    ("subscriptionNotifyUrl", 2048),
    ("subscriptionOrderId", 32),
    ("toppedUpEmail", 64),
    ("toppedUpPhoneNo", 32),
    ("toppedUpUser", 128),
    ("vaultingNotificationUrl", 2048),
    ("zipCode", 32),
];

/// Most entries of a list by field name.
const MAX_ENTRIES: [(&str, usize); 2] = [("filteredInstallmentPeriods", 100), ("goods", 100)];

/// Smallest and largest number by field name.
const RANGES: [(&str, i64, i64); 5] = [
    ("feePercentage", 0, 100),
    ("installmentNum", 2, 36),
    ("screenHeight", 1, 1_000_000),
    ("screenWidth", 1, 1_000_000),
    ("timeZoneOffset", -720, 720),
];

/// Texts that may not be empty where they are sent.
const NEVER_EMPTY: [&str; 3] = ["orderDescription", "paymentMethodType", "paymentRedirectUrl"];

/// What card data is called, in lower case.
const CARD_DATA: [&str; 15] = [
    "cardno",
    "cardnumber",
    "pan",
    "primaryaccountnumber",
    "cvv",
    "cvv2",
    "cvc",
    "cvc2",
    "cid",
    "securitycode",
    "expiryyear",
    "expirymonth",
    "expirydate",
    "expirationdate",
    "cardpassworddigest",
];

pub(super) fn max_characters(name: &str) -> Option<usize> {
    MAX_CHARACTERS.iter().find(|(field, _)| *field == name).map(|(_, max)| *max)
}

pub(super) fn max_entries(name: &str) -> Option<usize> {
    MAX_ENTRIES.iter().find(|(field, _)| *field == name).map(|(_, max)| *max)
}

pub(super) fn range(name: &str) -> Option<(i64, i64)> {
    RANGES.iter().find(|(field, _, _)| *field == name).map(|(_, min, max)| (*min, *max))
}

pub(super) fn may_be_empty(name: &str) -> bool {
    !NEVER_EMPTY.contains(&name)
}

/// Whether the field is one of the raw data of a card, however it is written.
pub(super) fn is_card_data(name: &str) -> bool {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    CARD_DATA.contains(&plain.to_ascii_lowercase().as_str())
}

/// Whether the field is a region of ISO 3166.
pub(super) fn is_region_field(name: &str) -> bool {
    ["region", "merchantRegion", "userRegion"].contains(&name)
}

/// Whether the field is a time that the gateway reads.
pub(super) fn is_time_field(name: &str) -> bool {
    const TIMES: [&str; 5] = [
        "paymentExpiryTime",
        "paymentSessionExpiryTime",
        "subscriptionEndTime",
        "subscriptionExpiryTime",
        "subscriptionStartTime",
    ];
    TIMES.contains(&name)
}

/// Whether the field is a currency of ISO 4217 outside an amount.
pub(super) fn is_currency_field(name: &str) -> bool {
    ["settlementCurrency", "paymentCurrency", "sellCurrency", "buyCurrency", "vaultingCurrency"]
        .contains(&name)
}

/// The depths that the gateway takes, in bits.
pub(super) const COLOR_DEPTHS: &str = "1, 4, 8, 15, 16, 24, 30, 32 or 48";

pub(super) fn is_color_depth(text: &str) -> bool {
    ["1", "4", "8", "15", "16", "24", "30", "32", "48"].contains(&text)
}

pub(super) fn is_region(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// Han script: the unified ideographs with their extensions, radicals and compatibility forms.
pub(super) fn is_chinese(character: char) -> bool {
    matches!(
        character,
        '\u{2E80}'..='\u{2FDF}'
            | '\u{3005}'
            | '\u{3007}'
            | '\u{3021}'..='\u{3029}'
            | '\u{3038}'..='\u{303B}'
            | '\u{3400}'..='\u{4DBF}'
            | '\u{4E00}'..='\u{9FFF}'
            | '\u{F900}'..='\u{FAFF}'
            | '\u{20000}'..='\u{3FFFF}'
    )
}

/// An absolute URL of visible ASCII; custom schemes without a host are used by apps and taken.
//= T-1
pub(super) fn is_redirect_url(text: &str) -> bool {
    let Some((scheme, _)) = text.split_once("://") else { return false };
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    // A browser would run or open these instead of visiting a page.
    let runs_code =
        ["javascript", "vbscript", "data", "blob", "file"].contains(&scheme.to_ascii_lowercase().as_str());
    let has_host_if_web = !is_web(scheme) || has_host(text);
    is_scheme && !runs_code && has_host_if_web && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// An `http` or `https` URL with a host; the sandbox and the documents' samples use both.
pub(super) fn is_notify_url(text: &str) -> bool {
    let is_web = text.split_once("://").is_some_and(|(scheme, _)| is_web(scheme));
    is_web && is_redirect_url(text)
}

fn is_web(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
}

fn has_host(url: &str) -> bool {
    let host = url.split_once("://").map_or("", |(_, rest)| rest).split(['/', '?', '#', ':']).next();
    host.is_some_and(|host| !host.is_empty())
}
