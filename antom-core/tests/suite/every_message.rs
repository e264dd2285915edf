//! The list of all messages, for tests that hold for each of them.
//! That it is complete is tested in `markers`.

/// Hands the names of all messages to another macro.
macro_rules! every_message {
    ($then:ident) => {
        $then! {
            Acknowledgement, AcquirerInfo, Address, AgreementInfo, Amount, AmountLimit, AmountLimitInfo, AncillaryData,
            AncillaryService, AutomaticTax, AvailablePaymentMethod, BillingDiscount, BillingSubscription,
            BillingTrialSettings, BrowserInfo, Buyer, CancelRequest, CancelResponse, CaptureRequest, CaptureResponse,
            CardFeatures, CardInfo, CardVerificationResult, ChallengeActionForm, ClientEvent, ClientEventResult, CodeDetail,
            ConsultRequest, ConsultResponse, CouponDetail, CreatePaymentSessionRequest, CreatePaymentSessionResponse,
            CreateVaultingSessionRequest, CreateVaultingSessionResponse, CreditPayPlan, CurrencyPair, CustomizedInfo,
            Declaration, DeleteTokenRequest, DeleteTokenResponse, DeliveryEstimate, DeliveryEstimateInfo, Discount,
            DiscountDetail, Env, ExternalAccount, Gaming, Goods, InquireExchangeRateRequest, InquireExchangeRateResponse,
            InquireInstallmentRequest, InquireInstallmentResponse, InquireTokenRequest, InquireTokenResponse,
            InquireVaultingRequest, InquireVaultingResponse, InquiryPaymentRequest, InquiryPaymentResponse,
            InquiryRefundRequest, InquiryRefundResponse, Installment, InstallmentBank, InterestFree, Leg, Lodging, Logo,
            Merchant, MpiData, Notification, Order, OrderCodeForm, Passenger, PayRequest, PayResponse, PaymentAttempt,
            PaymentEvaluation, PaymentFactor, PaymentMethod, PaymentMethodDetail, PaymentMethodInfo, PaymentMethodTypeItem,
            PaymentOption, PaymentOptionDetail, PaymentQuote, PaymentResultInfo, PaymentVerificationData, PeriodRule, Plan,
            PopRiskDecisionResultInfo, PromotionInfo, PromotionResult, PspCustomerInfo, Quote, RedirectActionForm,
            RefundDetail, RefundRequest, RefundResponse, RefundToBankInfo, RetrievePaymentSessionRequest,
            RetrievePaymentSessionResponse, RetryInfo, RiskAddress, RiskBuyer, RiskData, RiskEnv, RiskOrder, RiskSignal,
            RiskThreeDsResult, SettlementStrategy, Shipping, SplitDetail, Store, SubmitArgument, SubmitResult,
            SubscriptionInfo, SubscriptionPlan, SupportBank, SupportCardBrand, ThreeDsResult, Transaction, Transit, Trial,
            TrialPhase, TrialPlan, UpdateAmountRequest, UpdateAmountResponse, UpdateTokenRequest, UpdateTokenResponse,
            UserName, VaultPaymentMethodRequest, VaultPaymentMethodResponse, VaultingCard, Wallet,
        }
    };
}
