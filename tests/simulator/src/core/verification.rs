//! What a bank's checks of billing address and card code come to (rules 15, tables AVS and CVV).
//! Nothing is refused for it; the merchant is told the letters and judges by itself.

use super::card_form::BillingAddress;

/// `avsResultRaw`: the letter that the postal code `AVS-<letter>` asks for, or else the one for a good address of that
/// country with the parts that are given.
pub(crate) fn avs_result(address: Option<&BillingAddress>) -> char {
    const LETTERS: &str = "ABCDEFGHIKLMNOPQRSUWXYZ0";
    let Some(address) = address else { return '0' };
    let zip = address.zip_code.trim();
    let asked = zip.strip_prefix("AVS-").and_then(|letter| letter.parse::<char>().ok());
    if let Some(letter) = asked.filter(|letter| LETTERS.contains(*letter)) {
        return letter;
    }
    let long_zip = zip.bytes().filter(u8::is_ascii_digit).count() == 9;
    match (address.region.as_str(), !address.address1.trim().is_empty(), !zip.is_empty()) {
        ("US", true, true) if long_zip => 'X',
        ("US", true, true) => 'Y',
        ("US", false, true) if long_zip => 'W',
        ("US", false, true) => 'Z',
        ("US", true, false) => 'A',
        ("US", false, false) => 'U',
        ("GB", true, true) => 'F',
        (_, true, true) => 'M',
        (_, true, false) => 'B',
        (_, false, true) => 'P',
        (_, false, false) => 'I',
    }
}

/// `cvvResultRaw`: a few codes stand for another result than a match; without a code there is no data.
pub(crate) fn cvv_result(cvv: &str) -> char {
    match cvv {
        "" => 'X',
        "000" => 'D',
        "001" => 'N',
        "002" => 'U',
        "003" => 'P',
        _ => 'Y',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_letter_says_which_parts_of_the_address_were_compared() {
        for (region, address1, zip, letter) in [
            ("US", "1 Main St", "10001", 'Y'),
            ("US", "1 Main St", "10001-1234", 'X'),
            ("US", "", "10001", 'Z'),
            ("US", "", "100011234", 'W'),
            ("US", "1 Main St", "", 'A'),
            ("US", "", "", 'U'),
            ("GB", "1 High St", "SW1A 1AA", 'F'),
            ("SG", "1 Raffles Pl", "048616", 'M'),
            ("SG", "1 Raffles Pl", "", 'B'),
            ("SG", "", "048616", 'P'),
            ("SG", "", "", 'I'),
            ("SG", "1 Raffles Pl", "AVS-N", 'N'),
            ("US", "", "AVS-0", '0'),
            ("SG", "", "AVS-J", 'P'),
        ] {
            let address = BillingAddress {
                region: region.to_owned(),
                address1: address1.to_owned(),
                zip_code: zip.to_owned(),
                ..BillingAddress::default()
            };
            assert_eq!(avs_result(Some(&address)), letter, "{region} {address1} {zip}");
        }
        assert_eq!(avs_result(None), '0');
    }
}
