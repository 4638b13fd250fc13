//! The internal API of `raptor-api`.

use chrono::{DateTime, Utc};
use ghost_contracts::raptor::{
    ActorAdminId, GHOST_CHECK_BATCH_PATH, GHOST_CHECK_PATH, GHOST_DELETE_PATH, GHOST_PREVIEW_PATH,
    GhostCheck, GhostCheckBatch, GhostCheckBatchRequest, GhostCheckRequest, GhostCheckResult,
    GhostDeleteRequest, MAX_BATCH, NotGhost, SIGNUP_TIMELINE_PATH,
};
use ghost_contracts::{AccountState, object};
use serde_json::{Value, json};

use crate::wire::{email, is_patient, is_strict, reads, survives};

pub fn empty_shell() -> GhostCheck {
    GhostCheck {
        state: AccountState::GhostEmptyShell,
        user_id: Some(42),
        credential_count: 0,
        active_session_count: 0,
        created_at: DateTime::<Utc>::from_timestamp(1_781_258_400, 0),
    }
}

pub fn no_row() -> GhostCheck {
    GhostCheck {
        state: AccountState::GhostNoUsersRow,
        user_id: None,
        credential_count: 0,
        active_session_count: 0,
        created_at: None,
    }
}

#[test]
fn the_paths_are_those_of_section_5() {
    assert_eq!(GHOST_CHECK_PATH, "/api/internal/users/ghost-check");
    assert_eq!(GHOST_CHECK_BATCH_PATH, "/api/internal/users/ghost-check-batch");
    assert_eq!(GHOST_DELETE_PATH, "/api/internal/users/ghost-delete");
    assert_eq!(GHOST_PREVIEW_PATH, "/api/internal/users/ghost-preview");
    assert_eq!(SIGNUP_TIMELINE_PATH, "/api/internal/signup-timeline");
}

