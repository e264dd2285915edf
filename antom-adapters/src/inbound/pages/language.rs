//! What the pages say in their two languages, and which one a buyer gets.
//! Where the words stand is left to the pages; the form's own words are the SDK's.

use antom_core::client_sdk::WebLocale;
use axum::http::HeaderMap;
use serde::Deserialize;

pub(super) use crate::inbound::language::Language;
use crate::inbound::language::accepted;

/// What the address of a page may carry.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Wishes {
    lang: Option<String>,
}

impl Language {
    /// By the address (`?lang=zh`), else by what the browser likes best, else English.
    pub(super) fn of(wishes: &Wishes, headers: &HeaderMap) -> Language {
        let wished = wishes.lang.as_deref().and_then(Language::named);
        wished.unwrap_or_else(|| Language::preferred(headers))
    }

    pub(super) fn words(self) -> &'static Words {
        match self {
            Language::English => &ENGLISH,
            Language::Chinese => &CHINESE,
        }
    }

    /// The SDK's locale: the page's where the buyer chose one, else the nearest to what the browser asks for.
    //= C-1
    pub(super) fn locale(self, wishes: &Wishes, headers: &HeaderMap) -> WebLocale {
        match (wishes.lang.as_deref(), self) {
            (Some("en"), _) => WebLocale::EnUs,
            (_, Language::Chinese) => WebLocale::ZhCn,
            (_, Language::English) => WebLocale::from_tags(accepted(headers)),
        }
    }
}

/// Everything that the pages say.
#[derive(Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Words {
    pub(super) other_language: &'static str,
    pub(super) payment: &'static str,
    pub(super) method: &'static str,
    pub(super) other_methods: &'static str,
    pub(super) card_brand: &'static str,
    pub(super) card: &'static str,
    pub(super) pay: &'static str,
    pub(super) to_payment: &'static str,
    pub(super) open_app: &'static str,
    pub(super) in_browser: &'static str,
    pub(super) address: &'static str,
    pub(super) region: &'static str,
    pub(super) state: &'static str,
    pub(super) city: &'static str,
    pub(super) address1: &'static str,
    pub(super) address2: &'static str,
    pub(super) zip_code: &'static str,
    pub(super) loading: &'static str,
    pub(super) no_script: &'static str,
    pub(super) too_old: &'static str,
    pub(super) blocked: &'static str,
    pub(super) problem: &'static str,
    pub(super) incomplete: &'static str,
    pub(super) region_wrong: &'static str,
    pub(super) left: &'static str,
    pub(super) not_paid: &'static str,
    pub(super) preparing: &'static str,
    pub(super) expired: &'static str,
    pub(super) superseded: &'static str,
    pub(super) no_network: &'static str,
    pub(super) not_set_up: &'static str,
    pub(super) asking: &'static str,
    pub(super) asking_text: &'static str,
    pub(super) still_open: &'static str,
    pub(super) show_result: &'static str,
    pub(super) go_on: &'static str,
    pub(super) to_order: &'static str,
    pub(super) paid: &'static str,
    pub(super) paid_text: &'static str,
    pub(super) failed: &'static str,
    pub(super) failed_text: &'static str,
    pub(super) reason: &'static str,
    pub(super) other_open: &'static str,
    pub(super) pay_again: &'static str,
    pub(super) processing: &'static str,
    pub(super) processing_text: &'static str,
}

static ENGLISH: Words = Words {
    other_language: "中文",
    payment: "Payment",
    method: "Payment method",
    other_methods: "Pay in another way",
    card_brand: "Card brand",
    card: "Card",
    pay: "Pay",
    to_payment: "Go to the payment page",
    open_app: "Open the app",
    in_browser: "Pay in the browser",
    address: "Billing address",
    region: "Country code, such as SG",
    state: "State or province (optional)",
    city: "City (optional)",
    address1: "Address (optional)",
    address2: "Address, second line (optional)",
    zip_code: "Postal code (optional)",
    loading: "The payment form is loading.",
    no_script: "This page needs JavaScript. Please switch it on, or use another browser.",
    too_old: "This browser is too old to pay with. Please use a newer one.",
    blocked: "The payment form could not be loaded. Check your connection or your content blocker, then try again.",
    problem: "The payment form could not be shown. Nothing was paid here. Please try again, or ask the shop.",
    incomplete: "Please complete the form.",
    region_wrong: "Please give the country of the address by its two letters.",
    left: "You left the payment. Nothing was paid; you can go on whenever you like.",
    not_paid: "This payment was not completed. You can try again, with another card if you like.",
    preparing: "Your payment is being prepared. This page goes on by itself.",
    expired: "The time for this payment has passed. Please start again in the shop.",
    superseded: "Another payment was opened for this order. Please go on there.",
    no_network: "There is no connection. Please try again.",
    not_set_up: "This shop has not set up its payment form yet.",
    asking: "Have you paid already?",
    asking_text: "We are asking about the result of your payment. Please wait a moment.",
    still_open: "Order processing. There is no final result yet.",
    show_result: "I have paid",
    go_on: "I have not paid: go on",
    to_order: "To the order",
    paid: "Payment complete",
    paid_text: "Thank you. The shop prepares your delivery and tells you about it.",
    failed: "Payment not completed",
    failed_text: "Nothing was charged for this payment. You can pay again, with another card or method if you like.",
    reason: "Reason:",
    other_open: "Another payment for this order is still being checked. Please wait for its result.",
    pay_again: "Pay again",
    processing: "Order processing",
    processing_text: "The shop has your order. Its page shows the result as soon as it is there; there is no need to pay again.",
};

