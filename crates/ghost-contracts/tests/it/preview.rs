//! Preview and plan (section 5).

use ghost_contracts::ErrorBody;
use ghost_contracts::ErrorCode;
use ghost_contracts::raptor::{
    ActorAdminId, ChildAction, ChildRows, EXPECTED_OF_A_GHOST, GhostDeleteRequest, GhostPreview,
    GhostPreviewRequest, Plan, PlanChanged,
};
use serde_json::{Value, json};

use crate::raptor::{empty_shell, no_row};
use crate::wire::{email, is_patient, is_strict, reads, survives};

fn child(table: &str, action: ChildAction, rows: i64) -> ChildRows {
    ChildRows { table: table.to_owned(), action, rows }
}

fn preview() -> GhostPreview {
    GhostPreview {
        check: empty_shell(),
        children: vec![
            child("signup_reminders", ChildAction::Delete, 2),
            child("lcc_roll_alerts", ChildAction::SetNull, 0),
        ],
        plan: Plan::parse("pEnvesljlGXsavMl").expect("a plan"),
    }
}

#[test]
fn a_preview_asks_about_one_address() {
    let request = GhostPreviewRequest { email: email("Ada@example.com") };
    insta::assert_compact_json_snapshot!(request, @r#"{"email": "ada@example.com"}"#);
    survives(&request);
    is_strict::<GhostPreviewRequest>(&json!({ "email": "ada@example.com" }), &[]);
    assert!(!reads::<GhostPreviewRequest>(&json!({ "email": "ada" })));
}

#[test]
fn a_preview_answers_like_a_check_and_with_the_child_tables_and_the_plan() {
    insta::assert_compact_json_snapshot!(preview(), @r#"
    {
      "state": "ghost_empty_shell",
      "user_id": 42,
      "credential_count": 0,
      "active_session_count": 0,
      "created_at": "2026-06-12T10:00:00Z",
      "children": [
        {
          "table": "signup_reminders",
          "action": "delete",
          "rows": 2
        },
        {
          "table": "lcc_roll_alerts",
          "action": "set_null",
          "rows": 0
        }
      ],
      "plan": "pEnvesljlGXsavMl"
    }
    "#);
    survives(&preview());
    survives(&GhostPreview { check: no_row(), ..preview() });
    let written = serde_json::to_value(preview()).unwrap();
    is_patient::<GhostPreview>(&written);
    is_patient::<ChildRows>(&written["children"][0]);
}

#[test]
fn what_becomes_of_a_row_must_be_understood() {
    let mut preview = serde_json::to_value(preview()).unwrap();
    preview["children"][0]["action"] = json!("archive");
    assert!(!reads::<GhostPreview>(&preview));
}

#[test]
fn rows_that_a_signup_leaves_by_itself_are_expected_of_a_ghost() {
    assert_eq!(
        EXPECTED_OF_A_GHOST,
        ["email_verifications", "signup_reminders", "onboarding_state"]
    );
    for table in EXPECTED_OF_A_GHOST {
        assert!(!child(table, ChildAction::Delete, 3).is_unexpected(), "{table}");
    }
    assert!(child("backup_codes", ChildAction::Delete, 1).is_unexpected());
    assert!(!child("backup_codes", ChildAction::Delete, 0).is_unexpected());
}

#[test]
fn a_plan_is_a_short_text_that_can_stand_anywhere() {
    for good in ["a", "A-z_09", &"x".repeat(400)] {
        assert_eq!(Plan::parse(good).unwrap().as_str(), good);
        assert_eq!(Plan::parse(good).unwrap().to_string(), good);
    }
    for bad in ["", &"x".repeat(401), "a b", " a", "a\n", "a=", "a+b", "a/b", "\u{e4}", "a.b"] {
        assert!(Plan::parse(bad).is_err(), "{bad:?}");
        assert!(!reads::<Plan>(&json!(bad)), "{bad:?}");
    }
}

fn deletion(plan: Option<Plan>) -> GhostDeleteRequest {
    let actor_admin_id = ActorAdminId::parse("x").expect("an id");
    GhostDeleteRequest { email: email("ada@example.com"), actor_admin_id, plan }
}

#[test]
fn a_deletion_may_say_what_was_agreed_to() {
    let with = deletion(Some(preview().plan));
    insta::assert_compact_json_snapshot!(with, @r#"{"email": "ada@example.com", "actor_admin_id": "x", "plan": "pEnvesljlGXsavMl"}"#);
    survives(&with);
    is_strict::<GhostDeleteRequest>(&serde_json::to_value(&with).unwrap(), &["plan"]);
    let mut null = serde_json::to_value(&with).unwrap();
    null["plan"] = Value::Null;
    assert_eq!(serde_json::from_value::<GhostDeleteRequest>(null).unwrap(), deletion(None));
}

/// A Raptor that knows no plans refuses the member.
#[test]
fn without_a_plan_a_deletion_is_written_as_it_always_was() {
    let text = serde_json::to_string(&deletion(None)).unwrap();
    assert_eq!(text, r#"{"email":"ada@example.com","actor_admin_id":"x"}"#);
}

#[test]
fn an_outdated_plan_is_refused_with_what_changed_and_how_it_is_now() {
    let details = PlanChanged { changed: vec!["signup_reminders".to_owned()], now: preview() };
    survives(&details);
    let written = serde_json::to_value(&details).unwrap();
    is_patient::<PlanChanged>(&written);
    let body = ErrorBody::new(ErrorCode::PlanChanged).with(&details).unwrap();
    assert_eq!(body.details::<PlanChanged>(), Some(details));
    let mut body = serde_json::to_value(&body).unwrap();
    let members = body.as_object_mut().unwrap();
    assert_eq!(members.remove("error"), Some(json!("plan_changed")));
    assert!(members.remove("message").is_some());
    assert_eq!(members.remove("changed"), Some(json!(["signup_reminders"])));
    assert_eq!(body, serde_json::to_value(preview()).unwrap());
    assert_eq!(ErrorCode::PlanChanged.http_status(), 409);
}
