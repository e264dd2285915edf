//! `consult` (rules 13.6): which payment methods there are.
//! The logos are drawn by the shell.

use serde_json::{Value, json};

use crate::core::fields::Fields;
use crate::core::gateway::Gateway;
use crate::core::reply::{Refusal, Reply};

/// A method that the simulated contract holds: type, category, region, the currencies it is offered in.
struct Method {
    kind: &'static str,
    category: &'static str,
    region: &'static str,
    /// Empty: every currency.
    currencies: &'static [&'static str],
}

const METHODS: [Method; 6] = [
    Method { kind: "CARD", category: "CARD", region: "GLOBAL", currencies: &[] },
    Method { kind: "ALIPAY_CN", category: "WALLET", region: "CN", currencies: &[] },
    Method { kind: "GCASH", category: "WALLET", region: "PH", currencies: &["PHP"] },
    Method { kind: "DANA", category: "WALLET", region: "ID", currencies: &["IDR"] },
    Method { kind: "KAKAOPAY", category: "WALLET", region: "KR", currencies: &["KRW"] },
    Method { kind: "TNG", category: "WALLET", region: "MY", currencies: &["MYR"] },
];

impl Gateway {
    pub(crate) fn consult(&mut self, request: &Value) -> Result<Reply, Refusal> {
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
        fields.finish()?;
        let currency = amount.ok_or_else(|| Refusal::new("PARAM_ILLEGAL"))?.currency;
        let regions = request.get("allowedPaymentMethodRegions").and_then(Value::as_array);
        let listed = |method: &&Method| {
            let by_region = match (regions, user_region) {
                (Some(regions), _) if !regions.is_empty() => {
                    regions.iter().any(|region| region == method.region)
                }
                (_, Some(region)) => method.region == "GLOBAL" || method.region == region,
                _ => true,
            };
            by_region && (method.currencies.is_empty() || method.currencies.contains(&currency))
        };
        let options: Vec<Value> =
            METHODS.iter().filter(listed).map(|method| self.payment_option(method)).collect();
        if options.is_empty() {
            return Err(Refusal::new("NO_PAY_OPTIONS"));
        }
        Ok(Reply::success().field("paymentOptions", options))
    }

    fn payment_option(&self, method: &Method) -> Value {
        let logo = |name: &str| {
            let short: String = name.chars().take(12).collect();
            json!({"logoName": short, "logoUrl": format!("{}/_simulator/logos/{name}", self.settings.base_url)})
        };
        let mut option = json!({
            "paymentMethodType": method.kind,
            "paymentMethodCategory": method.category,
            "paymentMethodRegion": [method.region],
            "enabled": true,
            "preferred": method.kind == "CARD",
            "logo": logo(method.kind),
        });
        if let (true, Some(members)) = (method.kind == "CARD", option.as_object_mut()) {
            let brands = ["VISA", "MASTERCARD", "AMEX", "JCB"];
            let brands: Vec<Value> =
                brands.iter().map(|brand| json!({"cardBrand": brand, "logo": logo(brand)})).collect();
            members.insert(
                "paymentOptionDetail".to_owned(),
                json!({"supportCardBrands": brands, "funding": ["CREDIT", "DEBIT"]}),
            );
        }
        option
    }
}
