//! English and Chinese: which one a request asks for, and the words of phases, tasks and events in both.
//! Sentences that stand on one page only are said there.

use antom_domain::order::{OrderPhase, TaskKind};
use antom_domain::port::DeliveryState;
use axum::http::{HeaderMap, header};

use super::session::cookie;

const COOKIE: &str = "antom_language";

/// The language of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lang {
    En,
    Zh,
}

impl Lang {
    /// The language that the address asks for.
    pub(super) fn chosen(query: &str) -> Option<Lang> {
        query.split('&').find_map(|pair| match pair {
            "lang=en" => Some(Lang::En),
            "lang=zh" => Some(Lang::Zh),
            _ => None,
        })
    }

    /// What the address asks for, else what was asked for before, else what the browser prefers.
    pub(super) fn of_request(headers: &HeaderMap, query: &str) -> Lang {
        let prefers_chinese = || {
            let preferred = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
            preferred.is_some_and(|list| list.trim_start().to_ascii_lowercase().starts_with("zh"))
        };
        Lang::chosen(query).unwrap_or_else(|| match cookie(headers, COOKIE) {
            Some("zh") => Lang::Zh,
            Some("en") => Lang::En,
            _ if prefers_chinese() => Lang::Zh,
            _ => Lang::En,
        })
    }

    pub(super) fn cookie(self) -> &'static str {
        match self {
            Lang::En => "antom_language=en; Path=/dashboard; HttpOnly; SameSite=Strict; Max-Age=31536000",
            Lang::Zh => "antom_language=zh; Path=/dashboard; HttpOnly; SameSite=Strict; Max-Age=31536000",
        }
    }

    pub(super) fn code(self) -> &'static str {
        self.say("en", "zh")
    }

    pub(super) fn name(self) -> &'static str {
        self.say("English", "中文")
    }

    pub(super) fn other(self) -> Lang {
        match self {
            Lang::En => Lang::Zh,
            Lang::Zh => Lang::En,
        }
    }

    /// The one of both that is meant.
    pub(super) fn say<'a>(self, english: &'a str, chinese: &'a str) -> &'a str {
        match self {
            Lang::En => english,
            Lang::Zh => chinese,
        }
    }

    pub(super) fn phase(self, phase: OrderPhase) -> &'static str {
        let (english, chinese) = match phase {
            OrderPhase::Open => ("open", "待支付"),
            OrderPhase::AwaitingPayment => ("awaiting payment", "支付中"),
            OrderPhase::UnderReview => ("under review", "审核中"),
            OrderPhase::Authorized => ("authorized", "已授权"),
            OrderPhase::Capturing => ("capturing", "请款中"),
            OrderPhase::PartlyCaptured => ("partly captured", "部分请款"),
            OrderPhase::Paid => ("paid", "已支付"),
            OrderPhase::OnHold => ("on hold", "已冻结"),
            OrderPhase::Returning => ("returning", "退回中"),
            OrderPhase::Refunded => ("refunded", "已退款"),
            _ => (phase.as_str(), phase.as_str()),
        };
        self.say(english, chinese)
    }

    /// What the phase of an order means.
    pub(super) fn meaning(self, phase: OrderPhase) -> &'static str {
        let chinese = match phase {
            OrderPhase::Open => "当前没有进行中的支付；买家可以支付或重新支付。",
            OrderPhase::AwaitingPayment => "有一次支付正在进行；正在等待并查询结果。",
            OrderPhase::UnderReview => "网关正在审核这笔支付，或已拒绝且款项将退回。",
            OrderPhase::Authorized => "银行卡款项已冻结但尚未扣款；需由商户请款。",
            OrderPhase::Capturing => "款项已冻结，请款尚未确认。",
            OrderPhase::PartlyCaptured => "已请款一部分；商户需请款余额或标记最后一次请款。",
            OrderPhase::Paid => "款项已确认；可以发货。",
            OrderPhase::OnHold => "网关的答复相互矛盾；在一致之前不得发货。",
            OrderPhase::Returning => "订单已支付，款项正在退回。",
            OrderPhase::Refunded => "订单曾支付，款项已全部退回。",
            _ => phase.explain(),
        };
        self.say(phase.explain(), chinese)
    }

    /// What somebody has to do.
    pub(super) fn task(self, task: TaskKind) -> &'static str {
        let (english, chinese) = match task {
            TaskKind::Capture => ("Capture the held money, or cancel the payment.", "请款，或取消该支付。"),
            TaskKind::CaptureSoon => (
                "The time to capture is nearly over: capture now, or cancel.",
                "请款期限将至：请立即请款或取消。",
            ),
            TaskKind::CaptureRest => (
                "A part was captured: capture the rest, and mark the last capture.",
                "已部分请款：请款余额并标记最后一次请款。",
            ),
            TaskKind::CaptureEndedShort => (
                "The rest can no longer be captured: refund, or settle it with the buyer.",
                "余额已无法请款：请退款或与买家协商。",
            ),
            TaskKind::CaptureMissed => (
                "The time to capture has passed: ask the buyer to pay again.",
                "请款期限已过：请让买家重新支付。",
            ),
            TaskKind::CaptureLost => (
                "The gateway's own capture failed: ask the buyer to pay again.",
                "网关自动请款失败：请让买家重新支付。",
            ),
            TaskKind::SettleDispute => (
                "The gateway contradicts itself: settle it with its support, ship nothing.",
                "网关答复自相矛盾：请联系网关支持解决，不要发货。",
            ),
            TaskKind::ReturnSurplus => (
                "Neither a cancel nor a refund returned a surplus: return it by hand.",
                "取消和退款均未退回多付款项：请人工退回。",
            ),
            _ => ("Look at the order.", "请查看订单。"),
        };
        self.say(english, chinese)
    }

    pub(super) fn delivery(self, state: DeliveryState) -> &'static str {
        match state {
            DeliveryState::Kept => self.say("kept", "仅保存"),
            DeliveryState::Waiting => self.say("waiting", "等待发送"),
            DeliveryState::Delivered => self.say("delivered", "已送达"),
            DeliveryState::GivenUp => self.say("given up", "已放弃"),
        }
    }

    /// An event of the log, by its name; the name itself where there is no sentence.
    pub(super) fn event(self, name: &str) -> &str {
        let found = EVENTS.iter().find(|(known, ..)| *known == name);
        found.map_or(name, |(_, english, chinese)| self.say(english, chinese))
    }
}

