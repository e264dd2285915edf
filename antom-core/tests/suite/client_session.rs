//! The machine of the client session: stories of buyers, and laws for any order of events.
//! Codes and printed configuration are tested in `client_sdk`.

use antom_core::Timestamp;
use antom_core::client_sdk::{
    ClientInput, ClientPhase, ClientRefusal, ClientSession, ComponentOptions, Directive, Display, EventCode,
    NextStep, SessionDataUse,
};
use proptest::prelude::*;

const RELEASE: Directive = Directive::Release;

fn at(minute: i64) -> Timestamp {
    Timestamp::from_epoch_millis(1_790_000_000_000 + minute * 60_000)
}

fn next(step: NextStep) -> Directive {
    Directive::Next(step)
}

fn event(code: EventCode) -> ClientInput {
    ClientInput::Event(code)
}

fn pop_up() -> ClientSession {
    ClientSession::new(Display::PopUp, Some(at(60)))
}

fn embedded(options: ComponentOptions) -> ClientSession {
    ClientSession::new(Display::Embedded { selector: "#pay".to_owned() }, Some(at(60))).with_options(options)
}

fn staying() -> ComponentOptions {
    ComponentOptions { not_redirect_after_complete: Some(true), ..ComponentOptions::default() }
}

/// Applies the inputs and gives the directives of the last one.
fn run(session: &mut ClientSession, inputs: impl IntoIterator<Item = ClientInput>) -> Vec<Directive> {
    inputs.into_iter().fold(Vec::new(), |_, input| session.apply(input, at(1)).unwrap())
}

fn shown(session: &mut ClientSession) {
    run(session, [ClientInput::Create, ClientInput::Ready]);
    assert_eq!(session.phase(), ClientPhase::Mounted);
}

//= C-4 test
#[test]
fn the_page_submits_an_embedded_form_and_an_incomplete_one_again() {
    let mut session = embedded(staying());
    assert_eq!(session.apply(ClientInput::Submit, at(1)), Err(ClientRefusal::NotMounted));
    shown(&mut session);
    run(&mut session, [ClientInput::Submit]);
    assert_eq!(session.apply(ClientInput::Submit, at(1)), Err(ClientRefusal::AlreadySubmitted));
    let directives = run(&mut session, [event(EventCode::FormVerificationFailed)]);
    assert_eq!((directives, session.phase()), (vec![next(NextStep::CompleteForm)], ClientPhase::Mounted));
    let directives = run(&mut session, [ClientInput::Submit, event(EventCode::PaymentSuccessful)]);
    assert_eq!(directives, [RELEASE, next(NextStep::ShowResultPage)]);
    assert_eq!(session.phase(), ClientPhase::Result);
}

//= C-4 test
#[test]
fn the_page_does_not_submit_a_form_that_has_its_own_button() {
    let own_button = ComponentOptions { show_submit_button: Some(true), ..ComponentOptions::default() };
    for mut session in [pop_up(), embedded(own_button)] {
        shown(&mut session);
        assert_eq!(session.apply(ClientInput::Submit, at(1)), Err(ClientRefusal::NotByThePage));
    }
}

//= C-5 test
#[test]
fn the_component_is_released_after_a_result_only_where_the_page_stays() {
    let results = [
        EventCode::PaymentSuccessful,
        EventCode::PaymentFail,
        EventCode::PaymentProcessing,
        EventCode::PaymentError,
    ];
    for code in results {
        let mut stays = pop_up().with_options(staying());
        shown(&mut stays);
        assert_eq!(run(&mut stays, [event(code.clone())]).first(), Some(&RELEASE), "{code}");
        assert!(stays.must_release());
        run(&mut stays, [ClientInput::Released]);
        assert_eq!((stays.must_release(), stays.phase()), (false, ClientPhase::Released));
        let mut redirects = pop_up();
        shown(&mut redirects);
        assert!(!run(&mut redirects, [event(code.clone())]).contains(&RELEASE), "{code}");
        assert!(!redirects.must_release());
    }
}