static CHINESE: Words = Words {
    other_language: "English",
    payment: "支付",
    method: "支付方式",
    other_methods: "使用其他方式支付",
    card_brand: "卡组织",
    card: "银行卡",
    pay: "支付",
    to_payment: "前往支付页面",
    open_app: "打开应用",
    in_browser: "在浏览器中支付",
    address: "账单地址",
    region: "国家/地区代码，例如 SG",
    state: "州/省（可选）",
    city: "城市（可选）",
    address1: "地址（可选）",
    address2: "地址第二行（可选）",
    zip_code: "邮政编码（可选）",
    loading: "支付表单正在加载。",
    no_script: "此页面需要 JavaScript，请启用它或使用其他浏览器。",
    too_old: "此浏览器版本过旧，无法支付，请使用较新的浏览器。",
    blocked: "支付表单无法加载。请检查网络或内容拦截设置，然后重试。",
    problem: "支付表单无法显示，此处未扣款。请重试或联系商家。",
    incomplete: "请填写完整的表单。",
    region_wrong: "请用两位字母填写地址所在的国家/地区。",
    left: "您已离开支付，未扣款，可随时继续。",
    not_paid: "此次支付未完成，您可以重试，也可以换一张卡。",
    preparing: "正在准备支付，页面会自动继续。",
    expired: "支付时间已过，请回到商店重新开始。",
    superseded: "此订单已打开另一笔支付，请在那里继续。",
    no_network: "网络未连接，请重试。",
    not_set_up: "商家尚未设置支付表单。",
    asking: "您已经支付了吗？",
    asking_text: "正在查询支付结果，请稍候。",
    still_open: "订单处理中，暂无最终结果。",
    show_result: "我已支付",
    go_on: "我未支付，继续",
    to_order: "查看订单",
    paid: "支付成功",
    paid_text: "谢谢。商家正在准备发货，并会通知您配送信息。",
    failed: "支付未完成",
    failed_text: "此次支付未扣款。您可以重新支付，也可以换一张卡或其他方式。",
    reason: "原因：",
    other_open: "此订单的另一笔支付仍在确认中，请等待结果。",
    pay_again: "重新支付",
    processing: "订单处理中",
    processing_text: "商家已收到您的订单，订单页面会显示结果，无需再次支付。",
};

#[cfg(test)]
mod tests {
    use axum::http::{HeaderValue, header};

    use super::*;

    fn accepting(value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, HeaderValue::from_static(value))])
    }

    fn wish(lang: &str) -> Wishes {
        Wishes { lang: Some(lang.to_owned()) }
    }

    //= C-1 test
    #[test]
    fn the_address_decides_before_the_browser_and_the_form_speaks_the_browsers_language() {
        let (none, chinese, french) =
            (Wishes::default(), accepting("zh-Hans-CN,en;q=0.8"), accepting("fr-CH, en"));
        assert_eq!(Language::of(&none, &chinese), Language::Chinese);
        assert_eq!(Language::of(&wish("en"), &chinese), Language::English);
        assert_eq!(Language::of(&wish("zh"), &french), Language::Chinese);
        assert_eq!(Language::of(&wish("xx"), &french), Language::English);
        assert_eq!(Language::English.locale(&none, &french), WebLocale::FrFr);
        assert_eq!(Language::Chinese.locale(&none, &chinese), WebLocale::ZhCn);
        assert_eq!(Language::English.locale(&wish("en"), &french), WebLocale::EnUs);
        assert_eq!(Language::English.locale(&none, &accepting("ja")), WebLocale::EnUs);
    }
}
