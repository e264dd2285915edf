//! The contract of the client SDKs: what is printed for them, and what each event leads to.
//! The machine of the client session is tested in `client_session`.

use antom_core::ClientId;
use antom_core::client_sdk::{
    AndroidConfiguration, AndroidLocale, Callback, Display, Environment, EventCode, NextStep, WebLocale,
};
use proptest::prelude::*;

//= C-1 test
#[test]
fn browsers_get_the_nearest_listed_language() {
    let table = [
        ("fr", WebLocale::FrFr),
        ("fr-CA", WebLocale::FrFr),
        ("fr_FR", WebLocale::FrFr),
        ("zh-Hans-CN", WebLocale::ZhCn),
        ("zh-TW", WebLocale::ZhCn),
        ("de-AT", WebLocale::DeDe),
        ("ES-419", WebLocale::EsEs),
        ("nl_NL.UTF-8", WebLocale::NlNl),
        ("it", WebLocale::ItIt),
        ("en-GB", WebLocale::EnUs),
        ("ja-JP", WebLocale::EnUs),
        ("fro", WebLocale::EnUs),
        ("", WebLocale::EnUs),
        ("C", WebLocale::EnUs),
    ];
    for (tag, locale) in table {
        assert_eq!(WebLocale::from_tag(tag), locale, "{tag}");
    }
    assert_eq!(WebLocale::from_tags(["sv-SE", "it-CH", "en"]), WebLocale::ItIt);
    assert_eq!(WebLocale::from_tags(["sv-SE", "da"]), WebLocale::EnUs);
    let texts: Vec<_> = WebLocale::ALL.iter().map(|locale| locale.as_str()).collect();
    assert_eq!(texts, ["en_US", "es_ES", "fr_FR", "nl_NL", "it_IT", "de_DE", "zh_CN"]);
}

//= C-2 test
#[test]
fn phones_get_a_listed_language_or_their_own() {
    let table = [
        ("id-ID", Some(AndroidLocale::InId)),
        ("in", Some(AndroidLocale::InId)),
        ("fil-PH", Some(AndroidLocale::TlPh)),
        ("tl", Some(AndroidLocale::TlPh)),
        ("zh-Hant", Some(AndroidLocale::ZhHk)),
        ("zh-TW", Some(AndroidLocale::ZhHk)),
        ("zh-Hans-HK", Some(AndroidLocale::ZhCn)),
        ("zh", Some(AndroidLocale::ZhCn)),
        ("pt-PT", Some(AndroidLocale::PtBr)),
        ("sv-SE", None),
        ("", None),
    ];
    for (tag, locale) in table {
        assert_eq!(AndroidLocale::from_tag(tag), locale, "{tag}");
    }
    assert_eq!(AndroidLocale::MsMy.parts(), ("ms", "MY"));
    assert_eq!(AndroidLocale::ALL.len(), 15);
}

//= C-2 test
#[test]
fn android_options_are_texts_and_production_has_no_sandbox() {
    let sandbox = AndroidConfiguration::new(Environment::Sandbox).with_submit_button(false);
    assert_eq!(
        sandbox.options(),
        [("sandbox", "true"), ("showLoading", "true"), ("showSubmitButton", "false")]
    );
    assert_eq!(sandbox.locale(), None);
    let production = AndroidConfiguration::new(Environment::Production)
        .with_loading(false)
        .with_locale(Some(AndroidLocale::KoKr));
    assert_eq!(production.options(), [("showLoading", "false"), ("showSubmitButton", "true")]);
    assert_eq!(production.locale(), Some(AndroidLocale::KoKr));
}

//= C-9 test
#[test]
fn the_client_id_of_the_session_decides_about_the_environment() {
    let of = |id| Environment::of(&ClientId::parse(id).unwrap()).as_str();
    assert_eq!(of("SANDBOX_5X00000000000000"), "sandbox");
    assert_eq!(of("5X00000000000000"), "prod");
    assert_eq!(of("MY_SANDBOX_5X"), "prod");
}

