//! Refusals by the clock.

use chrono::{DateTime, Utc};
use ghost_contracts::service_token::{Expectation, Refusal, VerifiedToken};
use serde_json::json;

use super::forge::{ISSUED, after, claims, expected, good, header, refused, ring, signed};

/// A token of this life, looked at so many seconds after it was issued.
fn judged(life: i64, seconds: f64) -> Result<VerifiedToken, Refusal> {
    ring().verify(&living(ISSUED, ISSUED.saturating_add(life)), &at(after(seconds)))
}

fn living(iat: i64, exp: i64) -> String {
    let mut claims = claims();
    claims["iat"] = json!(iat);
    claims["exp"] = json!(exp);
    signed(&header().to_string(), &claims.to_string())
}

fn at(now: DateTime<Utc>) -> Expectation<'static> {
    Expectation { now, ..expected() }
}

#[test]
fn a_token_lives_60_seconds_at_most() {
    assert!(judged(60, 1.0).is_ok());
    assert!(judged(1, 0.0).is_ok());
    for life in [61, 70, 3600, 1_000_000_000] {
        assert_eq!(judged(life, 1.0), Err(Refusal::TooLongLived), "{life}");
    }
}

#[test]
fn a_token_that_ends_before_it_begins_is_refused() {
    for life in [0, -1, -60] {
        assert_eq!(judged(life, 0.0), Err(Refusal::NoLifetime), "{life}");
    }
}

#[test]
fn an_expired_token_is_refused_after_5_seconds_of_grace() {
    for accepted in [59.0, 60.0, 64.999, 65.0] {
        assert!(judged(60, accepted).is_ok(), "{accepted}");
    }
    for expired in [65.001, 66.0, 3600.0] {
        assert_eq!(judged(60, expired), Err(Refusal::Expired), "{expired}");
    }
    assert_eq!(judged(10, 15.5), Err(Refusal::Expired));
}

#[test]
fn a_token_from_the_future_is_refused_beyond_5_seconds() {
    for accepted in [0.0, -4.999, -5.0] {
        assert!(judged(60, accepted).is_ok(), "{accepted}");
    }
    for early in [-5.001, -6.0, -3600.0] {
        assert_eq!(judged(60, early), Err(Refusal::IssuedInFuture), "{early}");
    }
}

#[test]
fn times_at_the_ends_of_all_calendars_are_refused() {
    for (iat, exp) in [
        (i64::MAX - 1, i64::MAX),
        (i64::MIN, i64::MIN + 1),
        (i64::MIN, i64::MAX),
        (i64::MAX, i64::MIN),
        (ISSUED, i64::MAX),
    ] {
        refused(&living(iat, exp), Refusal::MalformedClaims);
    }
    let last = DateTime::<Utc>::MAX_UTC.timestamp();
    let first = DateTime::<Utc>::MIN_UTC.timestamp();
    refused(&living(last - 1, last), Refusal::IssuedInFuture);
    refused(&living(first, first + 1), Refusal::Expired);
    refused(&living(first, last), Refusal::TooLongLived);
    refused(&living(0, 60), Refusal::Expired);
}

#[test]
fn a_time_beyond_64_bits_or_with_a_fraction_is_refused() {
    for iat in ["1e9", "1781258400.0", "18446744073709551616", "\"1781258400\"", "-1781258400.5"] {
        let claims =
            claims().to_string().replace(&format!("\"iat\":{ISSUED}"), &format!("\"iat\":{iat}"));
        assert!(claims.contains(iat));
        refused(&signed(&header().to_string(), &claims), Refusal::MalformedClaims);
    }
}

#[test]
fn a_clock_at_the_ends_of_the_calendar_does_not_panic() {
    assert_eq!(ring().verify(&good(), &at(DateTime::<Utc>::MAX_UTC)), Err(Refusal::Expired));
    assert_eq!(ring().verify(&good(), &at(DateTime::<Utc>::MIN_UTC)), Err(Refusal::IssuedInFuture));
}
