//! The conformance suite: what every adapter of [`Store`](crate::Store) must do, as plain functions over a fresh store
//! and a look into its rows. [`conformance_tests!`](crate::conformance_tests) makes all of them the tests of an adapter.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test's own values; a wrong one must fail it"
)]
#![expect(clippy::missing_panics_doc, reason = "a test panics when it fails")]

mod estate;

pub mod commit;
pub mod receipt;
pub mod operator;
pub mod connection;
pub mod account;
pub mod credential;
pub mod maintenance;
pub mod routing;
pub mod event;
pub mod relay;
pub mod audit;
pub mod health;
pub mod constraint;
pub mod check;
pub mod order;
pub mod service;
pub mod secret;
/// The tests of an adapter. `$open` is an `async fn` that answers a fresh store as `Arc<dyn Store>`, a look into its
/// rows, and whatever must live as long as they do.
#[macro_export]
macro_rules! conformance_tests {
    ($open:path) => {
        $crate::conformance_tests! { $open =>
            commit::a_change_decided_on_an_old_version_is_refused_whole,
            commit::nothing_of_a_change_is_kept_when_its_last_row_fails,
            commit::an_event_of_an_operator_that_is_not_there_is_refused,
            commit::each_expectation_holds_when_it_should_and_fails_by_its_name,
            commit::an_operator_has_room_for_fifty_connections,
            receipt::the_same_key_gets_the_stored_answer_and_changes_nothing_more,
            receipt::the_same_key_of_another_caller_or_route_is_another_key,
            receipt::a_refused_change_leaves_its_key_free,
            receipt::a_receipt_is_read_back_as_it_was_kept,
            receipt::receipts_expire_in_batches_the_oldest_first,
            operator::an_operator_is_read_back_as_it_was_written,
            operator::a_second_operator_with_the_same_code_name_or_external_id_is_taken_and_leaves_nothing,
            operator::of_several_taken_values_the_code_is_told_first,
            operator::an_operator_cannot_take_the_name_or_external_id_of_another_one,
            operator::a_deleted_operator_frees_what_was_unique_takes_its_connections_along_and_can_still_be_read,
            operator::a_walk_over_operators_neither_repeats_nor_skips_one_in_any_order,
            operator::a_list_of_operators_shows_what_the_filter_says,
            operator::a_dossier_holds_everything_that_hangs_off_an_operator,
            operator::an_event_over_64_kib_is_refused_and_nothing_of_its_change_is_kept,
            operator::a_list_of_operators_finds_places_labels_and_health,
            operator::a_deleted_operator_comes_back_with_exactly_its_connections_while_its_name_is_free,
            maintenance::a_window_is_read_back_as_it_was_written,
            maintenance::a_decision_about_windows_holds_only_while_they_are_as_they_were,
            maintenance::what_is_due_is_found_from_its_first_instant_on,
            maintenance::drains_and_purges_are_found_when_they_are_due,
            maintenance::windows_come_in_pages_the_newest_first,
            maintenance::the_timeline_holds_what_happened_around_one_operator,
            connection::a_connection_is_read_back_as_it_was_written,
            connection::the_connections_of_an_operator_come_by_name,
            connection::a_second_connection_of_the_same_name_is_taken_within_its_operator_only,
            connection::a_connections_file_holds_its_operator_and_its_credentials,
            account::an_account_is_held_by_one_whichever_way_another_comes_to_it,
            account::an_account_is_shared_by_those_who_say_why,
            account::a_credential_that_is_given_up_claims_nothing,
            credential::a_credential_is_read_back_as_it_was_written,
            credential::a_credential_decided_on_an_old_state_is_a_conflict,
            credential::of_two_who_move_one_credential_one_must_decide_again,
            credential::what_a_lease_asks_for_comes_in_the_order_of_the_request,
            credential::a_lease_may_ask_for_two_hundred_connections,
            credential::a_sweep_learns_which_operators_are_ours_and_every_credential_of_each,
            routing::a_rule_is_read_back_as_it_was_written,
            routing::a_walk_over_rules_neither_repeats_nor_skips_one,
            routing::the_view_equals_what_was_written,
            routing::the_views_version_moves_only_with_changes_that_move_the_view,
            event::the_events_of_one_operator_count_without_gaps,
            event::an_event_is_shown_as_it_was_committed_once_it_has_a_number,
            event::events_are_numbered_without_gaps_in_batches_by_several_at_once_and_again,
            event::events_come_in_pages_after_a_position,
            event::a_new_epoch_begins_every_count_anew_above_the_old_one,
            relay::a_position_is_found_by_the_id_of_its_event_once_it_has_one,
            relay::the_mark_of_the_relay_is_read_back_as_it_was_kept_last,
            relay::what_waits_behind_a_position_is_counted_over_epochs_and_with_what_has_no_number,
            relay::published_events_expire_in_batches_the_oldest_first_and_the_last_one_stays,
            relay::a_reader_who_has_missed_what_was_forgotten_is_told,
            audit::an_audit_entry_is_read_back_as_it_was_written,
            audit::the_audit_trail_comes_in_pages_the_newest_first,
            audit::the_audit_trail_is_asked_by_everything_that_an_entry_names,
            audit::entries_are_linked_once_in_the_order_they_were_written,
            audit::an_entry_with_a_number_far_ahead_does_not_hide_those_after_it,
            health::a_sample_counts_once_and_only_for_a_connection_that_is_there,
            health::a_sample_whose_time_is_finer_than_a_microsecond_counts_like_any_other,
            health::a_late_sample_is_kept_and_not_judged,
            health::the_sums_of_a_window_add_up_over_batches_and_connectors,
            health::the_latest_word_of_each_session_stands,
            health::the_judge_sees_what_is_new_and_its_conclusions_are_kept,
            health::progress_is_kept_unless_the_state_was_moved_meanwhile,
            health::the_health_of_an_operator_tells_of_each_connection,
            order::every_order_of_a_list_is_that_of_an_index,
            service::a_new_epoch_begins_once_for_several_who_ask_for_it_and_the_view_moves_with_it,
            service::a_change_decided_in_an_old_epoch_is_refused_whole_and_the_new_one_is_known_from_then_on,
            service::sweeps_stand_still_in_a_new_epoch_until_they_are_confirmed_in_it,
            constraint::every_named_constraint_has_a_meaning_and_says_what_the_domain_says,
            check::the_check_that_a_rule_prints_takes_the_words_that_its_parser_takes,
            check::no_column_is_stricter_than_its_rule_and_none_looser_than_it_must_be,
        }
    };
    ($open:path => $($noun:ident :: $name:ident),+ $(,)?) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            let (store, rows, _alive) = $open().await;
            $crate::conformance::$noun::$name(store, rows).await;
        })+
    };
}

