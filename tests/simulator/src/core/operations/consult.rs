//! `consult` (rules 13.6): which payment methods of the contract suit a payment, and how they are shown.
//! The methods are in `methods`; the logos are drawn by the shell.

use serde_json::{Map, Value, json};

use crate::core::amount::Amount;
use crate::core::contract::Contract;
use crate::core::fields::Fields;
use crate::core::gateway::Gateway;
use crate::core::instalments;
use crate::core::methods::{self, Method, Unsuitable};
use crate::core::reply::{Refusal, Reply};

const BRANDS: [&str; 6] = ["VISA", "MASTERCARD", "AMEX", "JCB", "DINERS", "DISCOVER"];

/// What the request asks for.
struct Question<'a> {
    amount: Amount,
    user_region: Option<&'a str>,
    regions: Vec<&'a str>,
    allowed: Vec<&'a str>,
    blocked: Vec<&'a str>,
}

impl Gateway {
    pub(crate) fn consult(&mut self, client: &str, request: &Value) -> Result<Reply, Refusal> {
        let question = read(request)?;
        let contract = self.contract_of(client);
        let listed = methods::all().filter(|method| question.admits(method));
        let options: Vec<Value> =
            listed.map(|method| self.payment_option(method, &question.amount, contract)).collect();
        if options.is_empty() {
            return Err(Refusal::new("NO_PAY_OPTIONS"));
        }
        Ok(Reply::success().field("paymentOptions", options))
    }

    fn payment_option(&self, method: &Method, amount: &Amount, contract: &Contract) -> Value {
        let named = |list: &[String]| list.iter().any(|kind| kind == method.kind);
        let disabled = if named(&contract.disabled_methods) {
            Some("CURRENT_CHANNEL_NOT_EXIST")
        } else {
            method.check(amount).err().map(|_| "EXCEED_CHANNEL_LIMIT_RULE")
        };
        let mut option = json!({
            "paymentMethodType": method.kind,
            "paymentMethodCategory": method.category,
            "paymentMethodRegion": [method.region],
            "enabled": disabled.is_none(),
            "preferred": named(&contract.preferred_methods),
            "logo": self.logo(method.kind),
        });
        let Some(members) = option.as_object_mut() else { return option };
        let mut add = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                members.insert(name.to_owned(), value);
            }
        };
        add("disableReason", disabled.map(Value::from));
        add("supportedCurrencies", (!method.currencies.is_empty()).then(|| json!(method.currencies)));
        add("amountLimitInfoMap", limits(method, amount));
        if method.is_card() {
            let brands: Vec<Value> =
                BRANDS.iter().map(|brand| json!({"cardBrand": brand, "logo": self.logo(brand)})).collect();
            add("installment", installment(amount, &brands));
            add(
                "paymentOptionDetail",
                Some(json!({"supportCardBrands": brands, "funding": ["CREDIT", "DEBIT"]})),
            );
        }
        option
    }

    /// A picture by the shell.
    pub(super) fn logo(&self, name: &str) -> Value {
        let short: String = name.chars().take(12).collect();
        json!({"logoName": short, "logoUrl": format!("{}/_simulator/logos/{name}", self.settings.base_url)})
    }
}

impl Question<'_> {
    fn admits(&self, method: &Method) -> bool {
        let by_region = match self.user_region {
            _ if !self.regions.is_empty() => self.regions.contains(&method.region),
            Some(region) => method.region == "GLOBAL" || method.region == region,
            None => true,
        };
        let by_name = (self.allowed.is_empty() || self.allowed.contains(&method.kind))
            && !self.blocked.contains(&method.kind);
        // Amounts that a method does not take are shown as such; currencies are not.
        by_region && by_name && method.check(&self.amount) != Err(Unsuitable::Currency)
    }
}

fn read(request: &Value) -> Result<Question<'_>, Refusal> {
    let mut fields = Fields::of(request);
    fields.required_text("productCode", 32);
    let amount = fields.required_amount("paymentAmount");
    let terminal = fields.one_of("env.terminalType", &["WEB", "WAP", "APP", "MINI_APP"]);
    if terminal.is_none() {
        fields.fault("env.terminalType is missing".to_owned());
    }
    let os = fields.one_of("env.osType", &["IOS", "ANDROID"]);
    if matches!(terminal, Some("WAP" | "APP" | "MINI_APP")) && os.is_none() {
        fields.fault("env.osType is missing".to_owned());
    }
    let user_region = fields.text("userRegion", 2);
    fields.text("merchantRegion", 2);
    let regions = texts(&mut fields, "allowedPaymentMethodRegions");
    let allowed = texts(&mut fields, "allowedPaymentMethods");
    let blocked = texts(&mut fields, "blockedPaymentMethods");
    fields.finish()?;
    let amount = amount.ok_or_else(|| Refusal::new("PARAM_ILLEGAL"))?;
    Ok(Question { amount, user_region, regions, allowed, blocked })
}

fn texts<'a>(fields: &mut Fields<'a>, path: &str) -> Vec<&'a str> {
    let Some(value) = fields.at(path) else { return Vec::new() };
    let listed = value.as_array().map(|list| list.iter().map(Value::as_str).collect::<Option<Vec<_>>>());
    listed.flatten().unwrap_or_else(|| {
        fields.fault(format!("{path} is not a list of strings"));
        Vec::new()
    })
}

/// The limits of one payment, in the currency that was asked about.
fn limits(method: &Method, amount: &Amount) -> Option<Value> {
    let (least, most) = method.limits();
    if least.is_none() && most.is_none() {
        return None;
    }
    let mut single = Map::new();
    for (name, limit) in [("minAmount", least), ("maxAmount", most)] {
        if let Some(limit) = limit {
            single.insert(name.to_owned(), amount.with_value(limit).to_json());
        }
    }
    Some(json!({amount.currency: {"singleLimit": single}}))
}

fn installment(amount: &Amount, brands: &[Value]) -> Option<Value> {
    let bank = instalments::bank_of(amount.currency)?;
    Some(json!({"supportCardBrands": brands, "plans": bank.plans(Some(amount))}))
}
