//! Recurring charges: what a payment says about its subscription.
//! Creating and changing subscriptions is left to the gateway's own product.

use super::words::{PeriodType, SubscriptionStatus};
use super::{Amount, PaymentMethod};
use crate::time::WireTime;

message! {
    /// How often and how much the buyer agrees to be charged, for agreements made by a session.
    pub struct SubscriptionPlan {
        optional {
            /// Whether several periods may be charged together.
            allow_accumulate: bool = "allowAccumulate",
            /// Most of such a charge.
            max_accumulate_amount: Amount = "maxAccumulateAmount",
            /// Length and price of a period.
            period_rule: PeriodRule = "periodRule",
            /// Start of the first period.
            subscription_start_time: WireTime = "subscriptionStartTime",
            /// Where notifications of the subscription go.
            subscription_notification_url: String = "subscriptionNotificationUrl",
        }
    }
}

message! {
    /// Length and price of a period.
    pub struct PeriodRule {
        optional {
            /// Unit of the period; at most 20 characters.
            period_type: PeriodType = "periodType",
            /// How many periods there are.
            period: i64 = "period",
            /// Price of one period.
            price: Amount = "price",
            /// How many units one period has.
            period_count: i64 = "periodCount",
        }
    }
}

message! {
    /// The subscription that a payment starts or belongs to.
    pub struct SubscriptionInfo {
        optional {
            /// The gateway's id of the subscription.
            subscription_id: String = "subscriptionId",
            /// For the buyer to read.
            description: String = "description",
            /// For the buyer to read.
            subscription_description: String = "subscriptionDescription",
            /// State of the subscription.
            status: SubscriptionStatus = "status",
            /// Start of the first period.
            subscription_start_time: WireTime = "subscriptionStartTime",
            /// End of the last period.
            subscription_end_time: WireTime = "subscriptionEndTime",
            /// Unit of the period.
            period_type: PeriodType = "periodType",
            /// How many units one period has.
            period_count: i64 = "periodCount",
            /// Length and price of a period.
            period_rule: PeriodRule = "periodRule",
            /// Start of the present period.
            current_period_start: WireTime = "currentPeriodStart",
            /// End of the present period.
            current_period_end: WireTime = "currentPeriodEnd",
            /// Number of the present phase.
            current_phase_no: i64 = "currentPhaseNo",
            /// What is charged.
            payment_method: Box<PaymentMethod> = "paymentMethod",
            /// How much is charged.
            payment_amount: Amount = "paymentAmount",
            /// When it was changed last.
            last_update_time: WireTime = "lastUpdateTime",
            /// The subscription that this one follows.
            related_subscription_id: String = "relatedSubscriptionId",
            /// Trial, by phases.
            trial_plan: TrialPlan = "trialPlan",
            /// Trials, by periods.
            trials: Vec<Trial> = "trials",
            /// Where notifications of the subscription go.
            subscription_notify_url: String = "subscriptionNotifyUrl",
            /// End of the time to agree.
            subscription_expiry_time: WireTime = "subscriptionExpiryTime",
            /// Whether a failed charge is tried again.
            allow_retry: bool = "allowRetry",
            /// Least of the buyer's own limit.
            max_amount_floor: Amount = "maxAmountFloor",
            /// A fixed amount of every charge.
            fixed_amount: Amount = "fixedAmount",
            /// Who tries again; at most 9 characters.
            retry_mode: String = "retryMode",
            /// Id of one charge; at most 32 characters.
            subscription_order_id: String = "subscriptionOrderId",
        }
    }
}

message! {
    /// A trial by phases.
    pub struct TrialPlan {
        optional {
            /// End of the trial.
            trial_end_time: WireTime = "trialEndTime",
            /// Days that cost nothing.
            free_trial_days: i64 = "freeTrialDays",
            /// Phases of lower prices.
            phases: Vec<TrialPhase> = "phases",
        }
    }
}

message! {
    /// One phase of a trial.
    pub struct TrialPhase {
        optional {
            /// Number of the phase.
            phase_no: i64 = "phaseNo",
            /// Price of a period in it.
            trial_amount: Amount = "trialAmount",
        }
    }
}

message! {
    /// A trial by periods.
    pub struct Trial {
        optional {
            /// How many periods it lasts.
            trial_period: i64 = "trialPeriod",
            /// Price of a period in it.
            trial_amount: Amount = "trialAmount",
            /// First period, counted from 1.
            trial_start_period: i64 = "trialStartPeriod",
            /// Last period.
            trial_end_period: i64 = "trialEndPeriod",
        }
    }
}

message! {
    /// A subscription that the billing product makes of a session.
    pub struct BillingSubscription {
        optional {
            /// The gateway's id of the customer.
            customer_id: String = "customerId",
            /// Trial.
            trial_settings: BillingTrialSettings = "trialSettings",
            /// What happens if the first charge fails.
            payment_behavior: String = "paymentBehavior",
            /// Whether invoices are charged or sent.
            collection_method: String = "collectionMethod",
            /// Days to pay an invoice that is sent.
            days_until_due: i64 = "daysUntilDue",
            /// When it ends.
            cancel_at: WireTime = "cancelAt",
            /// Whether it ends with the present period.
            cancel_at_period_end: bool = "cancelAtPeriodEnd",
            /// For the buyer to read.
            description: String = "description",
            /// Coupons and codes.
            discounts: Vec<BillingDiscount> = "discounts",
            /// Token of the stored method; at most 64 characters. A secret.
            default_payment_method: String = "defaultPaymentMethod" hidden,
            /// Whether the buyer may enter a code.
            allow_promotion_code: bool = "allowPromotionCode",
            /// Where notifications of the subscription go.
            subscription_notify_url: String = "subscriptionNotifyUrl",
        }
    }
}

message! {
    /// Trial of a billing subscription.
    pub struct BillingTrialSettings {
        optional {
            /// Days of the trial.
            trial_period_days: i64 = "trialPeriodDays",
            /// End of the trial.
            trial_end: WireTime = "trialEnd",
            /// What happens at its end.
            trial_end_behavior: String = "trialEndBehavior",
        }
    }
}

message! {
    /// A discount of a billing subscription, by either id; each at most 64 characters.
    pub struct BillingDiscount {
        optional {
            /// A coupon.
            coupon_id: String = "couponId",
            /// A code that the buyer entered.
            promotion_code_id: String = "promotionCodeId",
        }
    }
}

message! {
    /// Whether the gateway works out the tax.
    pub struct AutomaticTax {
        optional {
            /// Whether it does.
            enabled: bool = "enabled",
        }
    }
}

message! {
    /// Tries of a charge that a subscription makes.
    pub struct RetryInfo {
        optional {
            /// How many are left.
            available_retries: i64 = "availableRetries",
            /// Id of the charge; at most 32 characters.
            order_id: String = "orderId",
            /// Those made so far.
            payment_attempts: Vec<PaymentAttempt> = "paymentAttempts",
        }
    }
}

message! {
    /// One try of a charge.
    pub struct PaymentAttempt {
        optional {
            /// When.
            attempt_at: WireTime = "attemptAt",
            /// How it went; at most 64 characters.
            attempt_response: String = "attemptResponse",
        }
    }
}
