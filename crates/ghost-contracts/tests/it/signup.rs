//! The public API of `raptor-api`.

use chrono::DateTime;
use ghost_contracts::Token;
use ghost_contracts::signup::{
    BeginAnswer, BeginRequest, LOGIN_BEGIN_PATH, LOGIN_VERIFY_PATH, LOGOUT_PATH, LoginBeginAnswer,
    LoginBeginRequest, LoginVerifyRequest, REGISTER_BEGIN_PATH, REGISTER_REPORT_PATH,
    REGISTER_VERIFY_PATH, SESSION_PATH, SIGNUP_PAGE_PATH, SessionAnswer, VerifyAnswer,
    VerifyRequest, WALKTHROUGH_PAGE_PATH,
};
use serde_json::json;
use uuid::Uuid;

use crate::credential::{authentication, registration};
use crate::wire::{email, is_patient, is_strict, reads, survives};

const CEREMONY: &str = "0b6f1d4c-9a52-4c37-8d10-5e2f7a3b9c64";

#[test]
fn the_paths_are_those_of_section_2() {
    assert_eq!(REGISTER_BEGIN_PATH, "/api/auth/register/begin-with-token");
    assert_eq!(REGISTER_VERIFY_PATH, "/api/auth/register/verify-with-token");
    assert_eq!(REGISTER_REPORT_PATH, "/api/auth/register/report");
    assert_eq!(LOGIN_BEGIN_PATH, "/api/auth/login/begin");
    assert_eq!(LOGIN_VERIFY_PATH, "/api/auth/login/verify");
    assert_eq!(SESSION_PATH, "/api/auth/session");
    assert_eq!(LOGOUT_PATH, "/api/auth/logout");
    assert_eq!(WALKTHROUGH_PAGE_PATH, "/walkthrough");
    assert_eq!(SIGNUP_PAGE_PATH, "/signup");
}

#[test]
fn a_registration_begins_with_the_token_alone() {
    let request = BeginRequest { token: Token::new("eyJ2IjoxLCJlbWFp.00") };
    insta::assert_compact_json_snapshot!(request, @r#"{"token": "eyJ2IjoxLCJlbWFp.00"}"#);
    survives(&request);
    is_strict::<BeginRequest>(&json!({ "token": "t" }), &[]);
}

#[test]
fn a_token_of_any_shape_is_a_well_formed_request() {
    for token in ["", " ", "\0", "\u{1f47b}", "a.b.c.d"] {
        assert!(reads::<BeginRequest>(&json!({ "token": token })), "{token:?}");
    }
}

#[test]
fn begin_answers_with_the_options_as_they_are() {
    let answer =
        BeginAnswer { options: json!({ "challenge": "Zm9v", "rp": { "id": "localhost" } }) };
    insta::assert_compact_json_snapshot!(answer, @r#"{"options": {"challenge": "Zm9v", "rp": {"id": "localhost"}}}"#);
    survives(&answer);
    is_patient::<BeginAnswer>(&json!({ "options": {} }));
}

#[test]
fn a_registration_ends_with_the_token_and_the_credential() {
    let sound = json!({ "token": "t", "credential": registration() });
    let request: VerifyRequest = serde_json::from_value(sound.clone()).unwrap();
    insta::assert_compact_json_snapshot!(request, @r#"
    {
      "token": "t",
      "credential": {
        "id": "AQIDBA",
        "rawId": "AQIDBA",
        "type": "public-key",
        "response": {
          "clientDataJSON": "e30",
          "attestationObject": "oA",
          "transports": [
            "internal",
            "hybrid"
          ]
        }
      }
    }
    "#);
    survives(&request);
    is_strict::<VerifyRequest>(&sound, &[]);
}

#[test]
fn verify_answers_with_the_user() {
    insta::assert_compact_json_snapshot!(VerifyAnswer::ok(42), @r#"{"status": "ok", "user_id": 42}"#);
    survives(&VerifyAnswer::ok(i64::MAX));
    is_patient::<VerifyAnswer>(&json!({ "status": "ok", "user_id": 42 }));
    assert!(!reads::<VerifyAnswer>(&json!({ "status": "maybe", "user_id": 42 })));
}

#[test]
fn a_sign_in_begins_with_an_empty_object() {
    insta::assert_compact_json_snapshot!(LoginBeginRequest {}, @"{}");
    is_strict::<LoginBeginRequest>(&json!({}), &[]);
    assert!(!reads::<LoginBeginRequest>(&json!({ "email": "ada@example.com" })));
}

#[test]
fn begin_of_a_sign_in_names_the_ceremony() {
    let answer = LoginBeginAnswer {
        ceremony_id: Uuid::try_parse(CEREMONY).unwrap(),
        options: json!({ "challenge": "Zm9v", "allowCredentials": [] }),
    };
    insta::assert_compact_json_snapshot!(answer, @r#"{"ceremony_id": "0b6f1d4c-9a52-4c37-8d10-5e2f7a3b9c64", "options": {"allowCredentials": [], "challenge": "Zm9v"}}"#);
    survives(&answer);
    is_patient::<LoginBeginAnswer>(&serde_json::to_value(&answer).unwrap());
}

#[test]
fn a_sign_in_ends_with_the_ceremony_and_the_credential() {
    let sound = json!({ "ceremony_id": CEREMONY, "credential": authentication() });
    let request: LoginVerifyRequest = serde_json::from_value(sound.clone()).unwrap();
    insta::assert_compact_json_snapshot!(request, @r#"
    {
      "ceremony_id": "0b6f1d4c-9a52-4c37-8d10-5e2f7a3b9c64",
      "credential": {
        "id": "AQIDBA",
        "rawId": "AQIDBA",
        "type": "public-key",
        "response": {
          "clientDataJSON": "e30",
          "authenticatorData": "AAE",
          "signature": "MAA",
          "userHandle": "_w"
        }
      }
    }
    "#);
    survives(&request);
    is_strict::<LoginVerifyRequest>(&sound, &[]);
}

#[test]
fn a_ceremony_of_any_shape_is_a_well_formed_request_but_only_a_canonical_uuid_names_one() {
    let ceremony = |id: &str| {
        let request = json!({ "ceremony_id": id, "credential": authentication() });
        serde_json::from_value::<LoginVerifyRequest>(request).unwrap().ceremony()
    };
    assert_eq!(ceremony(CEREMONY).map(|id| id.to_string()).as_deref(), Some(CEREMONY));
    for id in ["", "nope", &CEREMONY.to_uppercase(), &CEREMONY.replace('-', "")] {
        assert_eq!(ceremony(id), None, "{id}");
    }
}

#[test]
fn a_session_says_who_and_until_when() {
    let answer = SessionAnswer {
        user_id: 42,
        email: email("ada@example.com"),
        expires_at: DateTime::from_timestamp(1_781_258_400, 5_000).unwrap(),
    };
    insta::assert_compact_json_snapshot!(answer, @r#"{"user_id": 42, "email": "ada@example.com", "expires_at": "2026-06-12T10:00:00.000005Z"}"#);
    survives(&answer);
    is_patient::<SessionAnswer>(&serde_json::to_value(&answer).unwrap());
}
