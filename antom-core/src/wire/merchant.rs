//! The second-level merchant and shop behind an order, for marketplaces.
//! The merchant of the contract is known by its client id.

use super::Address;
use super::words::MerchantType;
use crate::time::WireTime;

message! {
    /// The merchant behind an order.
    pub struct Merchant {
        optional {
            /// The marketplace's id of the merchant.
            reference_merchant_id: String = "referenceMerchantId",
            /// Merchant category code.
            merchant_mcc: String = "merchantMCC",
            /// Legal name.
            merchant_name: String = "merchantName",
            /// Name that the buyer sees.
            merchant_display_name: String = "merchantDisplayName",
            /// Address.
            merchant_address: Address = "merchantAddress" hidden,
            /// Since when the merchant is registered.
            merchant_register_date: WireTime = "merchantRegisterDate",
            /// The shop.
            store: Store = "store",
            /// Person or company.
            merchant_type: MerchantType = "merchantType",
        }
    }
}

message! {
    /// A shop.
    pub struct Store {
        optional {
            /// The merchant's id of the shop.
            reference_store_id: String = "referenceStoreId",
            /// Name of the shop.
            store_name: String = "storeName",
            /// Merchant category code.
            store_mcc: String = "storeMCC",
            /// Name that the buyer sees.
            store_display_name: String = "storeDisplayName",
            /// Id of the till.
            store_terminal_id: String = "storeTerminalId",
            /// Id of who sits at it.
            store_operator_id: String = "storeOperatorId" hidden,
            /// Address.
            store_address: Address = "storeAddress" hidden,
            /// Telephone number.
            store_phone_no: String = "storePhoneNo" hidden,
        }
    }
}
