//! `inquireInstallment`: which banks let their cards pay by instalments, and how.
//! What may be chosen is in `instalments`, which `pay` heeds as well.

use serde_json::{Value, json};

use crate::core::fields::Fields;
use crate::core::gateway::Gateway;
use crate::core::instalments::{self, Bank};
use crate::core::reply::{Refusal, Reply};

impl Gateway {
    /// All plans of the contract. The published request has no way to narrow them down; the fields that do so here have
    /// the names that the gateway uses for such things elsewhere.
    pub(crate) fn inquire_installment(&self, client: &str, request: &Value) -> Result<Reply, Refusal> {
        let mut fields = Fields::of(request);
        fields.text("merchantAccountId", 32);
        let region = fields.text("merchantRegion", 2);
        let bin = fields.text("cardBin", 8);
        let token = fields.text("paymentMethodId", 2_048);
        let amount = match fields.at("paymentAmount") {
            Some(_) => fields.required_amount("paymentAmount"),
            None => None,
        };
        fields.finish()?;
        let token_bin = match token {
            None => None,
            Some(token) => {
                let stored = self.tokens.find(client, token, self.now);
                Some(stored.ok_or_else(|| Refusal::new("INVALID_ACCESS_TOKEN"))?.card.bin())
            }
        };
        let admits = |bank: &&Bank| {
            region.is_none_or(|region| region == bank.region)
                && bin.is_none_or(|bin| bank.bins.iter().any(|own| bin.starts_with(own)))
                && token_bin.is_none_or(|bin| bank.bins.contains(&bin))
                && amount.as_ref().is_none_or(|amount| amount.currency == bank.currency)
        };
        let shown = |bank: &'static Bank| {
            json!({
                "bankName": bank.name, "bankShortName": bank.short_name, "logo": self.logo(bank.short_name),
                "bins": bank.bins, "plans": bank.plans(amount.as_ref()),
            })
        };
        let banks: Vec<Value> = instalments::banks().filter(admits).map(shown).collect();
        if banks.is_empty() {
            return Err(Refusal::new("NO_PAY_OPTIONS"));
        }
        Ok(Reply::success().field("installmentBanks", banks))
    }
}