//= C-6 test
#[test]
fn every_code_leads_to_its_next_step() {
    let table = [
        ("SDK_PAYMENT_SUCCESSFUL", NextStep::ShowResultPage),
        ("SDK_PAYMENT_FAIL", NextStep::ConfirmFailure),
        ("SDK_PAYMENT_PROCESSING", NextStep::AskServer),
        ("SDK_PAYMENT_ERROR", NextStep::AskServer),
        ("SDK_PAYMENT_CANCEL", NextStep::ReuseOrRenewSession),
        ("SDK_START_OF_LOADING", NextStep::StartLoading),
        ("SDK_END_OF_LOADING", NextStep::EndLoading),
        ("SDK_FORM_VERIFICATION_FAILED", NextStep::CompleteForm),
        ("SDK_CREATEPAYMENT_PARAMETER_ERROR", NextStep::FixParameters),
        ("SDK_INIT_PARAMETER_ERROR", NextStep::FixParameters),
        ("SDK_CREATECOMPONENT_ERROR", NextStep::ContactSupport),
        ("SDK_CREATE_COMPONENT_ERROR", NextStep::ContactSupport),
        ("SDK_CALL_URL_ERROR", NextStep::ContactSupport),
        ("SDK_INTERNAL_ERROR", NextStep::ContactSupport),
        ("SDK_CALL_URL_SUCCESS", NextStep::Nothing),
        ("SDK_LAUNCH_PAYMENT_APP_ERROR", NextStep::AskServer),
        ("SDK_DUPLICATE_SUBMISSION_BEHAVIOR", NextStep::AskServer),
        ("SDK_SUBMIT_NETWORK_ERROR", NextStep::AskServer),
    ];
    for (code, step) in table {
        let read = EventCode::from(code);
        assert!(!read.is_unlisted(), "{code}");
        assert_eq!(read.next_step(), step, "{code}");
    }
    assert_eq!(table.len(), EventCode::LISTED.len());
}

proptest! {
    //= C-6 test
    //= C-7 test
    #[test]
    fn a_code_that_nobody_knows_is_carried_and_never_means_success(code in "[A-Z_]{0,30}Q") {
        let read = EventCode::from(code.as_str());
        prop_assert_eq!(read.as_str(), code.as_str());
        prop_assert_eq!(read.next_step(), NextStep::AskServer);
        prop_assert!(!read.is_result());
    }

    #[test]
    fn no_language_tag_makes_the_mapping_panic(tag in "\\PC{0,20}") {
        let _ = (WebLocale::from_tag(&tag), AndroidLocale::from_tag(&tag));
    }
}

//= C-3 test
#[test]
fn pop_up_and_embedded_form_are_made_by_their_own_methods() {
    assert_eq!(Display::PopUp.method(), "createComponent");
    assert_eq!(Display::Embedded { selector: "#pay".to_owned() }.method(), "mountComponent");
    assert_eq!(Callback::ALL.map(Callback::name), ["onLog", "onEventCallback", "onError"]);
}

#[cfg(feature = "serde")]
mod printed {
    //! What the SDKs and the page read as JSON.
    //! The samples are those of the documents.

    use std::time::Duration;

    use antom_core::client_sdk::{
        AndroidConfiguration, AndroidLocale, ClientEvent, ComponentOptions, Environment, EventCode,
        HandoverError, NextStep, SessionHandover, SubmitArgument, SubmitResult, WebConfiguration, WebLocale,
    };
    use antom_core::wire::{Address, CreatePaymentSessionResponse};
    use antom_core::{ClientId, Timestamp};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    //= C-1 test
    #[test]
    fn the_web_configuration_says_environment_locale_and_analytics() {
        let mut web = WebConfiguration::new(Environment::Production, WebLocale::EnUs);
        assert_eq!(serde_json::to_value(web).unwrap(), json!({ "environment": "prod", "locale": "en_US" }));
        assert!(web.sends_analytics());
        web.analytics_enabled = Some(false);
        assert!(!web.sends_analytics());
        assert_eq!(
            serde_json::to_value(web).unwrap(),
            json!({ "environment": "prod", "locale": "en_US", "analytics": { "enabled": false } })
        );
    }

