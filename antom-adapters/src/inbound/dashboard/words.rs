//! English and Chinese: which one a request asks for, and the words of phases, tasks and events in both.
//! Sentences that stand on one page only are said there.

use antom_domain::order::{OrderPhase, Reason, TaskKind};
use antom_domain::port::DeliveryState;
use axum::http::HeaderMap;

use super::session::cookie;
use crate::inbound::language::Language;

const COOKIE: &str = "antom_language";

impl Language {
    /// The language that the address asks for.
    pub(super) fn chosen(query: &str) -> Option<Language> {
        query.split('&').filter_map(|pair| pair.strip_prefix("lang=")).find_map(Language::named)
    }

    /// What the address asks for, else what was asked for before, else what the browser prefers.
    pub(super) fn of_request(headers: &HeaderMap, query: &str) -> Language {
        let before = || cookie(headers, COOKIE).and_then(Language::named);
        Language::chosen(query).or_else(before).unwrap_or_else(|| Language::preferred(headers))
    }

    pub(super) fn cookie(self) -> &'static str {
        match self {
            Language::English => {
                "antom_language=en; Path=/dashboard; HttpOnly; SameSite=Strict; Max-Age=31536000"
            }
            Language::Chinese => {
                "antom_language=zh; Path=/dashboard; HttpOnly; SameSite=Strict; Max-Age=31536000"
            }
        }
    }

    pub(super) fn name(self) -> &'static str {
        self.say("English", "中文")
    }

    /// The one of both that is meant.
    pub(super) fn say<'a>(self, english: &'a str, chinese: &'a str) -> &'a str {
        match self {
            Language::English => english,
            Language::Chinese => chinese,
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

    /// What a call or a hold is called.
    pub(super) fn machine(self, machine: &str) -> &str {
        self.word_of(&MACHINES, machine)
    }

    /// The phase of a machine, in words; the machine's own word where there are none.
    pub(super) fn phase_of<'a>(self, machine: &str, phase: &'a str) -> &'a str {
        let found = PHASES.iter().find(|(known, word, ..)| *known == machine && *word == phase);
        found.map_or(phase, |(.., english, chinese)| self.say(english, chinese))
    }

    /// Why something was cancelled or refunded.
    pub(super) fn reason(self, reason: &str) -> &str {
        self.word_of(&REASONS, reason)
    }

    /// Why an order is not shipped.
    pub(super) fn not_shippable(self, reason: &Reason) -> &str {
        let found = NOT_SHIPPABLE.iter().find(|(code, _)| *code == reason.code);
        self.say(&reason.meaning, found.map_or(&reason.code, |(_, chinese)| chinese))
    }

    fn word_of<'a>(self, words: &[(&str, &'static str, &'static str)], word: &'a str) -> &'a str {
        let found = words.iter().find(|(known, ..)| *known == word);
        found.map_or(word, |(_, english, chinese)| self.say(english, chinese))
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
        self.word_of(&EVENTS, name)
    }
}

/// A code of the merchant API in Chinese, for what a button asks for.
pub(super) fn refused(code: &str) -> &'static str {
    match code {
        "forbidden" => "该密钥没有此操作的权限。",
        "too_many_requests" => "操作过于频繁，请稍候。",
        "not_found" => "没有这笔支付或事件。",
        "invalid_request" => "请更正以下内容；未保存或发送任何数据。",
        "written_by_newer_program" => "此订单由更新版本的程序写入，此处仅供查看。",
        "order_erased" => "此订单的个人信息已删除。",
        "capture_id_reused" => "该请款编号已用于另一笔请款。",
        "captured_once" => "此支付只能请款一次，已经请款。",
        "last_capture_made" => "已申请最后一次请款，余额将解除冻结。",
        "capture_failed" => "该次请款已失败，请重新请款。",
        "method_without_refunds" => "此支付方式不支持退款。",
        "gateway_unavailable" => "网关没有给出可信的答复，请重试。",
        "unavailable" => "账本暂时无法写入，请重试。",
        _ => "订单目前的状态不允许此操作。",
    }
}

const MACHINES: [(&str, &str, &str); 5] = [
    ("payment", "payment", "支付"),
    ("authorization", "authorization", "授权"),
    ("capture", "capture", "请款"),
    ("cancel", "cancel", "取消"),
    ("refund", "refund", "退款"),
];

