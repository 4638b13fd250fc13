//! How a ceremony ended in the browser (section 2).

use ghost_contracts::Token;
use ghost_contracts::signup::{ClientError, MAX_ELAPSED_MS, RegisterReportRequest};
use serde_json::{Value, json};

use crate::wire::{is_strict, reads, survives};

fn report(error: Value, elapsed_ms: Value) -> Value {
    json!({ "token": "t", "error": error, "elapsed_ms": elapsed_ms })
}

#[test]
fn a_report_names_the_end_and_the_time_it_took() {
    let request = RegisterReportRequest {
        token: Token::new("t"),
        error: ClientError::NotAllowedError,
        elapsed_ms: 58_012,
    };
    insta::assert_compact_json_snapshot!(request, @r#"{"token": "t", "error": "NotAllowedError", "elapsed_ms": 58012}"#);
    survives(&request);
    is_strict::<RegisterReportRequest>(&report(json!("Other"), json!(1)), &[]);
}

#[test]
fn the_list_of_ends_is_closed() {
    for error in ClientError::ALL {
        assert!(reads::<RegisterReportRequest>(&report(json!(error.as_str()), json!(0))));
        assert_eq!(serde_json::to_value(error).unwrap(), error.as_str());
        assert_eq!(ClientError::named(error.as_str()), error);
    }
    for unknown in ["", "other", "TimeoutError", "NotAllowedError ", "Ada was here"] {
        assert!(!reads::<RegisterReportRequest>(&report(json!(unknown), json!(0))), "{unknown}");
        assert_eq!(ClientError::named(unknown), ClientError::Other);
    }
    for wrong in [json!({"NotAllowedError": null}), json!(["Other"]), json!(0)] {
        assert!(!reads::<RegisterReportRequest>(&report(wrong, json!(0))));
    }
}

#[test]
fn a_time_is_a_whole_number_that_is_not_negative() {
    assert_eq!(MAX_ELAPSED_MS, 60 * 60 * 1000);
    for good in [json!(0), json!(MAX_ELAPSED_MS), json!(u32::MAX)] {
        assert!(reads::<RegisterReportRequest>(&report(json!("Other"), good)));
    }
    for bad in [json!(-1), json!(u64::from(u32::MAX) + 1), json!(1.0), json!("1")] {
        assert!(!reads::<RegisterReportRequest>(&report(json!("Other"), bad)));
    }
}
