//! What a plan speaks of, and what it does not.

use chrono::DateTime;
use ghost_contracts::AccountState;
use ghost_contracts::raptor::ChildAction;

use super::*;

fn check(state: AccountState, user_id: Option<i64>) -> GhostCheck {
    GhostCheck { state, user_id, credential_count: 0, active_session_count: 0, created_at: None }
}

fn shell() -> GhostCheck {
    check(AccountState::GhostEmptyShell, Some(42))
}

fn children(reminders: i64, codes: i64) -> [ChildRows; 2] {
    let child = |table: &str, rows| ChildRows {
        table: table.to_owned(),
        action: ChildAction::Delete,
        rows,
    };
    [child("signup_reminders", reminders), child("backup_codes", codes)]
}

/// A digest that was made elsewhere, from the page's own words: every process of every version must make the same one, or
/// a plan would be refused that still holds.
#[test]
fn a_plan_is_the_same_in_every_process() {
    let plan = of(&shell(), &children(2, 0)).unwrap();
    assert_eq!(plan.as_str(), "pEnvesljlGXsavMl_VrBWcihV6MMuI67");
}

#[test]
fn a_plan_has_eight_characters_for_each_part() {
    assert_eq!(of(&shell(), &children(2, 0)).unwrap().as_str().len(), 8 * 4);
    assert_eq!(of(&shell(), &[]).unwrap().as_str().len(), 8 * 2);
}

#[test]
fn the_time_of_an_account_is_no_part_of_its_plan() {
    let older = GhostCheck { created_at: DateTime::from_timestamp(1_781_258_400, 0), ..shell() };
    assert_eq!(of(&older, &children(2, 0)), of(&shell(), &children(2, 0)));
}

#[test]
fn nothing_has_changed_where_the_account_is_as_it_was() {
    let plan = of(&shell(), &children(2, 0)).unwrap();
    assert_eq!(changed(&plan, &shell(), &children(2, 0)), [] as [&str; 0]);
}

#[test]
fn exactly_what_changed_is_named() {
    let plan = of(&shell(), &children(2, 0)).unwrap();
    let gone = check(AccountState::GhostNoUsersRow, None);
    let another = check(AccountState::GhostEmptyShell, Some(43));
    for (now, rows, expected) in [
        (&shell(), children(3, 0), vec!["signup_reminders"]),
        (&shell(), children(2, 1), vec!["backup_codes"]),
        (&shell(), children(0, 2), vec!["signup_reminders", "backup_codes"]),
        (&another, children(2, 0), vec!["user_id"]),
        (&gone, children(0, 0), vec!["state", "user_id", "signup_reminders"]),
    ] {
        assert_eq!(changed(&plan, now, &rows), expected);
    }
}

#[test]
fn in_a_plan_of_another_length_everything_has_changed() {
    let all = ["state", "user_id", "signup_reminders", "backup_codes"];
    let good = of(&shell(), &children(2, 0)).unwrap();
    let longer = format!("{good}{}", &good.as_str()[..8]);
    let texts = ["x", &good.as_str()[..24], &longer, &good.as_str()[..31]];
    for text in texts {
        let given = Plan::parse(text).unwrap();
        assert_eq!(changed(&given, &shell(), &children(2, 0)), all, "{text}");
    }
}

#[test]
fn a_name_and_a_value_do_not_run_together() {
    let digest = |name, value: &str| Part { name, value: value.to_owned() }.digest();
    assert_ne!(digest("rows", "12"), digest("rows1", "2"));
    assert_ne!(digest("state", "42"), digest("user_id", "42"));
}
