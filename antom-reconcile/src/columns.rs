//! Finds columns by the names in the header, of today's files and of older ones; their order is never relied on.
//! Columns that nobody knows are kept by name; reading cells is left to `row`.

use crate::error::{FileError, Reason};
use crate::file_name::FileKind;
use crate::record::Record;

/// Where the columns of a file are.
#[derive(Debug, Clone)]
pub(crate) struct Columns {
    pub(crate) names: Vec<String>,
    pub(crate) kind: FileKind,
    pub(crate) type_word: usize,
    pub(crate) batch: Option<usize>,
    pub(crate) transaction_id: Option<usize>,
    pub(crate) original_transaction_id: Option<usize>,
    pub(crate) request_id: Option<usize>,
    pub(crate) original_request_id: Option<usize>,
    pub(crate) order: Option<usize>,
    pub(crate) status: Option<usize>,
    pub(crate) time: Option<usize>,
    pub(crate) count: Option<usize>,
    pub(crate) amount: Option<Money>,
    pub(crate) converted: Option<Money>,
    pub(crate) net: Option<Money>,
    pub(crate) pair: Option<usize>,
    pub(crate) price: Option<usize>,
    pub(crate) fees: Vec<Money>,
    /// Columns that nobody knows.
    pub(crate) unknown: Vec<usize>,
}

/// An amount and the currency beside it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Money {
    pub(crate) value: usize,
    pub(crate) currency: Option<usize>,
}

/// Columns that are known and not needed.
const BESIDES: [&str; 33] = [
    "customerId",
    "PSP",
    "acquirer",
    "ARN",
    "acquirerReferenceNo",
    "settlementInitiatedDate",
    "settlementTime",
    "referenceMerchantId",
    "referenceStoreId",
    "orderDescription",
    "paymentMethodType",
    "wallet",
    "pspName",
    "transactionCreationTime",
    "transactionUpdateTime",
    "productCode",
    "cardBrand",
    "issuingCountry",
    "cardCountry",
    "funding",
    "installmentsNum",
    "3DAuthentication",
    "3DOffered",
    "accountHolderName",
    "originalCardSummary",
    "cardNumber(Last 4 digits)",
    "issuer",
    "liabilityShift",
    "reason",
    "settlementBatchId",
    "status",
    "count",
    "referenceTransactionId",
];

/// Fees whose names do not end so.
const OTHER_FEES: [&str; 4] = ["fee", "acquirerMarkup", "withholdingTax", "nonGuaranteeCoupon"];

impl Columns {
    /// Reads a header; `named` is what the file's name says that it is.
    pub(crate) fn read(file: &str, named: Option<FileKind>, header: &Record) -> Result<Self, FileError> {
        let names: Vec<String> =
            (0..header.len()).map(|at| String::from_utf8_lossy(header.cell(at)).trim().to_owned()).collect();
        for (at, name) in names.iter().enumerate() {
            if !name.is_empty() && names.iter().take(at).any(|other| other == name) {
                return Err(FileError::new(file, Reason::TwiceNamed).at(header.line).column(name));
            }
        }
        let find = |name: &str| names.iter().position(|known| known == name);
        let kind = named.unwrap_or_else(|| {
            if find("summaryType").is_some() {
                FileKind::Summary
            } else if find("orderDescription").or_else(|| find("status")).is_some() {
                FileKind::Transactions
            } else {
                FileKind::Details
            }
        });
        let needed = |name: &'static str| {
            find(name).ok_or_else(|| {
                let reason = Reason::Header { missing: name, kind: kind.word() };
                FileError::new(file, reason).at(header.line).column(name)
            })
        };
        let money =
            |value: &str, currency: &str| find(value).map(|value| Money { value, currency: find(currency) });
        let type_word = needed(if kind == FileKind::Summary { "summaryType" } else { "transactionType" })?;
        for name in required(kind) {
            needed(name)?;
        }
        let mut columns = Self {
            kind,
            type_word,
            batch: find("settlementBatchId"),
            transaction_id: find("transactionId"),
            original_transaction_id: find("originalTransactionId"),
            request_id: find("transactionRequestId"),
            original_request_id: find("originalTransactionRequestId"),
            order: find("referenceTransactionId"),
            status: find("status"),
            time: find("transactionCompletionTime").or_else(|| find("paymentTime")),
            count: find("count"),
            amount: money("transactionAmountValue", "transactionCurrency"),
            converted: money("convertedTransactionAmountValue", "convertedCurrency"),
            net: money("settlementAmountValue", "settlementCurrency"),
            pair: find("quoteCurrencyPair"),
            price: find("quotePrice"),
            fees: fees(&names),
            unknown: Vec::new(),
            names: Vec::new(),
        };
        columns.unknown = (0..names.len()).filter(|at| !columns.knows(*at, names.get(*at))).collect();
        columns.names = names;
        Ok(columns)
    }

    pub(crate) fn name(&self, at: usize) -> &str {
        self.names.get(at).map_or("", String::as_str)
    }

    fn knows(&self, at: usize, name: Option<&String>) -> bool {
        let money = [self.amount, self.converted, self.net].into_iter().flatten();
        let mut moneys = money.chain(self.fees.iter().copied());
        let used = [
            Some(self.type_word),
            self.transaction_id,
            self.original_transaction_id,
            self.request_id,
            self.original_request_id,
            self.time,
            self.pair,
            self.price,
        ];
        used.contains(&Some(at))
            || moneys.any(|one| one.value == at || one.currency == Some(at))
            || name.is_some_and(|name| BESIDES.contains(&name.as_str()))
    }
}

/// Beside the type: without these, nothing can be checked.
fn required(kind: FileKind) -> &'static [&'static str] {
    match kind {
        FileKind::Transactions => &["transactionRequestId", "transactionAmountValue", "transactionCurrency"],
        FileKind::Details => &["transactionRequestId", "settlementAmountValue", "settlementCurrency"],
        FileKind::Summary => &["count", "settlementAmountValue", "settlementCurrency"],
    }
}

/// Every pair of a fee and its currency, also of fees that came into being later: their names end alike.
fn fees(names: &[String]) -> Vec<Money> {
    let mut found = Vec::new();
    for (value, name) in names.iter().enumerate() {
        let base = name.strip_suffix("AmountValue").or_else(|| name.strip_suffix("Value")).unwrap_or(name);
        if !base.ends_with("Fee") && !OTHER_FEES.contains(&base) {
            continue;
        }
        let beside = ["Currency", "FeeCurrency", "AmountCurrency"].map(|ending| format!("{base}{ending}"));
        let currency = names.iter().position(|name| beside.contains(name));
        found.push(Money { value, currency });
    }
    found
}
