//! The tables of codes, and what was reached of them.
//! How a code is reached is up to the other files.

use std::collections::BTreeMap;

use serde_json::Value;

/// How many codes the gateway's pages list, as a check that the tables are whole.
const SIZES: [(&str, usize); 15] = [
    ("createPaymentSession", 22),
    ("pay", 52),
    ("inquiryPayment", 16),
    ("paymentResultCode", 39),
    ("transactionResult", 13),
    ("capture", 32),
    ("cancel", 22),
    ("refund", 32),
    ("inquiryRefund", 11),
    ("refundResultCode", 21),
    ("consult", 8),
    ("notifyPayment", 40),
    ("notifyCapture", 23),
    ("notifyRefund", 28),
    // 13 of the pages, and OAUTH_FAIL for API keys.
    ("gateway", 14),
];

pub(crate) struct Book {
    tables: BTreeMap<String, BTreeMap<String, (String, String)>>,
    reached: BTreeMap<(String, String), &'static str>,
}

impl Book {
    pub(crate) fn open() -> Self {
        let text = include_str!("../../data/result-codes.json");
        let tables: BTreeMap<String, BTreeMap<String, (String, String)>> =
            serde_json::from_str(text).expect("tables of codes");
        for (api, size) in SIZES {
            assert_eq!(tables[api].len(), size, "{api}");
        }
        Self { tables, reached: BTreeMap::new() }
    }

    /// The codes of an API with this status.
    pub(crate) fn codes(&self, api: &str, status: &str) -> Vec<String> {
        let listed = self.tables[api].iter().filter(|(_, (listed, _))| listed == status);
        listed.map(|(code, _)| code.clone()).collect()
    }

    pub(crate) fn has(&self, api: &str, code: &str) -> bool {
        self.tables[api].contains_key(code)
    }

    /// Notes that a `result` came, and holds it against the table.
    pub(crate) fn reached(&mut self, api: &str, code: &str, how: &'static str, result: &Value) {
        assert_eq!(result["resultCode"], code, "{api}: {how}");
        let (status, _) = self.tables[api].get(code).unwrap_or_else(|| panic!("{api} has no code {code}"));
        assert_eq!(&result["resultStatus"], status, "{api} {code}: {how}");
        let message = result["resultMessage"].as_str().expect("a message");
        assert!((1..=256).contains(&message.chars().count()), "{api} {code}: {message}");
        self.note(api, code, how);
    }

    /// Notes a code that stands alone.
    pub(crate) fn note(&mut self, api: &str, code: &str, how: &'static str) {
        assert!(self.has(api, code), "{api} has no code {code}");
        self.reached.entry((api.to_owned(), code.to_owned())).or_insert(how);
    }

    pub(crate) fn missing_of(&self, api: &str) -> Vec<String> {
        let is_missing = |code: &&String| !self.reached.contains_key(&(api.to_owned(), (*code).clone()));
        self.tables[api].keys().filter(is_missing).cloned().collect()
    }

    pub(crate) fn missing(&self) -> Vec<String> {
        let mut missing = Vec::new();
        for api in self.tables.keys() {
            missing.extend(self.missing_of(api).iter().map(|code| format!("{api} {code}")));
        }
        missing
    }

    pub(crate) fn print(&self) {
        for ((api, code), how) in &self.reached {
            println!("{api} {code}: {how}");
        }
        println!("{} codes reached", self.reached.len());
    }
}