    //= C-2 test
    #[test]
    fn the_android_configuration_prints_locale_and_options() {
        let android = AndroidConfiguration::new(Environment::Sandbox).with_locale(Some(AndroidLocale::EnUs));
        assert_eq!(
            serde_json::to_value(android).unwrap(),
            json!({
                "locale": "en_US",
                "options": { "sandbox": "true", "showLoading": "true", "showSubmitButton": "true" },
            })
        );
    }

    //= C-3 test
    #[test]
    fn absent_null_and_empty_switches_mean_the_default() {
        for text in [
            json!({}),
            json!({ "appearance": null, "notRedirectAfterComplete": null, "merchantAppointParam": {} }),
            json!({ "appearance": { "showLoading": "", "showSubmitButton": null },
                "notRedirectAfterComplete": "", "merchantAppointParam": { "storedCard": { "needCVV": "" } } }),
        ] {
            let options: ComponentOptions = serde_json::from_value(text).unwrap();
            assert_eq!(options, ComponentOptions::default());
            assert!(options.shows_loading() && options.redirects_after_complete());
            assert!(!options.shows_submit_button() && !options.needs_cvv());
        }
        let all = json!({
            "appearance": { "showLoading": false, "showSubmitButton": true },
            "notRedirectAfterComplete": true,
            "merchantAppointParam": { "storedCard": { "needCVV": true } },
        });
        let options: ComponentOptions = serde_json::from_value(all.clone()).unwrap();
        assert!(!options.shows_loading() && options.shows_submit_button() && options.needs_cvv());
        assert!(!options.redirects_after_complete());
        assert_eq!(serde_json::to_value(options).unwrap(), all);
        assert!(
            serde_json::from_value::<ComponentOptions>(json!({ "notRedirectAfterComplete": 7 })).is_err()
        );
    }

    proptest! {
        #[test]
        fn component_options_read_back_what_they_print(
            show_loading: Option<bool>, show_submit_button: Option<bool>,
            not_redirect_after_complete: Option<bool>, need_cvv: Option<bool>,
        ) {
            let options =
                ComponentOptions { show_loading, show_submit_button, not_redirect_after_complete, need_cvv };
            let printed = serde_json::to_string(&options).unwrap();
            prop_assert_eq!(serde_json::from_str::<ComponentOptions>(&printed).unwrap(), options);
        }

        //= C-10 test
        #[test]
        fn events_are_read_whatever_they_lack_and_printed_back(
            code in prop::option::of("[A-Z_]{0,20}"), message in prop::option::of("\\PC{0,20}"),
            with_result: bool,
        ) {
            let mut event = json!({ "somethingNew": [1] });
            for (name, text) in [("code", &code), ("message", &message)] {
                if let Some(text) = text {
                    event[name] = json!(text);
                }
            }
            if with_result {
                event["result"] = json!({ "paymentResultCode": "DO_NOT_HONOR", "paymentStatus": "FAIL" });
            }
            let read: ClientEvent = serde_json::from_value(event.clone()).unwrap();
            prop_assert_eq!(read.payment_result_code().is_some(), with_result);
            prop_assert_eq!(serde_json::to_value(&read).unwrap(), event);
        }
    }

    //= C-10 test
    #[test]
    fn events_and_submit_answers_without_a_code_lead_to_the_server() {
        let silent: ClientEvent = serde_json::from_value(json!({ "result": null })).unwrap();
        assert_eq!((silent.next_step(), silent.payment_result_code()), (NextStep::AskServer, None));
        assert_eq!(SubmitResult::default().next_step(), NextStep::AskServer);
        let incomplete: SubmitResult =
            serde_json::from_value(json!({ "code": "SDK_FORM_VERIFICATION_FAILED", "message": "name" }))
                .unwrap();
        assert_eq!(incomplete.next_step(), NextStep::CompleteForm);
        assert_eq!(incomplete.code, Some(EventCode::FormVerificationFailed));
    }

