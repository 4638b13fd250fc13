//! Account states.

use ghost_contracts::AccountState;

#[test]
fn the_states_have_the_names_of_section_5() {
    insta::assert_compact_json_snapshot!(AccountState::ALL, @r#"["ghost_no_users_row", "ghost_empty_shell", "mid_enrollment", "healthy"]"#);
}

#[test]
fn a_state_has_one_name_everywhere() {
    for state in AccountState::ALL {
        assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
        assert_eq!(state.to_string(), state.as_str());
        assert_eq!(state.as_str().parse(), Ok(state));
    }
}

#[test]
fn another_text_names_no_state() {
    for text in ["", "ghost", "Healthy", "healthy ", "GhostEmptyShell"] {
        assert!(text.parse::<AccountState>().is_err(), "{text:?}");
        assert!(serde_json::from_value::<AccountState>(text.into()).is_err(), "{text:?}");
    }
}

#[test]
fn only_the_two_ghost_states_may_be_reset() {
    let resettable: Vec<_> = AccountState::ALL.into_iter().filter(|s| s.is_resettable()).collect();
    assert_eq!(resettable, [AccountState::GhostNoUsersRow, AccountState::GhostEmptyShell]);
}
