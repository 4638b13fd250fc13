//! Nothing secret is printed.

use ghost_contracts::Token;
use ghost_contracts::console::{WalkthroughConsumeRequest, WalkthroughVerifyRequest};
use ghost_contracts::service_token::{KeyRing, SigningKey};
use ghost_contracts::signup::{BeginRequest, RegisterReportRequest, VerifyRequest};
use serde_json::json;

use crate::credential::registration;

const SECRET: &str = "hush-hush-hush-hush-hush-hush-hush";

#[test]
fn a_token_does_not_show_itself() {
    assert_eq!(format!("{:?}", Token::new(SECRET)), "Token([redacted])");
    assert_eq!(Token::new(SECRET).reveal(), SECRET);
}

#[test]
fn no_request_shows_its_token() {
    let token = Token::new(SECRET);
    let verify = json!({ "token": SECRET, "credential": registration() });
    let report = json!({ "token": SECRET, "error": "Other", "elapsed_ms": 1 });
    let consume = json!({ "token": SECRET, "nda_version": "1", "nda_accepted": true });
    for shown in [
        format!("{:?}", BeginRequest { token: token.clone() }),
        format!("{:#?}", serde_json::from_value::<VerifyRequest>(verify).unwrap()),
        format!("{:#?}", serde_json::from_value::<RegisterReportRequest>(report).unwrap()),
        format!("{:?}", WalkthroughVerifyRequest { token }),
        format!("{:#?}", serde_json::from_value::<WalkthroughConsumeRequest>(consume).unwrap()),
    ] {
        assert!(!shown.contains("hush"), "{shown}");
        assert!(shown.contains("[redacted]"), "{shown}");
    }
}

#[test]
fn no_key_shows_its_secret() {
    let key = SigningKey::new(SECRET.into()).unwrap();
    let ring = KeyRing::new(key.clone(), Some(key));
    let shown = format!("{ring:?} {ring:#?}");
    assert!(!shown.contains("hush"), "{shown}");
    assert!(shown.contains("SigningKey { kid: "), "{shown}");
}

#[test]
fn an_error_about_a_request_does_not_quote_its_token() {
    for json in [
        json!({ "token": SECRET, "more": 1 }),
        json!({ "token": [SECRET] }),
        json!({ "token": { "text": SECRET } }),
        json!([SECRET]),
    ] {
        let error = serde_json::from_str::<BeginRequest>(&json.to_string()).unwrap_err();
        assert!(!error.to_string().contains("hush"), "{error}");
    }
}