//= C-5 test
#[test]
fn the_component_is_released_when_the_buyer_leaves_and_before_another_payment() {
    for input in [ClientInput::Leave, ClientInput::StartAnother] {
        let mut session = embedded(ComponentOptions::default());
        shown(&mut session);
        assert_eq!(run(&mut session, [input.clone()]), [RELEASE]);
        assert!(session.must_release());
        let mut unused = pop_up();
        assert_eq!(run(&mut unused, [input]), []);
        assert!(!unused.must_release());
    }
    let mut session = pop_up();
    shown(&mut session);
    assert_eq!(session.apply(ClientInput::Create, at(1)), Err(ClientRefusal::ComponentExists));
}

//= C-6 test
#[test]
fn a_cancelled_form_leaves_the_session_data_usable_until_it_expires() {
    let mut session = pop_up();
    shown(&mut session);
    assert_eq!(session.session_data_use(at(1)), SessionDataUse::InUse);
    let mut left = session.clone();
    run(&mut left, [event(EventCode::PaymentCancel), ClientInput::Leave]);
    assert_eq!(left.apply(ClientInput::Create, at(1)), Err(ClientRefusal::ComponentExists));
    let directives = run(&mut session, [event(EventCode::PaymentCancel)]);
    assert_eq!(directives, [RELEASE, next(NextStep::ReuseOrRenewSession)]);
    run(&mut session, [ClientInput::Released]);
    assert_eq!(session.session_data_use(at(59)), SessionDataUse::Reusable);
    assert_eq!(session.session_data_use(at(60)), SessionDataUse::RequestNew);
    assert_eq!(session.apply(ClientInput::Create, at(60)), Err(ClientRefusal::SessionNotUsable));
    shown(&mut session);
}

#[test]
fn a_buyer_who_may_have_paid_is_never_given_the_same_session_again() {
    let asked = || [event(EventCode::PaymentCancel), ClientInput::Leave];
    for input in asked() {
        let mut session = embedded(ComponentOptions::default());
        shown(&mut session);
        let directives = run(&mut session, [ClientInput::Submit, input]);
        assert!(directives.contains(&next(NextStep::AskServer)), "{directives:?}");
        assert_eq!(session.session_data_use(at(1)), SessionDataUse::AskServerFirst);
    }
    // The buyer submits inside the pop-up, where nobody tells us.
    let mut session = pop_up();
    shown(&mut session);
    assert_eq!(run(&mut session, [ClientInput::Leave]), [RELEASE, next(NextStep::AskServer)]);
    run(&mut session, [ClientInput::Released]);
    assert_eq!(session.apply(ClientInput::Create, at(1)), Err(ClientRefusal::SessionNotUsable));
}

//= C-6 test
#[test]
fn loading_events_matter_only_to_pages_with_their_own_animation() {
    let own = ComponentOptions { show_loading: Some(false), ..ComponentOptions::default() };
    let mut session = pop_up().with_options(own);
    run(&mut session, [ClientInput::Create]);
    assert_eq!(run(&mut session, [event(EventCode::StartOfLoading)]), [next(NextStep::StartLoading)]);
    assert_eq!(run(&mut session, [event(EventCode::EndOfLoading)]), [next(NextStep::EndLoading)]);
    assert_eq!(session.phase(), ClientPhase::Mounted);
    let mut session = pop_up();
    run(&mut session, [ClientInput::Create]);
    // The end may come without the start, and before the promise.
    assert_eq!(run(&mut session, [event(EventCode::EndOfLoading)]), []);
    assert_eq!(session.phase(), ClientPhase::Mounted);
}

//= C-1 test
#[test]
fn a_fault_of_initialisation_that_comes_twice_is_handled_once() {
    let faults = [
        (EventCode::CreateComponentError, NextStep::ContactSupport),
        (EventCode::CreateElementError, NextStep::ContactSupport),
        (EventCode::CreatePaymentParameterError, NextStep::FixParameters),
        (EventCode::InternalError, NextStep::ContactSupport),
    ];
    for (code, step) in faults {
        let mut session = pop_up();
        run(&mut session, [ClientInput::Create]);
        assert_eq!(run(&mut session, [event(code.clone())]), [RELEASE, next(step)], "{code}");
        assert_eq!(run(&mut session, [event(code.clone())]), [], "{code}");
        run(&mut session, [ClientInput::Released]);
        let is_usable = session.apply(ClientInput::Create, at(2)).is_ok();
        assert_eq!(is_usable, code != EventCode::CreatePaymentParameterError, "{code}");
        if is_usable {
            assert_eq!(
                run(&mut session, [event(code.clone())]),
                [RELEASE, next(step)],
                "{code}, a second time"
            );
        }
    }
    let mut session = pop_up();
    assert_eq!(run(&mut session, [event(EventCode::InitParameterError)]), [next(NextStep::FixParameters)]);
    assert!(!session.must_release());
}

