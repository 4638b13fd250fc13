//! What commands print (section 9).

use ghost_contracts::commands::{AccountSummary, DeletedAccount};
use serde_json::{from_str, json, to_value};

#[test]
fn an_account_is_printed_with_exactly_these_members() {
    let account = AccountSummary {
        user_id: 42,
        email: "ada@example.com".parse().expect("an address"),
        credential_count: 1,
        recovery_code_count: 0,
    };
    let expected = json!({
        "user_id": 42, "email": "ada@example.com", "credential_count": 1, "recovery_code_count": 0,
    });
    assert_eq!(to_value(&account).expect("it can be written"), expected);
    assert_eq!(from_str::<AccountSummary>(&expected.to_string()).expect("it can be read"), account);
}

#[test]
fn a_deletion_is_printed_with_exactly_these_members() {
    let deleted = DeletedAccount { deleted_credentials: 1, deleted_users: 1 };
    let expected = json!({"deleted_credentials": 1, "deleted_users": 1});
    assert_eq!(to_value(deleted).expect("it can be written"), expected);
}

#[test]
fn a_log_line_is_not_taken_for_an_answer() {
    let line = r#"{"level":"WARN","message":"slow","user_id":42,"email":"ada@example.com"}"#;
    assert!(from_str::<AccountSummary>(line).is_err());
    assert!(from_str::<DeletedAccount>(line).is_err());
}
