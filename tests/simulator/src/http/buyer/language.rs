//! The two languages of the buyer's pages, and which one a buyer gets.
//! Where the words stand on a page is the templates' matter.

use axum::http::{HeaderMap, header};
use serde::Deserialize;

use super::document::query_value;

/// What the address of a page may carry.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Wishes {
    #[serde(default)]
    locale: Option<String>,
}

impl Wishes {
    pub(super) fn locale(&self) -> Option<&str> {
        self.locale.as_deref().filter(|locale| !locale.is_empty())
    }

    /// A path with the same wishes.
    pub(super) fn address(&self, path: &str) -> String {
        match self.locale() {
            Some(locale) => format!("{path}?locale={}", query_value(locale)),
            None => path.to_owned(),
        }
    }
}

/// A language of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    English,
    Chinese,
}

impl Language {
    /// By the `locale` of the address (`zh_CN`), else by what the browser asks for first, else English.
    pub(super) fn of(locale: Option<&str>, headers: &HeaderMap) -> Self {
        let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        // Browsers name the language that they like best first, so the weights need not be read.
        let wanted = locale.filter(|locale| !locale.is_empty()).or(accepted).unwrap_or_default();
        if wanted.trim_start().to_ascii_lowercase().starts_with("zh") { Self::Chinese } else { Self::English }
    }

    /// The value of the attribute `lang`.
    pub(super) fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-CN",
        }
    }

    pub(super) fn words(self) -> &'static Words {
        match self {
            Self::English => &ENGLISH,
            Self::Chinese => &CHINESE,
        }
    }
}

/// Everything that a page says.
#[derive(Debug)]
pub(super) struct Words {
    pub(super) payment: &'static str,
    pub(super) strip: &'static str,
    pub(super) card_number: &'static str,
    pub(super) expiry: &'static str,
    pub(super) cvv: &'static str,
    pub(super) holder: &'static str,
    pub(super) pay: &'static str,
    pub(super) keep: &'static str,
    pub(super) leave: &'static str,
    pub(super) for_tests: &'static str,
    pub(super) test_card: &'static str,
    pub(super) own_card: &'static str,
    pub(super) approve: &'static str,
    pub(super) decline: &'static str,
    pub(super) fail: &'static str,
    pub(super) pending: &'static str,
    pub(super) back: &'static str,
    pub(super) paid: &'static str,
    pub(super) kept: &'static str,
    pub(super) failed: &'static str,
    pub(super) closed: &'static str,
    pub(super) cancelled: &'static str,
    pub(super) undecided: &'static str,
    pub(super) declined: &'static str,
    pub(super) unknown: &'static str,
    pub(super) bad_number: &'static str,
    pub(super) bad_expiry: &'static str,
    pub(super) bad_cvv: &'static str,
    pub(super) trouble: &'static str,
    pub(super) to_bank: &'static str,
    pub(super) saved_cards: &'static str,
    pub(super) other_card: &'static str,
    pub(super) store: &'static str,
    pub(super) instalments: &'static str,
    pub(super) address: &'static str,
    pub(super) region: &'static str,
    pub(super) state: &'static str,
    pub(super) city: &'static str,
    pub(super) address1: &'static str,
    pub(super) address2: &'static str,
    pub(super) zip_code: &'static str,
    pub(super) bank: &'static str,
    pub(super) bank_asks: &'static str,
    pub(super) bank_done: &'static str,
    pub(super) bank_over: &'static str,
    pub(super) confirm: &'static str,
    pub(super) refuse: &'static str,
    pub(super) wallet: &'static str,
}