/// Every phase of every machine in both languages.
const PHASES: [(&str, &str, &str, &str); 29] = [
    ("payment", "opening", "opening", "发起中"),
    ("payment", "inDoubt", "in doubt", "结果未知"),
    ("payment", "awaitingPayer", "waits for the buyer", "等待买家支付"),
    ("payment", "pending", "result to come", "等待结果"),
    ("payment", "succeeded", "succeeded", "成功"),
    ("payment", "failed", "failed", "失败"),
    ("payment", "cancelled", "cancelled", "已取消"),
    ("authorization", "absent", "nothing held", "未冻结"),
    ("authorization", "underReview", "held, under review", "已冻结，审核中"),
    ("authorization", "rejected", "refused by the review", "审核拒绝"),
    ("authorization", "held", "held", "已冻结"),
    ("authorization", "approved", "held, review passed", "已冻结，审核通过"),
    ("authorization", "captured", "captured", "已请款"),
    ("authorization", "released", "released", "已解除冻结"),
    ("capture", "awaited", "by the gateway itself", "等待网关自动请款"),
    ("capture", "requested", "requested", "已申请"),
    ("capture", "inDoubt", "in doubt", "结果未知"),
    ("capture", "processing", "under way", "处理中"),
    ("capture", "captured", "captured", "请款成功"),
    ("capture", "failed", "failed", "失败"),
    ("cancel", "requested", "requested", "已申请"),
    ("cancel", "inDoubt", "in doubt", "结果未知"),
    ("cancel", "confirmed", "confirmed", "取消成功"),
    ("cancel", "refused", "refused", "被拒绝"),
    ("refund", "requested", "requested", "已申请"),
    ("refund", "inDoubt", "in doubt", "结果未知"),
    ("refund", "processing", "under way", "处理中"),
    ("refund", "succeeded", "refunded", "退款成功"),
    ("refund", "failed", "failed", "失败"),
];

/// Every reason of cancels and refunds.
const REASONS: [(&str, &str, &str); 6] = [
    ("merchant", "asked by the merchant", "商户申请"),
    ("surplus", "surplus", "重复付款"),
    ("lateSuccess", "a success after the end", "结束后才成功"),
    ("reviewRejected", "refused by the review", "审核拒绝"),
    ("captureFailed", "the gateway's capture failed", "网关请款失败"),
    ("beforeNewAttempt", "before another attempt", "另行支付之前"),
];

/// Codes of what keeps an order from being shipped.
const NOT_SHIPPABLE: [(&str, &str); 6] = [
    ("writtenByNewerProgram", "此订单由更新版本的程序写入"),
    ("notPaid", "订单未支付"),
    ("notCaptured", "请款尚未确认"),
    ("underReview", "网关正在审核，或已拒绝"),
    ("beingReturned", "款项正在退回"),
    ("disputed", "网关的答复相互矛盾"),
];

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
    use antom_domain::authorization::AuthorizationTable;
    use antom_domain::cancel::CancelTable;
    use antom_domain::capture::CaptureTable;
    use antom_domain::order::stored::event_names;
    use antom_domain::order::{CancelReason, NotShippable};
    use antom_domain::payment::PaymentTable;
    use antom_domain::refund::RefundTable;
    use antom_domain::verdict::Table;
    use axum::http::header;

    use super::*;

    /// The words of all phases as they are stored.
    fn phases<T: Table>() -> Vec<(&'static str, String)>
    where
        T::Phase: serde::Serialize,
    {
        let word = |phase: &T::Phase| serde_json::to_value(phase).unwrap().as_str().unwrap().to_owned();
        T::PHASES.iter().map(|phase| (T::NAME, word(phase))).collect()
    }

    #[test]
    fn every_phase_of_every_machine_has_words_in_both_languages_and_nothing_else_has() {
        let mut all = [
            phases::<PaymentTable>(),
            phases::<AuthorizationTable>(),
            phases::<CaptureTable>(),
            phases::<CancelTable>(),
            phases::<RefundTable>(),
        ]
        .concat();
        let mut told: Vec<(&str, String)> =
            PHASES.iter().map(|(name, word, ..)| (*name, (*word).to_owned())).collect();
        all.sort();
        told.sort();
        assert_eq!(told, all);
        assert_eq!(Language::Chinese.phase_of("capture", "inDoubt"), "结果未知");
        assert_eq!(Language::Chinese.phase_of("capture", "somethingNew"), "somethingNew");
    }

    #[test]
    fn every_reason_is_told_in_chinese() {
        for reason in [
            CancelReason::Merchant,
            CancelReason::Surplus,
            CancelReason::LateSuccess,
            CancelReason::ReviewRejected,
            CancelReason::CaptureFailed,
            CancelReason::BeforeNewAttempt,
        ] {
            let word = serde_json::to_value(reason).unwrap();
            assert!(!Language::Chinese.reason(word.as_str().unwrap()).is_ascii(), "{word}");
        }
        for reason in [
            NotShippable::WrittenByNewerProgram,
            NotShippable::NotPaid,
            NotShippable::NotCaptured,
            NotShippable::UnderReview,
            NotShippable::BeingReturned,
            NotShippable::Disputed,
        ] {
            let told = Reason { code: reason.code().to_owned(), meaning: reason.to_string() };
            assert!(!Language::Chinese.not_shippable(&told).is_ascii(), "{}", told.code);
        }
    }

    #[test]
    fn every_event_has_a_sentence_in_both_languages() {
        for name in event_names() {
            for lang in [Language::English, Language::Chinese] {
                assert_ne!(lang.event(name), *name, "{name}");
            }
        }
        assert_eq!(Language::English.event("SomethingNew"), "SomethingNew");
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
        assert_eq!(Language::of_request(&both, "phase=paid&lang=en"), Language::English);
        assert_eq!(Language::of_request(&both, "lang=fr"), Language::Chinese);
        assert_eq!(Language::of_request(&headers("x=y", "zh-CN,en;q=0.5"), ""), Language::Chinese);
        assert_eq!(Language::of_request(&HeaderMap::new(), ""), Language::English);
    }
}
