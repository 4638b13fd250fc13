//! The internal API of `console`, and the refusals of a ghost reset.

use chrono::DateTime;
use ghost_contracts::Token;
use ghost_contracts::console::{
    AccountHealthy, NdaVersionOutdated, RefusalReason, StillEnrolling, TokenNotUsable,
    UsableWalkthrough, WALKTHROUGH_CONSUME_PATH, WALKTHROUGH_VERIFY_PATH,
    WalkthroughConsumeRequest, WalkthroughConsumed, WalkthroughVerification,
    WalkthroughVerifyRequest,
};
use serde_json::json;
use uuid::Uuid;

use crate::wire::{email, is_patient, is_strict, name, reads, survives};

const ATTEMPT: &str = "0b6f1d4c-9a52-4c37-8d10-5e2f7a3b9c64";

fn usable() -> WalkthroughVerification {
    WalkthroughVerification::Usable(UsableWalkthrough {
        email: email("ada@example.com"),
        name: name("Ada"),
        nda_version: "2026-01".to_owned(),
        nda_text: "Keep it to yourself.".to_owned(),
        nda_acknowledged: false,
    })
}

#[test]
fn the_paths_are_those_of_section_6() {
    assert_eq!(WALKTHROUGH_VERIFY_PATH, "/api/internal/beta/walkthrough-tokens/verify");
    assert_eq!(WALKTHROUGH_CONSUME_PATH, "/api/internal/beta/walkthrough-tokens/consume");
}

#[test]
fn verify_asks_with_the_token_alone() {
    let request = WalkthroughVerifyRequest { token: Token::new("a.b.c") };
    insta::assert_compact_json_snapshot!(request, @r#"{"token": "a.b.c"}"#);
    survives(&request);
    is_strict::<WalkthroughVerifyRequest>(&json!({ "token": "a.b.c" }), &[]);
}

#[test]
fn a_usable_token_is_answered_with_what_the_page_needs() {
    insta::assert_compact_json_snapshot!(usable(), @r#"
    {
      "valid": true,
      "email": "ada@example.com",
      "name": "Ada",
      "nda_version": "2026-01",
      "nda_text": "Keep it to yourself.",
      "nda_acknowledged": false
    }
    "#);
    survives(&usable());
}

#[test]
fn a_dead_token_is_answered_with_the_reason_alone() {
    for reason in RefusalReason::ALL {
        survives(&WalkthroughVerification::Refused(reason));
    }
    let refused = WalkthroughVerification::Refused(RefusalReason::Revoked);
    insta::assert_compact_json_snapshot!(refused, @r#"{"valid": false, "reason": "revoked"}"#);
}

#[test]
fn either_answer_is_read_with_patience_but_must_be_whole() {
    is_patient::<WalkthroughVerification>(&serde_json::to_value(usable()).unwrap());
    is_patient::<WalkthroughVerification>(&json!({ "valid": false, "reason": "consumed" }));
    assert!(!reads::<WalkthroughVerification>(&json!({ "valid": true, "reason": "consumed" })));
    assert!(!reads::<WalkthroughVerification>(&json!({ "valid": "true", "reason": "consumed" })));
    assert!(!reads::<WalkthroughVerification>(&json!({ "valid": false, "reason": "stale" })));
}

#[test]
fn what_is_beside_a_refusal_does_not_make_the_token_usable() {
    let mut answer = serde_json::to_value(usable()).unwrap();
    answer["valid"] = json!(false);
    answer["reason"] = json!("expired");
    let read: WalkthroughVerification = serde_json::from_value(answer).unwrap();
    assert_eq!(read, WalkthroughVerification::Refused(RefusalReason::Expired));
}

#[test]
fn consume_asks_with_the_token_the_nda_and_the_attempt() {
    let request = WalkthroughConsumeRequest {
        token: Token::new("a.b.c"),
        nda_version: "2026-01".to_owned(),
        nda_accepted: true,
        attempt_id: Uuid::try_parse(ATTEMPT).ok(),
    };
    insta::assert_compact_json_snapshot!(request, @r#"{"token": "a.b.c", "nda_version": "2026-01", "nda_accepted": true, "attempt_id": "0b6f1d4c-9a52-4c37-8d10-5e2f7a3b9c64"}"#);
    survives(&request);
    is_strict::<WalkthroughConsumeRequest>(
        &serde_json::to_value(&request).unwrap(),
        &["nda_accepted", "attempt_id"],
    );
}

#[test]
fn an_absent_acceptance_is_no_acceptance() {
    let request = json!({ "token": "a.b.c", "nda_version": "2026-01", "attempt_id": null });
    let request: WalkthroughConsumeRequest = serde_json::from_value(request).unwrap();
    assert!(!request.nda_accepted);
    assert_eq!(request.attempt_id, None);
    insta::assert_compact_json_snapshot!(request, @r#"{"token": "a.b.c", "nda_version": "2026-01", "nda_accepted": false}"#);
}

#[test]
fn an_attempt_is_a_uuid_and_an_acceptance_a_boolean() {
    let asks = |accepted: serde_json::Value, attempt: &str| {
        reads::<WalkthroughConsumeRequest>(&json!({
            "token": "t", "nda_version": "1", "nda_accepted": accepted, "attempt_id": attempt,
        }))
    };
    assert!(asks(json!(true), ATTEMPT));
    assert!(!asks(json!("true"), ATTEMPT));
    assert!(!asks(json!(1), ATTEMPT));
    assert!(!asks(json!(true), "1"));
    assert!(!asks(json!(true), ""));
}

#[test]
fn a_consumption_is_answered_with_the_person() {
    let answer = WalkthroughConsumed { email: email("ada@example.com"), name: name("Ada") };
    insta::assert_compact_json_snapshot!(answer, @r#"{"email": "ada@example.com", "name": "Ada"}"#);
    survives(&answer);
    is_patient::<WalkthroughConsumed>(&serde_json::to_value(&answer).unwrap());
}

#[test]
fn a_reason_has_one_name_everywhere() {
    insta::assert_compact_json_snapshot!(RefusalReason::ALL, @r#"["unknown", "expired", "revoked", "consumed"]"#);
    for reason in RefusalReason::ALL {
        assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
        assert_eq!(reason.to_string(), reason.as_str());
        assert_eq!(reason.as_str().parse(), Ok(reason));
    }
    assert!("Unknown".parse::<RefusalReason>().is_err());
}

#[test]
fn a_refused_consumption_says_why() {
    let unusable = TokenNotUsable { reason: RefusalReason::Consumed };
    insta::assert_compact_json_snapshot!(unusable, @r#"{"reason": "consumed"}"#);
    survives(&unusable);
    let outdated = NdaVersionOutdated { nda_version: "2026-02".to_owned() };
    insta::assert_compact_json_snapshot!(outdated, @r#"{"nda_version": "2026-02"}"#);
    survives(&outdated);
}

#[test]
fn a_refused_reset_says_what_was_found() {
    let healthy = AccountHealthy { credential_count: 2, active_session_count: 1 };
    insta::assert_compact_json_snapshot!(healthy, @r#"{"credential_count": 2, "active_session_count": 1}"#);
    survives(&healthy);
    let retry_at = DateTime::from_timestamp(1_781_258_700, 250_000_000).unwrap();
    let enrolling = StillEnrolling { retry_after_seconds: 300, retry_at };
    insta::assert_compact_json_snapshot!(enrolling, @r#"{"retry_after_seconds": 300, "retry_at": "2026-06-12T10:05:00.250Z"}"#);
    survives(&enrolling);
}