//= C-7 test
#[test]
fn a_late_result_leads_to_the_server_and_revives_nothing() {
    let mut session = embedded(ComponentOptions::default());
    shown(&mut session);
    run(&mut session, [ClientInput::Leave, ClientInput::Released]);
    assert_eq!(session.session_data_use(at(2)), SessionDataUse::Reusable);
    let directives = run(&mut session, [event(EventCode::PaymentProcessing)]);
    assert_eq!((directives, session.phase()), (vec![next(NextStep::AskServer)], ClientPhase::Released));
    assert_eq!(session.session_data_use(at(2)), SessionDataUse::AskServerFirst);
}

#[test]
fn session_data_without_a_known_expiry_is_used_once() {
    let mut session = ClientSession::new(Display::PopUp, None);
    assert_eq!(session.session_data_use(at(1)), SessionDataUse::Reusable);
    shown(&mut session);
    run(&mut session, [event(EventCode::PaymentCancel), ClientInput::Released]);
    assert_eq!(session.session_data_use(at(1)), SessionDataUse::RequestNew);
}

fn any_input() -> impl Strategy<Value = ClientInput> {
    let codes: Vec<_> = EventCode::LISTED.iter().cloned().chain([EventCode::from("SDK_NEW")]).collect();
    prop_oneof![
        Just(ClientInput::Create),
        Just(ClientInput::Ready),
        Just(ClientInput::Submit),
        Just(ClientInput::Leave),
        Just(ClientInput::StartAnother),
        Just(ClientInput::Released),
        prop::sample::select(codes).prop_map(ClientInput::Event),
    ]
}

fn any_options() -> impl Strategy<Value = (bool, ComponentOptions)> {
    let flag = || any::<Option<bool>>();
    (any::<bool>(), flag(), flag(), flag()).prop_map(|(is_pop_up, loading, button, stays)| {
        let options = ComponentOptions {
            show_loading: loading,
            show_submit_button: button,
            not_redirect_after_complete: stays,
            need_cvv: None,
        };
        (is_pop_up, options)
    })
}

proptest! {
    #[test]
    fn any_story_keeps_the_laws((is_pop_up, options) in any_options(), inputs in prop::collection::vec(any_input(), 0..24)) {
        let mut session = if is_pop_up { pop_up().with_options(options) } else { embedded(options) };
        let mut asked = false;
        for input in inputs {
            let before = session.clone();
            let Ok(directives) = session.apply(input.clone(), at(1)) else {
                prop_assert_eq!(&session, &before, "a refusal changes nothing");
                continue;
            };
            asked |= directives.iter().any(|directive| {
                matches!(directive, Directive::Next(NextStep::AskServer | NextStep::ShowResultPage | NextStep::ConfirmFailure))
            });
            if asked {
                prop_assert_eq!(session.session_data_use(at(1)), SessionDataUse::AskServerFirst);
                prop_assert_ne!(&input, &ClientInput::Create, "nobody pays a second time unasked");
            }
            prop_assert!(input != ClientInput::Create || !before.must_release(), "one component at a time");
            if directives.contains(&RELEASE) {
                prop_assert!(session.must_release());
            }
            if input == ClientInput::Released {
                prop_assert!(!session.must_release());
            }
            if session.phase() == ClientPhase::Submitted {
                prop_assert!(!is_pop_up && options.show_submit_button != Some(true));
            }
            let ends = [SessionDataUse::AskServerFirst, SessionDataUse::RequestNew, SessionDataUse::InUse];
            prop_assert!(ends.contains(&session.session_data_use(at(60))), "expired data is never reusable");
        }
    }
}
