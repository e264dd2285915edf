//! One entry in the `transactions` of an inquiry.
//! Finding the entry of our own capture is left to the domain.

use super::{AcquirerInfo, Amount, Quote};
use crate::outcome::{GatewayResult, PaymentStatus, TransactionType};
use crate::time::WireTime;

message! {
    /// A capture, refund, cancellation ... that belongs to a payment.
    ///
    /// `transaction_result.result_status` decides; `transaction_status` does not: it is seen to say SUCCESS
    /// beside a failed or unfinished result.
    pub struct Transaction {
        optional {
            /// Kind of transaction.
            transaction_type: TransactionType = "transactionType",
            /// Not decisive.
            transaction_status: PaymentStatus = "transactionStatus",
            /// Decisive; absent means unknown.
            transaction_result: GatewayResult = "transactionResult",
            /// The merchant's own request id, or one that the gateway made for an automatic capture.
            transaction_request_id: String = "transactionRequestId",
            /// The gateway's id; it may equal the payment's.
            transaction_id: String = "transactionId",
            /// Amount of the transaction.
            transaction_amount: Amount = "transactionAmount",
            /// When it happened, as the gateway says.
            transaction_time: WireTime = "transactionTime",
            /// The acquirer.
            acquirer_info: AcquirerInfo = "acquirerInfo",
            /// What is settled.
            gross_settlement_amount: Amount = "grossSettlementAmount",
            /// Rate of the settlement.
            settlement_quote: Quote = "settlementQuote",
        }
    }
}