#[test]
fn a_check_asks_about_one_address() {
    let request = GhostCheckRequest { email: email("Ada@example.com") };
    insta::assert_compact_json_snapshot!(request, @r#"{"email": "ada@example.com"}"#);
    survives(&request);
    is_strict::<GhostCheckRequest>(&json!({ "email": "ada@example.com" }), &[]);
    assert!(!reads::<GhostCheckRequest>(&json!({ "email": "ada" })));
}

#[test]
fn a_check_answers_with_exactly_five_members() {
    insta::assert_compact_json_snapshot!(empty_shell(), @r#"
    {
      "state": "ghost_empty_shell",
      "user_id": 42,
      "credential_count": 0,
      "active_session_count": 0,
      "created_at": "2026-06-12T10:00:00Z"
    }
    "#);
    survives(&empty_shell());
}

#[test]
fn without_a_row_the_members_are_null_and_not_absent() {
    insta::assert_compact_json_snapshot!(no_row(), @r#"{"state": "ghost_no_users_row", "user_id": null, "credential_count": 0, "active_session_count": 0, "created_at": null}"#);
    survives(&no_row());
}

#[test]
fn an_answer_is_read_with_patience_but_must_be_whole() {
    is_patient::<GhostCheck>(&serde_json::to_value(empty_shell()).unwrap());
    is_patient::<GhostCheck>(&serde_json::to_value(no_row()).unwrap());
    let mut unintelligible = serde_json::to_value(empty_shell()).unwrap();
    unintelligible["state"] = json!("haunted");
    assert!(!reads::<GhostCheck>(&unintelligible));
}

#[test]
fn a_batch_asks_in_an_order_and_keeps_it() {
    let request = GhostCheckBatchRequest::new(vec![email("b@x.example"), email("a@x.example")]);
    let request = request.unwrap();
    insta::assert_compact_json_snapshot!(request, @r#"{"emails": ["b@x.example", "a@x.example"]}"#);
    survives(&request);
    let sent = json!({ "emails": [" B@x.example", "a@x.example"] });
    is_strict::<GhostCheckBatchRequest>(&sent, &[]);
    let read: GhostCheckBatchRequest = serde_json::from_value(sent).unwrap();
    assert_eq!(read.emails(), [email("b@x.example"), email("a@x.example")]);
}

#[test]
fn a_batch_has_1_to_500_addresses() {
    let batch_of = |number: usize| {
        let emails: Vec<_> = (0..number).map(|n| format!("tester{n}@example.com")).collect();
        json!({ "emails": emails })
    };
    assert_eq!(MAX_BATCH, 500);
    assert!(!reads::<GhostCheckBatchRequest>(&batch_of(0)));
    assert!(reads::<GhostCheckBatchRequest>(&batch_of(1)));
    assert!(reads::<GhostCheckBatchRequest>(&batch_of(500)));
    assert!(!reads::<GhostCheckBatchRequest>(&batch_of(501)));
    assert!(GhostCheckBatchRequest::new(Vec::new()).is_err());
}

#[test]
fn one_address_that_is_none_spoils_the_batch() {
    assert!(!reads::<GhostCheckBatchRequest>(&json!({ "emails": ["a@x.example", "nobody"] })));
    assert!(!reads::<GhostCheckBatchRequest>(&json!({ "emails": ["a@x.example", null] })));
}

#[test]
fn a_batch_answers_each_address_like_a_check() {
    let answer = GhostCheckBatch {
        results: vec![
            GhostCheckResult { email: email("ada@example.com"), check: empty_shell() },
            GhostCheckResult { email: email("bob@example.com"), check: no_row() },
        ],
    };
    insta::assert_compact_json_snapshot!(answer, @r#"
    {
      "results": [
        {
          "email": "ada@example.com",
          "state": "ghost_empty_shell",
          "user_id": 42,
          "credential_count": 0,
          "active_session_count": 0,
          "created_at": "2026-06-12T10:00:00Z"
        },
        {
          "email": "bob@example.com",
          "state": "ghost_no_users_row",
          "user_id": null,
          "credential_count": 0,
          "active_session_count": 0,
          "created_at": null
        }
      ]
    }
    "#);
    survives(&answer);
    let written = serde_json::to_value(&answer).unwrap();
    is_patient::<GhostCheckBatch>(&written);
    is_patient::<GhostCheckResult>(&written["results"][0]);
}

#[test]
fn a_deletion_names_the_account_and_who_asks() {
    let actor_admin_id = ActorAdminId::parse("0b6f1d4c-9a52-4c37-8d10-5e2f7a3b9c64").unwrap();
    let request =
        GhostDeleteRequest { email: email("ada@example.com"), actor_admin_id, plan: None };
    insta::assert_compact_json_snapshot!(request, @r#"{"email": "ada@example.com", "actor_admin_id": "0b6f1d4c-9a52-4c37-8d10-5e2f7a3b9c64"}"#);
    survives(&request);
    is_strict::<GhostDeleteRequest>(&json!({ "email": "a@x.example", "actor_admin_id": "x" }), &[]);
}

#[test]
fn an_actor_is_any_text_of_1_to_200_characters() {
    let asks = |actor: Value| {
        reads::<GhostDeleteRequest>(&json!({ "email": "a@x.example", "actor_admin_id": actor }))
    };
    assert!(asks(json!(" any thing\n")));
    assert!(asks(json!("\u{f6}".repeat(200))));
    assert!(!asks(json!("\u{f6}".repeat(201))));
    assert!(!asks(json!("")));
    assert!(!asks(json!("a\0b")));
    assert!(!asks(json!(7)));
    assert_eq!(ActorAdminId::parse(" x ").unwrap().as_str(), " x ");
}

#[test]
fn a_refused_deletion_says_the_state() {
    let details = NotGhost { state: AccountState::MidEnrollment };
    insta::assert_compact_json_snapshot!(details, @r#"{"state": "mid_enrollment"}"#);
    is_patient::<NotGhost>(&json!({ "state": "healthy" }));
}

#[test]
fn a_body_is_one_object_and_nothing_after_it() {
    let read = |body: &str| object::from_slice::<GhostCheckRequest>(body.as_bytes()).is_ok();
    assert!(read(" {\"email\":\"a@x.example\"}\n"));
    assert!(!read("{\"email\":\"a@x.example\"} {}"));
    assert!(!read("{\"email\":\"a@x.example\"}x"));
    assert!(!read("{\"email\":\"a@x.example\""));
    assert!(!read("[\"a@x.example\"]"));
    assert!(!read(""));
}

#[test]
fn a_derived_request_of_another_crate_is_read_from_an_object_alone_too() {
    #[derive(serde::Deserialize)]
    struct Elsewhere {
        enabled: bool,
    }
    assert!(object::from_slice::<Elsewhere>(b"{\"enabled\":true}").unwrap().enabled);
    assert!(object::from_slice::<Elsewhere>(b"[true]").is_err());
    assert!(serde_json::from_slice::<Elsewhere>(b"[true]").is_ok(), "what the module is for");
    let skipped = b"{\"enabled\":true,\"skipped\":\"\xff\"}";
    assert!(object::from_slice::<Elsewhere>(skipped).is_err());
    assert!(serde_json::from_slice::<Elsewhere>(skipped).is_ok(), "what the module is for");
}
