//! What the gateway told about a payment beside its outcome: the card, its checks, references (I-6).
//! Nothing here decides about money; reading it from messages is left to `reading`.

use std::sync::Arc;

use antom_core::money::Money;
use serde::{Deserialize, Serialize};

type Text = Arc<str>;

macro_rules! details {
    ($( $(#[doc = $doc:literal])+ $field:ident: $kind:ty ),* $(,)?) => {
        /// What the gateway told about the card and its checks (I-6). Absent stays absent: nothing is made up. Copies
        /// share the texts, which are carried through every later step and never changed.
        #[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub struct Details {
            $(
                $(#[doc = $doc])+
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $field: Option<$kind>,
            )*
        }

        impl Details {
            /// What `newer` knows and `self` does not: only holes are filled, so that a repeated fact adds nothing.
            pub(super) fn missing(&self, newer: &Details) -> Details {
                Details { $( $field: hole(self.$field.as_ref(), newer.$field.as_ref()) ),* }
            }

            /// Fills holes with what `learnt` says.
            pub(super) fn fill(&mut self, learnt: &Details) {
                $( fill(&mut self.$field, learnt.$field.as_ref()); )*
            }
        }
    };
}

//= I-6, N-7
details! {
    /// The card's brand.
    card_brand: Text,
    /// The masked card number: display data (P-1).
    card_no: Text,
    /// The card's last four digits.
    last_four: Text,
    /// The country that the card was issued in.
    issuing_country: Text,
    /// `CREDIT`, `DEBIT` ...
    funding: Text,
    /// The region in which the card was used.
    payment_method_region: Text,
    /// The raw address check.
    avs_result_raw: Text,
    /// The raw card code check.
    cvv_result_raw: Text,
    /// The scheme's id of the transaction, which charges without the buyer name later.
    network_transaction_id: Text,
    /// The indicator of the 3-D Secure result; absent means no 3-D Secure.
    eci: Text,
    /// The version of 3-D Secure.
    three_ds_version: Text,
    /// The directory server's id of the 3-D Secure transaction.
    ds_transaction_id: Text,
    /// The acquirer's reference.
    acquirer_reference_no: Text,
    /// Until when the authorization can be captured, as the gateway wrote it.
    auth_expiry_time: Text,
    /// The gateway's words for the final result; for people.
    payment_result_message: Text,
    /// What the buyer really paid, where the gateway told; it never takes the place of the agreed amount (N-7).
    actual_payment_amount: Money,
}

impl Details {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Details::default()
    }
}

fn hole<T: Clone>(have: Option<&T>, new: Option<&T>) -> Option<T> {
    if have.is_some() { None } else { new.cloned() }
}

fn fill<T: Clone>(have: &mut Option<T>, new: Option<&T>) {
    if have.is_none() {
        *have = new.cloned();
    }
}
