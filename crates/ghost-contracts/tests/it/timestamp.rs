//! Points in time.

use chrono::{DateTime, Utc};
use ghost_contracts::timestamp;
use serde::{Deserialize, Serialize};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Event {
    #[serde(with = "timestamp")]
    at: DateTime<Utc>,
    #[serde(with = "timestamp::option")]
    ended: Option<DateTime<Utc>>,
}

fn text_of(seconds: i64, nanoseconds: u32) -> String {
    timestamp::to_text(&DateTime::from_timestamp(seconds, nanoseconds).unwrap_or_default())
}

#[test]
fn a_time_is_written_in_utc_with_a_z() {
    assert_eq!(text_of(1_781_258_400, 0), "2026-06-12T10:00:00Z");
}

#[test]
fn a_fraction_is_written_down_to_the_microsecond() {
    assert_eq!(text_of(1_781_258_400, 120_000_000), "2026-06-12T10:00:00.120Z");
    assert_eq!(text_of(1_781_258_400, 123_456_000), "2026-06-12T10:00:00.123456Z");
    assert_eq!(text_of(1_781_258_400, 123_456_999), "2026-06-12T10:00:00.123456Z");
    assert_eq!(text_of(1_781_258_400, 999), "2026-06-12T10:00:00Z");
}

#[test]
fn a_time_is_read_at_any_offset_and_null_only_where_it_may_be() {
    let json = r#"{"at": "2026-06-12T12:00:00+02:00", "ended": null}"#;
    let event: Event = serde_json::from_str(json).unwrap();
    insta::assert_compact_json_snapshot!(event, @r#"{"at": "2026-06-12T10:00:00Z", "ended": null}"#);
    for json in [
        r#"{"at": null, "ended": null}"#,
        r#"{"at": "2026-06-12T10:00:00Z"}"#,
        r#"{"at": "2026-06-12", "ended": null}"#,
        r#"{"at": "2026-06-12T10:00:00", "ended": null}"#,
        r#"{"at": 1781258400, "ended": null}"#,
    ] {
        assert!(serde_json::from_str::<Event>(json).is_err(), "{json}");
    }
}
