//! Error bodies and codes.

use std::collections::HashSet;

use ghost_contracts::console::{NdaVersionOutdated, RefusalReason, TokenNotUsable};
use ghost_contracts::raptor::NotGhost;
use ghost_contracts::{AccountState, ErrorBody, ErrorCode};
use serde_json::json;

use crate::wire::{reads, survives};

#[test]
fn the_codes_and_their_statuses_are_those_of_the_contracts() {
    let table: Vec<_> =
        ErrorCode::ALL.iter().map(|code| format!("{} {code}", code.http_status())).collect();
    insta::assert_snapshot!(table.join("\n"), @r"
    404 not_found
    405 method_not_allowed
    400 invalid_request
    413 payload_too_large
    415 unsupported_media_type
    429 rate_limited
    503 service_unavailable
    500 internal
    500 audit_write_failed
    400 invalid_signup_link
    409 already_registered
    400 signup_session_not_found
    400 passkey_verification_failed
    409 credential_already_registered
    400 ceremony_not_found
    401 unauthenticated
    401 unauthorized
    409 not_ghost
    409 plan_changed
    409 token_not_usable
    409 nda_version_outdated
    400 nda_not_accepted
    403 cross_origin
    403 forbidden
    409 tester_exists
    409 walkthrough_consumed
    409 mail_accepted
    409 flag_overridden
    409 admin_exists
    409 last_superadmin
    400 invalid_enrolment_link
    404 tester_not_found
    502 raptor_unavailable
    409 account_healthy
    409 mid_enrollment
    502 raptor_delete_failed
    ");
}

#[test]
fn a_code_has_one_name_everywhere() {
    for &code in ErrorCode::ALL {
        assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        assert_eq!(serde_json::from_value::<ErrorCode>(code.as_str().into()).unwrap(), code);
        assert_eq!(code.as_str().parse(), Ok(code));
    }
    let names: HashSet<_> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(names.len(), ErrorCode::ALL.len());
    assert!("NotFound".parse::<ErrorCode>().is_err());
}

#[test]
fn the_messages_that_the_contracts_fix_are_those() {
    assert_eq!(ErrorCode::InvalidSignupLink.message(), "Invalid or expired signup link");
    assert_eq!(ErrorCode::SignupSessionNotFound.message(), "signup session not found");
    assert_eq!(ErrorCode::PasskeyVerificationFailed.message(), "passkey verification failed");
}

#[test]
fn every_code_has_a_message_of_one_line() {
    for code in ErrorCode::ALL {
        assert!(!code.message().is_empty() && !code.message().contains('\n'), "{code}");
    }
}

#[test]
fn a_body_has_its_code_its_message_and_what_the_code_brings() {
    let plain = ErrorBody::new(ErrorCode::Unauthorized);
    insta::assert_compact_json_snapshot!(plain, @r#"{"error": "unauthorized", "message": "A valid service token is needed here."}"#);
    survives(&plain);
    let details = NotGhost { state: AccountState::Healthy };
    let body = ErrorBody::new(ErrorCode::NotGhost).with(&details).unwrap();
    insta::assert_compact_json_snapshot!(body, @r#"{"error": "not_ghost", "message": "This account is no ghost; nothing was deleted.", "state": "healthy"}"#);
    survives(&body);
    assert_eq!(body.code(), Some(ErrorCode::NotGhost));
    assert_eq!(body.details(), Some(details));
    assert_eq!(body.details::<TokenNotUsable>(), None);
}

#[test]
fn the_details_of_section_6_survive_in_a_body() {
    let details = TokenNotUsable { reason: RefusalReason::Revoked };
    let body = ErrorBody::new(ErrorCode::TokenNotUsable).with(&details).unwrap();
    assert_eq!(body.details(), Some(details));
    let details = NdaVersionOutdated { nda_version: "2".to_owned() };
    let body = ErrorBody::new(ErrorCode::NdaVersionOutdated).with(&details).unwrap();
    assert_eq!(body.details(), Some(details));
}

#[test]
fn details_cannot_replace_the_code_and_must_be_an_object() {
    let body = ErrorBody::new(ErrorCode::NotGhost);
    let forged = body.clone().with(&json!({ "error": "internal", "message": "", "x": 1 })).unwrap();
    assert_eq!(forged.error, "not_ghost");
    assert_eq!(serde_json::to_string(&forged).unwrap().matches("\"error\"").count(), 1);
    assert_eq!(forged.extra["x"], 1);
    assert!(body.with(&["state"]).is_err());
}

#[test]
fn a_body_of_a_newer_service_is_read_too() {
    let newer = json!({ "error": "plan_altered", "message": "Look again.", "counts": { "a": 1 } });
    let body: ErrorBody = serde_json::from_value(newer).unwrap();
    assert_eq!(body.code(), None);
    assert_eq!(body.message, "Look again.");
    assert_eq!(body.extra["counts"]["a"], 1);
    for unintelligible in [json!({ "error": "internal" }), json!({ "message": "" }), json!([])] {
        assert!(!reads::<ErrorBody>(&unintelligible), "{unintelligible}");
    }
}
