//! The order within a request: what is bought, by whom, and where it goes.
//! Journeys and stays are left to `travel`, second-level merchants to `merchant`.

use super::words::DeclarationBizScene;
use super::{Amount, Env, FieldErrors, Lodging, Merchant, Transit, validate};
use crate::id::{ReferenceBuyerId, ReferenceOrderId};
use crate::money::Money;
use crate::time::WireTime;

message! {
    /// The merchant's order.
    pub struct Order {
        required {
            /// The merchant's id of the order; the same for every attempt to pay it. At most 64 characters.
            reference_order_id: ReferenceOrderId = "referenceOrderId",
            /// What is bought, for the buyer to read. At most 256 characters, none of them Chinese.
            order_description: String = "orderDescription",
            /// Total of the order; the gateway does not compare it with the payment's amount.
            order_amount: Amount = "orderAmount",
        }
        optional {
            /// The buyer; asked for by the risk control.
            buyer: Buyer = "buyer",
            /// At most 100 entries.
            goods: Vec<Goods> = "goods",
            /// Where the goods go.
            shipping: Shipping = "shipping",
            /// What was taken off.
            order_discount_amount: Amount = "orderDiscountAmount",
            /// Total before discounts.
            sub_total_order_amount: Amount = "subTotalOrderAmount",
            /// Kind of order.
            order_type: String = "orderType",
            /// The merchant behind the order, of a marketplace.
            merchant: Merchant = "merchant",
            /// The buyer's device, where the order tells it; mostly beside the order.
            env: Box<Env> = "env",
            /// A journey.
            transit: Box<Transit> = "transit",
            /// A stay at a hotel.
            lodging: Box<Lodging> = "lodging",
            /// A game's top-up.
            gaming: Gaming = "gaming",
            /// Whether it is declared to the authorities.
            need_declaration: bool = "needDeclaration",
            /// How it is declared.
            declaration: Declaration = "declaration",
            /// JSON as text; at most 2048 characters.
            extend_info: String = "extendInfo" hidden,
        }
    }
}

impl Order {
    /// An order with what every payment needs.
    pub fn new(id: ReferenceOrderId, description: impl Into<String>, amount: Money) -> Self {
        Self::of_required(id, description.into(), amount.into())
    }

    /// The order of this buyer, beside what is already known about the buyer.
    #[must_use]
    pub fn bought_by(mut self, reference_buyer_id: ReferenceBuyerId) -> Self {
        self.buyer.get_or_insert_default().reference_buyer_id = Some(reference_buyer_id);
        self
    }

    /// Checks the order's own fields, before any request carries them.
    ///
    /// # Errors
    /// [`FieldErrors`] with all faults at once; paths begin at the order.
    pub fn validate(&self) -> Result<(), FieldErrors> {
        validate::Check::of(self).finish()
    }
}

message! {
    /// The buyer.
    pub struct Buyer {
        optional {
            /// The merchant's id of the buyer. At most 64 characters.
            reference_buyer_id: ReferenceBuyerId = "referenceBuyerId",
            /// Name of the buyer.
            buyer_name: UserName = "buyerName" hidden,
            /// At most 24 characters.
            buyer_phone_no: String = "buyerPhoneNo" hidden,
            /// At most 64 characters.
            buyer_email: String = "buyerEmail" hidden,
            /// Since when the buyer is a customer.
            buyer_registration_time: WireTime = "buyerRegistrationTime",
            /// Whether the merchant verified the account.
            is_account_verified: bool = "isAccountVerified",
            /// Orders that went well before.
            successful_order_count: i64 = "successfulOrderCount",
            /// Country code of the telephone number; the name is misspelt by the gateway.
            buyer_phone_no_country_code: String = "buyerPhoneNoContryCode",
        }
    }
}