    //= C-4 test
    //= C-8 test
    #[test]
    fn submit_takes_nothing_or_a_checked_billing_address() {
        assert_eq!(serde_json::to_value(SubmitArgument::default()).unwrap(), json!({}));
        let mut address = Address::new("US");
        address.state = Some("TX".to_owned());
        let argument = SubmitArgument::with_billing_address(address.clone());
        argument.validate().unwrap();
        assert_eq!(
            serde_json::to_value(&argument).unwrap(),
            json!({ "billingAddress": { "region": "US", "state": "TX" } })
        );
        address.state = Some("California".to_owned());
        let errors = SubmitArgument::with_billing_address(address).validate().unwrap_err();
        assert_eq!(errors.to_string(), "billingAddress.state has 10 characters, at most 8 are allowed");
        let errors = SubmitArgument::with_billing_address(Address::new("")).validate().unwrap_err();
        assert_eq!(errors.to_string(), "billingAddress.region is not a region of two upper-case letters");
    }

    fn response(change: impl FnOnce(&mut Value)) -> CreatePaymentSessionResponse {
        let mut response = json!({
            "result": { "resultStatus": "S", "resultCode": "SUCCESS" },
            "paymentSessionData": " a+/==&&SG&&111 ",
            "paymentSessionExpiryTime": "2026-11-22T10:30:00+08:00",
        });
        change(&mut response);
        serde_json::from_value(response).unwrap()
    }

    //= S-4 test
    //= C-9 test
    #[test]
    fn session_data_is_handed_out_whole_and_with_its_environment() {
        let client_id = ClientId::parse("SANDBOX_5X00000000000000").unwrap();
        let at = Timestamp::parse("2026-11-22T01:30:00Z").unwrap();
        let hand = |response, at| SessionHandover::new(&client_id, &response, at, Duration::from_secs(60));
        let handover = hand(response(|_| ()), at).unwrap();
        assert_eq!(handover.session_data().expose(), " a+/==&&SG&&111 ");
        assert_eq!(
            serde_json::to_value(&handover).unwrap(),
            json!({
                "environment": "sandbox",
                "sessionData": " a+/==&&SG&&111 ",
                "expiresAt": "2026-11-22T02:30:00.000Z",
            })
        );
        assert!(!format!("{handover:?}").contains("SG&&111"));
    }

    //= T-7 test
    #[test]
    fn session_data_is_neither_decoded_nor_trimmed_nor_split_and_is_escaped_as_text_of_its_json() {
        let client_id = ClientId::parse("SANDBOX_5X00000000000000").unwrap();
        let at = Timestamp::parse("2026-11-22T01:30:00Z").unwrap();
        for data in ["a+/==&&SG&&111&&e30=", "  \t", "%2B%3D", "\"}</script>&amp;\\", "==", "&&"] {
            let response = response(|body| body["paymentSessionData"] = json!(data));
            let handover = SessionHandover::new(&client_id, &response, at, Duration::from_secs(60)).unwrap();
            assert_eq!(handover.session_data().expose(), data);
            let printed = serde_json::to_string(&handover).unwrap();
            let read: serde_json::Value = serde_json::from_str(&printed).unwrap();
            assert_eq!(read["sessionData"], data, "{printed}");
        }
    }

    //= S-4 test
    #[test]
    fn sessions_that_are_no_longer_good_are_not_handed_out() {
        let client_id = ClientId::parse("SANDBOX_5X00000000000000").unwrap();
        let hand = |response, at: &str| {
            let at = Timestamp::parse(at).unwrap();
            SessionHandover::new(&client_id, &response, at, Duration::from_secs(60)).map(|_| ())
        };
        let early = "2026-11-22T01:30:00Z";
        assert_eq!(hand(response(|_| ()), "2026-11-22T02:28:59Z"), Ok(()));
        for late in ["2026-11-22T02:29:00Z", "2026-11-22T02:30:00Z", "2026-11-23T00:00:00Z"] {
            assert_eq!(hand(response(|_| ()), late), Err(HandoverError::Expired), "{late}");
        }
        let refused = response(|body| body["result"]["resultStatus"] = json!("U"));
        assert_eq!(hand(refused, early), Err(HandoverError::NotMade));
        let silent = response(|body| body["result"] = json!(null));
        assert_eq!(hand(silent, early), Err(HandoverError::NotMade));
        let empty = response(|body| body["paymentSessionData"] = json!(""));
        assert_eq!(hand(empty, early), Err(HandoverError::NoData));
        let timeless = response(|body| body["paymentSessionExpiryTime"] = json!("soon"));
        assert_eq!(hand(timeless, early), Err(HandoverError::NoExpiry));
    }
}
