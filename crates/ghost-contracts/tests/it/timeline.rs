//! What is known of the ceremonies of a signup (section 5).

use chrono::DateTime;
use ghost_contracts::raptor::{
    Browser, CeremonyFailure, CeremonyReport, FailureReason, Platform, SignupAttempt,
    SignupTimeline, SignupTimelineRequest,
};
use ghost_contracts::signup::ClientError;
use serde_json::{Value, json};

use crate::wire::{email, is_patient, is_strict, reads, survives};

fn open() -> SignupAttempt {
    SignupAttempt {
        begun_at: DateTime::from_timestamp(1_781_258_400, 0).expect("a time"),
        browser: Browser::SamsungInternet,
        platform: Platform::Android,
        completed_at: None,
        failed: None,
        reported: None,
    }
}

/// With everything that can be known, though hardly of one attempt.
fn full() -> SignupAttempt {
    let at = DateTime::from_timestamp(1_781_258_458, 0).expect("a time");
    SignupAttempt {
        completed_at: Some(at),
        failed: Some(CeremonyFailure { at, reason: FailureReason::PasskeyVerificationFailed }),
        reported: Some(CeremonyReport {
            at,
            error: ClientError::NotAllowedError,
            elapsed_ms: 58_012,
        }),
        ..open()
    }
}

#[test]
fn a_timeline_asks_about_one_address() {
    let request = SignupTimelineRequest { email: email("Ada@example.com") };
    insta::assert_compact_json_snapshot!(request, @r#"{"email": "ada@example.com"}"#);
    survives(&request);
    is_strict::<SignupTimelineRequest>(&json!({ "email": "ada@example.com" }), &[]);
}

#[test]
fn an_attempt_that_is_open_names_no_end() {
    insta::assert_compact_json_snapshot!(open(), @r#"
    {
      "begun_at": "2026-06-12T10:00:00Z",
      "browser": "samsung_internet",
      "platform": "android",
      "completed_at": null,
      "failed": null,
      "reported": null
    }
    "#);
    survives(&SignupTimeline { attempts: vec![full(), open()] });
    survives(&SignupTimeline { attempts: Vec::new() });
}

#[test]
fn each_end_has_its_time() {
    let written = serde_json::to_value(full()).unwrap();
    assert_eq!(written["completed_at"], "2026-06-12T10:00:58Z");
    insta::assert_compact_json_snapshot!(written["failed"], @r#"{"at": "2026-06-12T10:00:58Z", "reason": "passkey_verification_failed"}"#);
    insta::assert_compact_json_snapshot!(written["reported"], @r#"{"at": "2026-06-12T10:00:58Z", "elapsed_ms": 58012, "error": "NotAllowedError"}"#);
}

#[test]
fn an_answer_is_read_with_patience_but_must_be_whole() {
    for attempt in [open(), full()] {
        let written = serde_json::to_value(attempt).unwrap();
        is_patient::<SignupAttempt>(&written);
        is_patient::<SignupTimeline>(&json!({ "attempts": [written] }));
    }
    let full = serde_json::to_value(full()).unwrap();
    is_patient::<CeremonyFailure>(&full["failed"]);
    is_patient::<CeremonyReport>(&full["reported"]);
}

#[test]
fn a_name_from_a_newer_raptor_reads_as_other() {
    let mut newer = serde_json::to_value(full()).unwrap();
    for place in ["/browser", "/platform", "/failed/reason", "/reported/error"] {
        *newer.pointer_mut(place).unwrap() = json!("something_new");
    }
    let read: SignupAttempt = serde_json::from_value(newer).unwrap();
    assert_eq!((read.browser, read.platform), (Browser::Other, Platform::Other));
    assert_eq!(read.failed.unwrap().reason, FailureReason::Other);
    assert_eq!(read.reported.unwrap().error, ClientError::Other);
    for place in ["/browser", "/platform", "/failed/reason", "/reported/error"] {
        for wrong in [json!(7), Value::Null, json!(["chrome"])] {
            let mut mistyped = serde_json::to_value(full()).unwrap();
            *mistyped.pointer_mut(place).unwrap() = wrong;
            assert!(!reads::<SignupAttempt>(&mistyped), "{place}");
        }
    }
}

#[test]
fn every_name_is_read_as_it_is_written() {
    for browser in Browser::ALL {
        assert_eq!(serde_json::to_value(browser).unwrap(), browser.as_str());
        assert_eq!(Browser::named(browser.as_str()), *browser);
        assert_eq!(browser.word().is_none(), *browser == Browser::Other);
        survives(browser);
    }
    for platform in Platform::ALL {
        assert_eq!(serde_json::to_value(platform).unwrap(), platform.as_str());
        assert_eq!(Platform::named(platform.as_str()), *platform);
        assert_eq!(platform.word().is_none(), *platform == Platform::Other);
        survives(platform);
    }
    for reason in FailureReason::ALL {
        assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
        assert_eq!(FailureReason::named(reason.as_str()), reason);
        survives(&reason);
    }
    assert_eq!((Browser::ALL.len(), Platform::ALL.len()), (8, 8));
}
