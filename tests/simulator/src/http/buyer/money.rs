//! Amounts as people read them: `SGD 1,234.50` for 123450 smallest units.
//! Which amounts are possible is judged in `core`.

/// How many digits of an amount stand behind the point (ISO 4217).
fn decimals(currency: &str) -> usize {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI"
        | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        "CLF" | "UYW" => 4,
        _ => 2,
    }
}

/// The value with a point and groups of three, without the currency.
pub(super) fn formatted(value: u64, currency: &str) -> String {
    let decimals = decimals(currency);
    let padded = format!("{value:0>width$}", width = decimals.saturating_add(1));
    let (whole, rest) = padded.split_at(padded.len().saturating_sub(decimals));
    let digits = whole.len();
    let mut text = String::with_capacity(padded.len().saturating_add(6));
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && digits.saturating_sub(place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if decimals > 0 {
        text.push('.');
        text.push_str(rest);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_point_stands_where_the_currency_puts_it() {
        for (value, currency, expected) in [
            (4200, "SGD", "42.00"),
            (5, "USD", "0.05"),
            (123456789, "EUR", "1,234,567.89"),
            (100000, "JPY", "100,000"),
            (7, "KRW", "7"),
            (1500, "KWD", "1.500"),
            (12345, "UYW", "1.2345"),
        ] {
            assert_eq!(formatted(value, currency), expected, "{value} {currency}");
        }
    }
}
