//! One line that proves an adapter: every story becomes a test.
//! What the stories say is left to their own files.

/// Runs every story of the storage ports against the adapter that the factory makes.
///
/// The factory is a path to an `async fn() -> Adapter` that makes a fresh, empty adapter each time. The tests appear in
/// a module `contract`, one for each story; the calling crate needs `tokio` with the features `macros` and `rt`.
#[macro_export]
macro_rules! contract_suite {
    ($factory:path) => {
        mod contract {
            use super::*;

            $crate::contract_stories! { contract_tests, $factory }
        }
    };
}

/// Runs the same stories as [`contract_suite!`], but in one test for each port: for storage that is dear to start
/// where every test runs in a process of its own. Each story still gets a fresh adapter. The second path is a
/// `fn() -> bool` that says whether this machine has such storage; where it has none, no story is told.
#[macro_export]
macro_rules! contract_suite_by_port {
    ($factory:path, $is_there:path) => {
        mod contract {
            use super::*;

            $crate::contract_stories! { contract_test_of_port, $factory, $is_there }
        }
    };
}

/// Runs every story of the port [`Retention`](crate::port::Retention), which a storage may have beside the others:
/// the factory's adapters say so by [`retaining`](crate::testing::contract::Adapter::retaining). The tests appear in a module
/// `retention_contract`.
#[macro_export]
macro_rules! retention_contract_suite {
    ($factory:path) => {
        mod retention_contract {
            use super::*;

            $crate::retention_stories! { contract_tests, $factory }
        }
    };
}

/// As [`retention_contract_suite!`], in one test, as [`contract_suite_by_port!`] does it.
#[macro_export]
macro_rules! retention_contract_suite_by_port {
    ($factory:path, $is_there:path) => {
        mod retention_contract {
            use super::*;

            $crate::retention_stories! { contract_test_of_port, $factory, $is_there }
        }
    };
}

/// The stories of retention; used by [`retention_contract_suite!`].
#[doc(hidden)]
#[macro_export]
macro_rules! retention_stories {
    ($each:ident, $($given:path),+) => {
        $crate::$each! { $($given),+, retention:
            an_erasure_rewrites_events_in_their_places,
            an_erasure_on_another_version_is_a_conflict,
            nothing_is_erased_while_a_call_or_an_event_waits,
            merchant_events_lose_what_is_personal_with_everything,
            notifications_that_are_named_lose_their_bodies,
            resting_orders_are_found_page_by_page,
            bodies_of_old_notifications_are_dropped,
        }
    };
}

/// The stories of the storage ports; used by [`contract_suite!`].
#[doc(hidden)]
#[macro_export]
macro_rules! contract_stories {
    ($each:ident, $($given:path),+) => {
        $crate::$each! { $($given),+, store:
            an_unknown_order_is_nothing,
            a_created_order_comes_back_as_it_was_committed,
            opaque_texts_come_back_unchanged,
            the_version_is_the_number_of_events,
            creating_an_order_twice_is_a_conflict,
            a_step_on_another_version_is_a_conflict,
            a_refused_step_leaves_no_trace,
            of_racing_steps_exactly_one_is_kept,
            racing_steps_of_different_orders_are_all_kept,
            an_id_leads_to_its_order,
            an_id_with_nul_leads_to_its_order_alone,
            ids_of_different_kinds_do_not_meet,
            an_own_id_is_taken_once,
            of_racing_orders_one_takes_the_id,
            a_gateway_id_stays_with_the_first_order,
            pages_list_the_newest_orders_first,
            a_new_order_does_not_shift_the_pages,
            pages_are_limited_to_a_phase,
            a_page_holds_at_most_two_hundred,
            unresolved_orders_are_found_until_they_rest,
            an_order_of_a_newer_program_is_shown_as_far_as_it_is_known,
            what_an_older_program_wrote_without_versions_is_read,
        }
        $crate::$each! { $($given),+, outbox:
            a_call_comes_back_as_it_was_committed,
            a_call_waits_until_it_is_due,
            calls_come_by_due_time,
            a_leased_call_is_handed_out_again_after_its_lease,
            a_call_may_begin_under_its_running_lease_only,
            racing_claims_share_no_call,
            a_lost_lease_changes_nothing,
            a_late_holder_may_act_until_the_next_claim,
            a_completed_call_is_gone,
            a_postponed_call_is_due_again_later,
            a_waiting_call_can_be_hastened,
            the_answering_step_drops_its_call,
            a_call_wished_again_keeps_its_first_bytes,
            a_held_call_wished_again_stays_with_its_holder,
            an_answered_call_wished_again_waits_once_more,
            an_old_claim_does_not_fit_a_later_row,
            the_next_instant_is_a_due_time_or_the_end_of_a_lease,
            an_endless_lease_is_never_over,
        }
        $crate::$each! { $($given),+, inbox:
            a_notification_comes_back_as_it_came,
            a_notification_that_comes_again_is_kept_once,
            a_step_absorbs_its_notification,
            a_parked_notification_is_found_by_an_id_with_nul,
            a_parked_notification_is_found_by_its_ids,
            only_parked_notifications_are_found_as_parked,
            a_parked_notification_is_absorbed_by_a_step,
            a_parked_notification_may_become_anything_else_once,
            a_refused_step_absorbs_nothing,
            recent_shows_the_newest_first,
            pages_list_the_last_recorded_first,
            pages_are_limited_to_a_verdict,
            a_notification_is_found_by_its_digest,
        }
        $crate::$each! { $($given),+, events:
            an_event_comes_back_as_it_was_committed,
            a_refused_step_tells_nothing,
            events_that_are_only_kept_are_never_handed_out,
            of_each_order_only_the_first_waiting_event_is_handed_out,
            an_event_that_fails_holds_up_its_order_and_no_other,
            an_event_that_was_sent_and_not_recorded_comes_again_under_its_id,
            an_event_is_settled_by_its_newest_claim_only,
            racing_instances_never_hold_two_events_of_one_order,
            an_event_that_is_given_up_lets_the_next_one_go,
            an_event_added_while_its_predecessor_is_settled_is_not_forgotten,
            the_next_event_is_due_at_its_time_or_at_the_end_of_its_lease,
            an_event_is_sent_once_more_on_request_and_before_those_that_wait,
            pages_of_events_go_on_where_they_ended,
            pages_of_events_are_limited_to_a_kind,
            what_waits_is_not_forgotten_and_the_rest_is_by_age_and_number,
        }
    };
}

/// Turns the named stories of one port into one test; used by [`contract_suite_by_port!`].
#[doc(hidden)]
#[macro_export]
macro_rules! contract_test_of_port {
    ($factory:path, $is_there:path, $port:ident: $($story:ident),+ $(,)?) => {
        mod $port {
            use super::*;

            #[tokio::test]
            async fn every_story_holds() {
                if !$is_there() {
                    return;
                }
                $(
                    $crate::testing::contract::$port::$story(&$factory).await;
                    eprintln!("{} holds", stringify!($story));
                )+
            }
        }
    };
}

/// Turns the named stories of one port into tests; used by [`contract_suite!`].
#[doc(hidden)]
#[macro_export]
macro_rules! contract_tests {
    ($factory:path, $port:ident: $($story:ident),+ $(,)?) => {
        mod $port {
            use super::*;

            $(
                #[tokio::test]
                async fn $story() {
                    $crate::testing::contract::$port::$story(&$factory).await;
                }
            )+
        }
    };
}