/// The tests of a secret store. `$open` is an `async fn` that answers a fresh store as `Arc<dyn SecretStore>`, and whatever
/// must live as long as it does.
#[macro_export]
macro_rules! secret_conformance_tests {
    ($open:path) => {
        $crate::secret_conformance_tests! { $open =>
            secret::a_secret_is_given_back_as_it_was_put,
            secret::the_same_secret_may_be_put_again_and_another_one_may_not,
            secret::what_was_never_put_is_missing,
            secret::what_was_destroyed_is_gone_and_may_be_destroyed_again,
            secret::operators_and_paths_are_listed_in_order_until_they_are_destroyed,
            secret::each_path_has_its_own_secret,
            secret::of_many_who_put_different_secrets_at_one_path_one_wins,
            secret::many_who_put_and_read_at_once_each_get_their_own,
            secret::no_refusal_shows_a_secret,
            secret::it_is_well,
        }
    };
    ($open:path => $($noun:ident :: $name:ident),+ $(,)?) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            let (store, _alive) = $open().await;
            $crate::conformance::$noun::$name(store).await;
        })+
    };
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    #[test]
    fn no_test_of_the_suite_is_left_out_of_the_list() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/conformance");
        let list = fs::read_to_string(folder.join("mod.rs")).unwrap();
        let mut found = 0;
        for file in fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()) {
            let noun = file.file_stem().unwrap().to_string_lossy().into_owned();
            for test in fs::read_to_string(&file).unwrap().split("\npub async fn ").skip(1) {
                let name = test.split('(').next().unwrap();
                assert!(list.contains(&format!(" {noun}::{name},")), "{noun}::{name} is not in the list");
                found += 1;
            }
        }
        assert!(found > 40, "{found}");
    }
}
