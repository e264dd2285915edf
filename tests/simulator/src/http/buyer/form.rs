//! The parts of a page: the amount, the card form, the picker of test cards, the acts for tests.
//! What comes back from the forms is read in `submission`.

use super::document::Text;
use super::language::Words;
use super::money;
use super::submission::{CardFaults, later_year};
use crate::core::{CheckoutView, Time, test_cards};

/// The order and its amount; nothing where nothing is paid.
pub(super) fn amount(view: &CheckoutView) -> String {
    if view.stores_only {
        return String::new();
    }
    let order = Some(view.order_description.as_str()).filter(|text| !text.is_empty());
    format!(
        include_str!("../assets/amount.html"),
        order = Text(order.unwrap_or(&view.reference_order_id)),
        currency = Text(&view.currency),
        value = money::formatted(view.value, &view.currency),
    )
}

/// The form of an open payment: card fields, or the two acts that other methods have.
pub(super) fn payment_form(
    words: &Words,
    view: &CheckoutView,
    address: &str,
    faults: CardFaults,
    now: Time,
) -> String {
    if view.payment_method_type != "CARD" {
        return method_form(words, &view.payment_method_type, address);
    }
    let year = later_year(now);
    format!(
        include_str!("../assets/card-form.html"),
        address = Text(address),
        saved = saved_cards(words, view),
        fields = card_fields(words, faults),
        billing = billing_address(words),
        instalments = if view.collects_instalments { instalments(words) } else { String::new() },
        store = if view.asks_to_store { store_consent(words) } else { String::new() },
        pay = if view.stores_only { words.keep } else { words.pay },
        leave = words.leave,
        tests = tests(words, &picker(words, &year), "", never_pending(view.stores_only)),
    )
}

/// The two acts that a wallet app offers.
pub(super) fn wallet_form(words: &Words, address: &str) -> String {
    method_form(words, words.wallet, address)
}

fn method_form(words: &Words, method: &str, address: &str) -> String {
    format!(
        include_str!("../assets/method-form.html"),
        address = Text(address),
        method = Text(method),
        approve = words.approve,
        leave = words.leave,
        tests = tests(words, "", "", ""),
    )
}

/// Only the acts for tests: a pending payment can still be ended by them.
pub(super) fn tests_form(words: &Words, address: &str) -> String {
    let acts = tests(words, "", " open", "");
    format!("<form method=\"post\" action=\"{}\">{acts}</form>", Text(address))
}

/// The inputs of a card, with the faults of what was typed in before. Card data is never put back into a page.
pub(super) fn card_fields(words: &Words, faults: CardFaults) -> String {
    let (number_state, number_fault) = faulty(faults.number, "number-fault", words.bad_number);
    let (expiry_state, expiry_fault) = faulty(faults.expiry, "expiry-fault", words.bad_expiry);
    let (cvv_state, cvv_fault) = faulty(faults.cvv, "cvv-fault", words.bad_cvv);
    format!(
        include_str!("../assets/card-fields.html"),
        card_number = words.card_number,
        expiry = words.expiry,
        cvv = words.cvv,
        holder = words.holder,
        number_state = number_state,
        number_fault = number_fault,
        expiry_state = expiry_state,
        expiry_fault = expiry_fault,
        cvv_state = cvv_state,
        cvv_fault = cvv_fault,
    )
}

/// The attributes of a faulty input and the sentence under it; both empty where nothing is wrong.
fn faulty(is_faulty: bool, id: &str, sentence: &str) -> (String, String) {
    if is_faulty {
        let attributes = format!(" aria-invalid=\"true\" aria-describedby=\"{id}\"");
        (attributes, format!("\n<span class=\"fault\" id=\"{id}\" role=\"alert\">{sentence}</span>"))
    } else {
        (String::new(), String::new())
    }
}

/// The fields of a billing address, folded away.
pub(super) fn billing_address(words: &Words) -> String {
    format!(
        include_str!("../assets/address.html"),
        address = words.address,
        region = words.region,
        state = words.state,
        city = words.city,
        address1 = words.address1,
        address2 = words.address2,
        zip_code = words.zip_code,
    )
}

/// In how many parts the bank is paid; nothing means at once.
pub(super) fn instalments(words: &Words) -> String {
    let name = words.instalments;
    format!(
        "<label class=\"field\"><span>{name}</span>\n<input name=\"installmentNum\" inputmode=\"numeric\" maxlength=\"2\"></label>\n"
    )
}

fn store_consent(words: &Words) -> String {
    let sentence = words.store;
    format!(
        "<label class=\"choice\"><input type=\"checkbox\" name=\"store\" value=\"true\"><span>{sentence}</span></label>\n"
    )
}

/// The choice among stored cards and a new one; nothing where none is stored.
fn saved_cards(words: &Words, view: &CheckoutView) -> String {
    if view.stored_cards.is_empty() {
        return String::new();
    }
    let choice = |value: &str, text: &str, checked: &str| {
        format!(
            "<label class=\"choice\"><input type=\"radio\" name=\"paymentMethodId\" value=\"{}\"{checked}><span>{}</span></label>\n",
            Text(value),
            Text(text)
        )
    };
    let stored: String = view
        .stored_cards
        .iter()
        .map(|card| {
            let text = format!("{} \u{2022}\u{2022}\u{2022}\u{2022} {}", card.card_brand, card.last_four);
            choice(&card.payment_method_id, &text, "")
        })
        .collect();
    let other = choice("", words.other_card, " checked");
    format!("<fieldset><legend class=\"legend\">{}</legend>\n{stored}{other}</fieldset>\n", words.saved_cards)
}

/// The choice among the sandbox's cards; `year` is one in which they are valid.
fn picker(words: &Words, year: &str) -> String {
    let options: String = test_cards()
        .map(|card| {
            let ending = if card.approves { words.approve } else { words.decline };
            let (number, brand, country) = (card.number, card.brand, card.country);
            format!("<option value=\"{number}\">{number} {brand} {country}: {ending}</option>\n")
        })
        .collect();
    format!(
        include_str!("../assets/picker.html"),
        test_card = words.test_card,
        own_card = words.own_card,
        expiry = format_args!("12/{year}"),
        options = options,
    )
}

/// The box of acts that decide the outcome themselves.
/// Takes the act away that leaves a payment pending: the storing of a card never is.
pub(super) fn never_pending(stores_only: bool) -> &'static str {
    if stores_only { " hidden" } else { "" }
}

fn tests(words: &Words, picker: &str, open: &str, never: &str) -> String {
    format!(
        include_str!("../assets/tests.html"),
        open = open,
        for_tests = words.for_tests,
        picker = picker,
        approve = words.approve,
        decline = words.decline,
        fail = words.fail,
        pending = words.pending,
        never = never,
    )
}

/// A paragraph of one kind (`bad`, `good` or none), with a result code where there is one.
pub(super) fn notice(kind: &str, sentence: &str, code: Option<&str>) -> String {
    let code = code.map(|code| format!("<span class=\"code\">{}</span>", Text(code))).unwrap_or_default();
    format!("<p class=\"notice {kind}\" role=\"status\">{sentence}{code}</p>\n")
}

/// A way on that looks like a button.
pub(super) fn link(sentence: &str, address: &str) -> String {
    format!("<p><a class=\"button main\" href=\"{}\">{sentence}</a></p>\n", Text(address))
}