message! {
    /// One kind of goods.
    pub struct Goods {
        optional {
            /// The merchant's id of the goods. At most 64 characters.
            reference_goods_id: String = "referenceGoodsId",
            /// At most 256 characters.
            goods_name: String = "goodsName",
            /// Category by the merchant's own words.
            goods_category: String = "goodsCategory",
            /// Brand.
            goods_brand: String = "goodsBrand",
            /// Price of one.
            goods_unit_amount: Amount = "goodsUnitAmount",
            /// How many, as text.
            goods_quantity: String = "goodsQuantity",
            /// Variant.
            goods_sku_name: String = "goodsSkuName",
            /// Its page. At most 2048 characters.
            goods_url: String = "goodsUrl",
            /// Picture of it.
            goods_image_url: String = "goodsImageUrl",
            /// How it is delivered. At most 32 characters.
            delivery_method_type: String = "deliveryMethodType",
            /// Id of its price. At most 64 characters.
            price_id: String = "priceId",
            /// What was taken off.
            goods_discount_amount: Amount = "goodsDiscountAmount",
            /// Until when it is offered.
            goods_ends_on_time: WireTime = "goodsEndsOnTime",
            /// Goods offered beside it.
            cross_sell: Box<Goods> = "crossSell",
        }
    }
}

message! {
    /// Where and how the goods go.
    pub struct Shipping {
        optional {
            /// The receiver.
            shipping_name: UserName = "shippingName" hidden,
            /// The receiver's address.
            shipping_address: Address = "shippingAddress" hidden,
            /// At most 128 characters.
            shipping_carrier: String = "shippingCarrier",
            /// At most 16 characters.
            shipping_phone_no: String = "shippingPhoneNo" hidden,
            /// At most 64 characters.
            ship_to_email: String = "shipToEmail" hidden,
            /// The merchant's id of the tariff.
            shipping_fee_id: String = "shippingFeeId",
            /// What shipping costs.
            shipping_fee: Amount = "shippingFee",
            /// At most 64 characters.
            shipping_description: String = "shippingDescription",
            /// Number of the parcel.
            shipping_number: String = "shippingNumber",
            /// When the goods arrive.
            delivery_estimate: DeliveryEstimate = "deliveryEstimate",
            /// The buyer's wishes.
            notes: String = "notes" hidden,
        }
    }
}

message! {
    /// When the goods arrive.
    pub struct DeliveryEstimate {
        optional {
            /// At the earliest.
            minimum: DeliveryEstimateInfo = "minimum",
            /// At the latest.
            maximum: DeliveryEstimateInfo = "maximum",
        }
    }
}

message! {
    /// A time to wait.
    pub struct DeliveryEstimateInfo {
        optional {
            /// Unit of the time; at most 16 characters.
            unit: String = "unit",
            /// How many units.
            value: i64 = "value",
        }
    }
}

message! {
    /// A game's top-up.
    pub struct Gaming {
        optional {
            /// At most 128 characters.
            game_name: String = "gameName",
            /// The player; at most 128 characters.
            topped_up_user: String = "toppedUpUser" hidden,
            /// At most 64 characters.
            topped_up_email: String = "toppedUpEmail" hidden,
            /// At most 32 characters.
            topped_up_phone_no: String = "toppedUpPhoneNo" hidden,
        }
    }
}

message! {
    /// How an order is declared to the authorities.
    pub struct Declaration {
        optional {
            /// Trade that it is declared for.
            declaration_biz_scene: DeclarationBizScene = "declarationBizScene",
            /// Who is declared as beneficiary.
            declaration_beneficiary_id: String = "declarationBeneficiaryId" hidden,
        }
    }
}

message! {
    /// A name, in parts or in full.
    pub struct UserName {
        optional {
            /// At most 32 characters.
            first_name: String = "firstName" hidden,
            /// At most 32 characters.
            middle_name: String = "middleName" hidden,
            /// At most 32 characters.
            last_name: String = "lastName" hidden,
            /// At most 128 characters.
            full_name: String = "fullName" hidden,
        }
    }
}

//= C-8
message! {
    /// A postal address; as `billingAddress` it is what AVS compares with the issuer's record.
    pub struct Address {
        required {
            /// Two letters of ISO 3166.
            region: String = "region",
        }
        optional {
            /// At most 8 characters; the part after the hyphen of ISO 3166-2 where the gateway asks for it.
            state: String = "state" hidden,
            /// At most 32 characters.
            city: String = "city" hidden,
            /// At most 256 characters.
            address1: String = "address1" hidden,
            /// At most 256 characters.
            address2: String = "address2" hidden,
            /// At most 32 characters.
            zip_code: String = "zipCode" hidden,
            /// Name of the address.
            label: String = "label" hidden,
            /// A third line.
            address3: String = "address3" hidden,
        }
    }
}

impl Address {
    /// An address in the region with this ISO 3166 code of two letters.
    pub fn new(region: impl Into<String>) -> Self {
        Self::of_required(region.into())
    }
}