/// Every event of the log in both languages.
const EVENTS: [(&str, &str, &str); 43] = [
    ("OrderCreated", "Order created", "订单已创建"),
    ("AttemptOpened", "Attempt opened", "发起支付"),
    ("PaymentInDoubt", "Opening in doubt: no verified answer", "发起结果未知：没有可信答复"),
    ("PaymentAwaitsPayer", "Waits for the buyer", "等待买家支付"),
    ("HandoutReceived", "Payment page handed out", "已取得支付页面"),
    ("PaymentPending", "Buyer has acted, result to come", "买家已操作，等待结果"),
    ("PaymentIdLearnt", "Gateway's id became known", "已获知网关支付号"),
    ("PaymentSucceeded", "Payment succeeded", "支付成功"),
    ("PaymentFailed", "Payment failed", "支付失败"),
    ("PaymentCancelled", "Payment cancelled", "支付已取消"),
    ("DetailsLearnt", "Details of the card became known", "已获知银行卡信息"),
    ("AuthorizationHeld", "Money held", "款项已冻结"),
    ("ReviewPending", "Held, under review", "已冻结，审核中"),
    ("ReviewRejected", "Refused by the review", "审核拒绝"),
    ("AuthorizationReleased", "Hold released", "冻结已解除"),
    ("AuthorizationCaptured", "Hold captured", "冻结款已扣款"),
    ("AttemptKept", "Kept as the order's payment", "作为订单的付款保留"),
    ("AttemptSurplus", "Surplus: one payment too many", "重复付款：多出一笔"),
    ("CaptureAwaited", "Gateway captures by itself", "等待网关自动请款"),
    ("CaptureRequested", "Capture requested", "已申请请款"),
    ("CaptureInDoubt", "Capture in doubt", "请款结果未知"),
    ("CaptureProcessing", "Capture under way", "请款处理中"),
    ("CaptureSucceeded", "Captured", "请款成功"),
    ("CaptureIdLearnt", "Gateway's id of the capture became known", "已获知网关请款号"),
    ("CaptureFailed", "Capture failed", "请款失败"),
    ("CancelRequested", "Cancel requested", "已申请取消"),
    ("CancelInDoubt", "Cancel in doubt", "取消结果未知"),
    ("CancelConfirmed", "Cancelled", "取消成功"),
    ("CancelRefused", "Cancel refused", "取消被拒绝"),
    ("RefundRequested", "Refund requested", "已申请退款"),
    ("RefundInDoubt", "Refund in doubt", "退款结果未知"),
    ("RefundProcessing", "Refund under way", "退款处理中"),
    ("RefundSucceeded", "Refunded", "退款成功"),
    ("RefundFailed", "Refund failed", "退款失败"),
    ("AmountMismatch", "The gateway named another amount", "网关给出的金额不一致"),
    ("Contradicted", "The gateway contradicted itself", "网关答复自相矛盾"),
    ("SurplusStuck", "A surplus must be returned by hand", "多付款项需人工退回"),
    ("HintReceived", "A notification of an unlikely age: the gateway is asked", "通知时间异常：已向网关查询"),
    ("LateSuccess", "A success came after the end: it goes back", "结束后才成功：款项将退回"),
    ("CaptureDeadlineNear", "The time to capture is nearly over", "请款期限将至"),
    ("CaptureDeadlinePassed", "The time to capture is over", "请款期限已过"),
    ("PersonalDataErased", "Personal data erased", "个人信息已删除"),
    ("DisputeSettled", "The gateway agrees with the record again", "网关答复已与记录一致"),
];

#[cfg(test)]
mod tests {
    use antom_domain::order::stored::event_names;

    use super::*;

    #[test]
    fn every_event_has_a_sentence_in_both_languages() {
        for name in event_names() {
            for lang in [Lang::En, Lang::Zh] {
                assert_ne!(lang.event(name), *name, "{name}");
            }
        }
        assert_eq!(Lang::En.event("SomethingNew"), "SomethingNew");
    }

    #[test]
    fn the_address_goes_before_the_cookie_and_the_cookie_before_the_browser() {
        let headers = |cookie: &str, accept: &str| {
            HeaderMap::from_iter([
                (header::COOKIE, cookie.parse().unwrap()),
                (header::ACCEPT_LANGUAGE, accept.parse().unwrap()),
            ])
        };
        let both = headers("antom_language=zh", "en-US");
        assert_eq!(Lang::of_request(&both, "phase=paid&lang=en"), Lang::En);
        assert_eq!(Lang::of_request(&both, "lang=fr"), Lang::Zh);
        assert_eq!(Lang::of_request(&headers("x=y", "zh-CN,en;q=0.5"), ""), Lang::Zh);
        assert_eq!(Lang::of_request(&HeaderMap::new(), ""), Lang::En);
    }
}
