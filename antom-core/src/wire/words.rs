//! Enumerated words of nested messages; each enum keeps words that it does not list.
//! The words that say how a payment went are in `outcome`.

use crate::open_enum;

open_enum! {
    /// State of a subscription.
    pub enum SubscriptionStatus {
        /// The buyer is charged period by period.
        Active = "ACTIVE",
        /// Ended by buyer or merchant.
        Cancelled = "CANCELLED",
        /// Ended by itself, or by the gateway.
        Terminated = "TERMINATED",
    }
}

open_enum! {
    /// Unit of the period of a subscription.
    pub enum PeriodType {
        /// Days.
        Day = "DAY",
        /// Weeks.
        Week = "WEEK",
        /// Months.
        Month = "MONTH",
        /// Three months.
        Quarter = "QUARTER",
        /// Six months.
        HalfYear = "HALF_YEAR",
        /// Years.
        Year = "YEAR",
    }
}

open_enum! {
    /// What the buyer agrees to when a wallet is bound.
    pub enum Scope {
        /// Basic data of the buyer.
        BaseUserInfo = "BASE_USER_INFO",
        /// Later charges without the buyer.
        AgreementPay = "AGREEMENT_PAY",
        /// Data of the buyer.
        UserInfo = "USER_INFO",
        /// The login of the buyer.
        UserLoginId = "USER_LOGIN_ID",
        /// A digest of the login.
        HashLoginId = "HASH_LOGIN_ID",
        /// One-time passwords.
        SendOtp = "SEND_OTP",
        /// Binding again, at one marketplace.
        TaobaoRebind = "TAOBAO_REBIND",
    }
}

open_enum! {
    /// Who a second-level merchant is.
    pub enum MerchantType {
        /// A person.
        Individual = "INDIVIDUAL",
        /// A company.
        Enterprise = "ENTERPRISE",
    }
}

open_enum! {
    /// Means of transport.
    pub enum TransitType {
        /// By air.
        Flight = "FLIGHT",
        /// By rail.
        Train = "TRAIN",
        /// By ship.
        Cruise = "CRUISE",
        /// By bus.
        Coach = "COACH",
    }
}

open_enum! {
    /// Class of a seat, the dearest first.
    pub enum ClassType {
        /// First class.
        FirstLevel = "FIRSTLEVEL",
        /// Business class.
        SecondLevel = "SECONDLEVEL",
        /// Economy class.
        ThirdLevel = "THIRDLEVEL",
    }
}

open_enum! {
    /// Document that identifies a passenger.
    pub enum PassengerIdType {
        /// A passport.
        Passport = "PASSPORT",
        /// A national identity card.
        NationalIdCard = "NATIONAL_ID_CARD",
        /// A driving licence.
        DriverLicense = "DRIVER_LICENSE",
        /// A soldier's identity card.
        MilitaryId = "MILITARY_ID",
        /// A permit of permanent residence.
        GreenCard = "GREEN_CARD",
        /// A travel document other than a passport.
        TravelDocument = "TRAVEL_DOCUMENT",
        /// A foreigner's registration card.
        AlienRegistrationCard = "ALIEN_REGISTRATION_CARD",
        /// A birth certificate.
        BirthCertificate = "BIRTH_CERTIFICATE",
        /// Any other document.
        Others = "OTHERS",
    }
}

open_enum! {
    /// Trade that an order is declared for.
    pub enum DeclarationBizScene {
        /// Flights.
        Airline = "AIRLINE",
        /// Hotels.
        Hotel = "HOTEL",
    }
}

open_enum! {
    /// Kind of a promotion.
    pub enum PromotionType {
        /// The buyer pays less.
        Discount = "DISCOUNT",
        /// Instalments without interest.
        InterestFree = "INTEREST_FREE",
    }
}

open_enum! {
    /// Whose money a refund is taken from.
    pub enum RefundFrom {
        /// The seller's.
        Seller = "SELLER",
        /// The marketplace's.
        Marketplace = "MARKETPLACE",
        /// What is not settled yet.
        UnsettledFunds = "UNSETTLED_FUNDS",
    }
}

open_enum! {
    /// What an exchange rate is good for.
    pub enum RateType {
        /// A payment may use it.
        Trade = "TRADE",
        /// For display only.
        Reference = "REFERENCE",
        /// For display, near the one that a payment would use.
        ReferenceTrade = "REFERENCE_TRADE",
    }
}

open_enum! {
    /// Kind of a payment method's details.
    pub enum PaymentMethodDetailType {
        /// A card.
        Card = "CARD",
        /// An account elsewhere.
        ExternalAccount = "EXTERNALACCOUNT",
        /// A coupon.
        Coupon = "COUPON",
        /// A discount.
        Discount = "DISCOUNT",
    }
}

open_enum! {
    /// State of the storing of a payment method.
    pub enum VaultingStatus {
        /// Stored; the token is in the details.
        Success = "SUCCESS",
        /// Not stored.
        Fail = "FAIL",
        /// The buyer or the issuer is still acting.
        Processing = "PROCESSING",
    }
}

open_enum! {
    /// What happened to a dispute.
    pub enum DisputeNotificationType {
        /// The buyer disputes the payment.
        DisputeCreated = "DISPUTE_CREATED",
        /// It is decided; see [`DisputeJudgedResult`].
        DisputeJudged = "DISPUTE_JUDGED",
        /// The buyer gave up.
        DisputeCancelled = "DISPUTE_CANCELLED",
        /// The merchant's documents have arrived.
        DefenseSupplied = "DEFENSE_SUPPLIED",
        /// Less than a day is left for the merchant's documents.
        DefenseDueAlert = "DEFENSE_DUE_ALERT",
        /// The merchant gave in, or let the time pass.
        DisputeAccepted = "DISPUTE_ACCEPTED",
        /// Settled by a refund before it became a chargeback.
        RdrResolved = "RDR_RESOLVED",
        /// The buyer bears it.
        AcceptByCustomer = "ACCEPT_BY_CUSTOMER",
        /// The merchant bears it.
        AcceptByMerchant = "ACCEPT_BY_MERCHANT",
    }
}

open_enum! {
    /// How a dispute was decided.
    pub enum DisputeJudgedResult {
        /// The buyer bears it.
        AcceptByCustomer = "ACCEPT_BY_CUSTOMER",
        /// The merchant bears it.
        AcceptByMerchant = "ACCEPT_BY_MERCHANT",
        /// The merchant's documents are enough.
        ValidateSuccess = "VALIDATE_SUCCESS",
        /// The merchant's documents are not enough.
        ValidateFail = "VALIDATE_FAIL",
        /// A chargeback.
        Chargeback = "CHARGEBACK",
        /// The issuer asks for documents.
        RetrievalRequest = "RETRIEVAL_REQUEST",
        /// The card scheme asks for documents.
        ComplianceRequest = "COMPLIANCE_REQUEST",
    }
}

open_enum! {
    /// Why a dispute counts as accepted.
    pub enum DisputeAcceptReason {
        /// The merchant accepted it.
        MerchantAccepted = "MERCHANT_ACCEPTED",
        /// The merchant did not answer in time.
        Timeout = "TIMEOUT",
        /// The gateway's people accepted it on the merchant's behalf.
        ManualProcessingAccepted = "MANUAL_PROCESSING_ACCEPTED",
    }
}
