//! Promotions: what a method offers, and what a payment got.
//! Nothing here changes the amount of a payment.

use super::Amount;
use super::words::PromotionType;
use crate::time::WireTime;

message! {
    /// A promotion that a payment got.
    pub struct PromotionResult {
        optional {
            /// Kind of promotion.
            promotion_type: PromotionType = "promotionType",
            /// What was taken off.
            discount: Discount = "discount",
        }
    }
}

message! {
    /// A promotion that a method offers.
    pub struct PromotionInfo {
        optional {
            /// Kind of promotion.
            promotion_type: PromotionType = "promotionType",
            /// What would be taken off.
            discount: Discount = "discount",
            /// Instalments without interest.
            interest_free: InterestFree = "interestFree",
        }
    }
}

message! {
    /// What is taken off.
    pub struct Discount {
        optional {
            /// Short text to show.
            discount_tag: String = "discountTag",
            /// At most 128 characters.
            discount_name: String = "discountName",
            /// How much.
            savings_amount: Amount = "savingsAmount",
            /// How much it would be, before it is sure.
            estimate_savings_amount: Amount = "estimateSavingsAmount",
        }
    }
}

message! {
    /// Instalments without interest.
    pub struct InterestFree {
        optional {
            /// Who bears the interest; at most 128 characters.
            provider: String = "provider",
            /// Until when.
            expire_time: WireTime = "expireTime",
            /// Numbers of instalments that it holds for.
            installment_free_nums: Vec<i64> = "installmentFreeNums",
            /// Least amount.
            min_payment_amount: Amount = "minPaymentAmount",
            /// Most.
            max_payment_amount: Amount = "maxPaymentAmount",
            /// Share of the interest that is borne, 0 to 100.
            free_percentage: i64 = "freePercentage",
        }
    }
}