static ENGLISH: Words = Words {
    payment: "Payment",
    strip: "Simulated payment: no real money moves",
    card_number: "Card number",
    expiry: "Expiry (MM/YY)",
    cvv: "Security code",
    holder: "Name on card",
    pay: "Pay",
    keep: "Save the card",
    leave: "Leave without paying",
    for_tests: "For tests",
    test_card: "Test card",
    own_card: "The one typed in above",
    approve: "Approve",
    decline: "Decline",
    fail: "Fail",
    pending: "Leave pending",
    back: "Back to the shop",
    paid: "This payment is complete.",
    kept: "The card is saved.",
    failed: "This payment has failed.",
    closed: "The time to pay is over. Nothing was charged.",
    cancelled: "This payment was cancelled.",
    undecided: "The result of this payment comes later.",
    declined: "The payment was declined. Nothing was charged; you may try another card.",
    unknown: "There is no such payment.",
    bad_number: "Enter the 12 to 19 digits of the card.",
    bad_expiry: "Enter a month and year that are not over, as MM/YY.",
    bad_cvv: "Enter the 3 or 4 digits of the security code.",
    trouble: "This payment cannot be made here now.",
    to_bank: "Continue at the bank",
    saved_cards: "Saved cards",
    other_card: "Another card",
    store: "Save this card for later payments in this shop",
    instalments: "Instalments (empty: pay at once)",
    address: "Billing address (optional)",
    region: "Country code",
    state: "State",
    city: "City",
    address1: "Address",
    address2: "Address, second line",
    zip_code: "Postal code",
    bank: "Simulated bank",
    bank_asks: "Your bank asks whether you are making this payment with the card",
    bank_done: "Thank you. You may go back to the payment.",
    bank_over: "This question can no longer be answered.",
    confirm: "Confirm the payment",
    refuse: "This is not me",
    wallet: "Simulated wallet app",
};

static CHINESE: Words = Words {
    payment: "付款",
    strip: "模拟付款：不会发生真实扣款",
    card_number: "卡号",
    expiry: "有效期（月/年）",
    cvv: "安全码",
    holder: "持卡人姓名",
    pay: "支付",
    keep: "保存此卡",
    leave: "放弃支付",
    for_tests: "测试专用",
    test_card: "测试卡",
    own_card: "使用上面填写的卡",
    approve: "批准",
    decline: "拒绝",
    fail: "失败",
    pending: "保持处理中",
    back: "返回商家",
    paid: "该笔付款已完成。",
    kept: "此卡已保存。",
    failed: "该笔付款已失败。",
    closed: "付款时间已过，未扣款。",
    cancelled: "该笔付款已取消。",
    undecided: "该笔付款的结果稍后给出。",
    declined: "付款被拒绝，未扣款。您可以换一张卡再试。",
    unknown: "没有这笔付款。",
    bad_number: "请输入 12 至 19 位卡号。",
    bad_expiry: "请输入未过期的月份和年份，格式为 月/年。",
    bad_cvv: "请输入 3 或 4 位安全码。",
    trouble: "目前无法在此完成付款。",
    to_bank: "前往银行继续",
    saved_cards: "已保存的卡",
    other_card: "使用其他卡",
    store: "保存此卡，方便下次在本店支付",
    instalments: "分期数（留空为一次付清）",
    address: "账单地址（可选）",
    region: "国家/地区代码",
    state: "州/省",
    city: "城市",
    address1: "地址",
    address2: "地址第二行",
    zip_code: "邮政编码",
    bank: "模拟银行",
    bank_asks: "银行请您确认是否使用此卡付款",
    bank_done: "谢谢，您可以返回付款页面。",
    bank_over: "该验证已失效。",
    confirm: "确认付款",
    refuse: "不是我本人操作",
    wallet: "模拟钱包应用",
};

#[cfg(test)]
mod tests {
    use super::*;

    fn accepting(value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, axum::http::HeaderValue::from_static(value))])
    }

    #[test]
    fn the_address_decides_before_the_browser_does() {
        let chinese = accepting("zh-CN,zh;q=0.9,en;q=0.8");
        assert_eq!(Language::of(Some("en_US"), &chinese), Language::English);
        assert_eq!(Language::of(None, &chinese), Language::Chinese);
        assert_eq!(Language::of(Some("zh_CN"), &HeaderMap::new()), Language::Chinese);
        assert_eq!(Language::of(Some("fr_FR"), &accepting("fr")), Language::English);
    }
}
