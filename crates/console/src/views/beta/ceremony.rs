//! How a signup's passkey ceremony went, in words: the only place that has them.

use ghost_contracts::raptor::{
    Browser, CeremonyFailure, CeremonyReport, FailureReason, Platform, SignupAttempt,
};
use ghost_contracts::signup::ClientError;

/// "Safari on iOS", "Safari", "a browser on iOS", or nothing where neither is known.
#[must_use]
pub fn place(browser: Browser, platform: Platform) -> Option<String> {
    match (browser.word(), platform.word()) {
        (Some(browser), Some(platform)) => Some(format!("{browser} on {platform}")),
        (Some(browser), None) => Some(browser.to_owned()),
        (None, Some(platform)) => Some(format!("a browser on {platform}")),
        (None, None) => None,
    }
}

/// That it was begun, and where.
#[must_use]
pub fn begun(attempt: &SignupAttempt) -> String {
    format!("Began to make a passkey{}", r#in(attempt))
}

/// That verify-with-token refused it, and why.
#[must_use]
pub fn failed(failure: &CeremonyFailure) -> &'static str {
    match failure.reason {
        FailureReason::PasskeyVerificationFailed => "Passkey refused: a check failed",
        FailureReason::SignupSessionNotFound => {
            "Passkey came too late: the attempt was over, or the account was gone"
        }
        FailureReason::CredentialAlreadyRegistered => {
            "Passkey refused: it belongs to an account already"
        }
        FailureReason::Other => "Passkey refused",
    }
}

/// How it ended in the browser.
#[must_use]
pub fn reported(attempt: &SignupAttempt, report: &CeremonyReport) -> String {
    let what = match report.error {
        ClientError::NotAllowedError => "Cancelled or timed out",
        ClientError::AbortError => "Left the page or began again",
        ClientError::NeverSettled => "Prompt never came back; given up",
        ClientError::UnknownError | ClientError::NotReadableError => {
            "Device or password manager failed"
        }
        ClientError::AnswerLost => "Made a passkey, but the answer to it was lost",
        ClientError::Other => "Ended in an unexpected way",
        kind => return format!("{}{}", refused_at_once(kind), in_brackets(attempt)),
    };
    format!("{what} after {}{}", after(report.elapsed_ms), r#in(attempt))
}

/// Ends that say more of the browser or device than of the time they took.
const fn refused_at_once(error: ClientError) -> &'static str {
    match error {
        ClientError::PasskeysUnavailable => "This browser has no passkeys",
        ClientError::InvalidStateError => "This device holds a passkey for the account already",
        ClientError::SecurityError => "Browser does not allow passkeys on this page",
        ClientError::NotSupportedError => "Device cannot make the kind of passkey that is needed",
        ClientError::ConstraintError => "Device cannot check that it is the person: no screen lock",
        _ => "Browser could not read the request for a passkey",
    }
}

/// That its passkey was stored.
#[must_use]
pub fn completed(attempt: &SignupAttempt) -> String {
    format!("Passkey stored: signup completed{}", r#in(attempt))
}

/// How an attempt ended that did not end well, as far as that is known.
#[must_use]
pub fn end(attempt: &SignupAttempt) -> Option<String> {
    if attempt.completed_at.is_some() {
        return None;
    }
    let reported = attempt.reported.as_ref().map(|report| reported(attempt, report));
    reported.or_else(|| attempt.failed.as_ref().map(|failure| failed(failure).to_owned()))
}

fn place_of(attempt: &SignupAttempt) -> Option<String> {
    place(attempt.browser, attempt.platform)
}

/// " in Safari on iOS", or nothing.
fn r#in(attempt: &SignupAttempt) -> String {
    place_of(attempt).map(|place| format!(" in {place}")).unwrap_or_default()
}

/// " (Safari on iOS)", or nothing.
fn in_brackets(attempt: &SignupAttempt) -> String {
    place_of(attempt).map(|place| format!(" ({place})")).unwrap_or_default()
}

/// A time spent: "0.4 s", "58 s", "3 min 20 s".
fn after(milliseconds: i64) -> String {
    let milliseconds = milliseconds.max(0);
    let (minutes, seconds) = (milliseconds / 60_000, milliseconds % 60_000 / 1000);
    match (minutes, seconds) {
        (0, 0) => format!("0.{} s", milliseconds / 100),
        (0, seconds) => format!("{seconds} s"),
        (minutes, 0) => format!("{minutes} min"),
        (minutes, seconds) => format!("{minutes} min {seconds} s"),
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn attempt(browser: Browser, platform: Platform) -> SignupAttempt {
        let begun_at = DateTime::from_timestamp(1_780_000_000, 0).unwrap();
        SignupAttempt {
            begun_at,
            browser,
            platform,
            completed_at: None,
            failed: None,
            reported: None,
        }
    }

    fn told(error: ClientError, elapsed_ms: i64) -> String {
        let attempt = attempt(Browser::Safari, Platform::Ios);
        reported(&attempt, &CeremonyReport { at: attempt.begun_at, error, elapsed_ms })
    }

    #[test]
    fn every_end_in_the_browser_has_its_words() {
        let expected = [
            "Cancelled or timed out after 58 s in Safari on iOS",
            "This device holds a passkey for the account already (Safari on iOS)",
            "Browser does not allow passkeys on this page (Safari on iOS)",
            "Device cannot make the kind of passkey that is needed (Safari on iOS)",
            "Left the page or began again after 58 s in Safari on iOS",
            "Device cannot check that it is the person: no screen lock (Safari on iOS)",
            "Device or password manager failed after 58 s in Safari on iOS",
            "Device or password manager failed after 58 s in Safari on iOS",
            "Browser could not read the request for a passkey (Safari on iOS)",
            "Browser could not read the request for a passkey (Safari on iOS)",
            "Browser could not read the request for a passkey (Safari on iOS)",
            "Prompt never came back; given up after 58 s in Safari on iOS",
            "This browser has no passkeys (Safari on iOS)",
            "Made a passkey, but the answer to it was lost after 58 s in Safari on iOS",
            "Ended in an unexpected way after 58 s in Safari on iOS",
        ];
        assert_eq!(ClientError::ALL.map(|error| told(error, 58_400)), expected);
    }

    #[test]
    fn every_refusal_has_its_words() {
        let at = DateTime::from_timestamp(1_780_000_000, 0).unwrap();
        let told = FailureReason::ALL.map(|reason| failed(&CeremonyFailure { at, reason }));
        assert_eq!(
            told,
            [
                "Passkey came too late: the attempt was over, or the account was gone",
                "Passkey refused: a check failed",
                "Passkey refused: it belongs to an account already",
                "Passkey refused",
            ]
        );
    }

    #[test]
    fn a_browser_is_named_as_far_as_it_is_known() {
        let told = |browser, platform| begun(&attempt(browser, platform));
        assert_eq!(
            told(Browser::InApp, Platform::Ios),
            "Began to make a passkey in an app's own browser on iOS"
        );
        assert_eq!(told(Browser::Other, Platform::Other), "Began to make a passkey");
        assert_eq!(
            told(Browser::Other, Platform::Android),
            "Began to make a passkey in a browser on Android"
        );
        assert_eq!(
            completed(&attempt(Browser::Firefox, Platform::Other)),
            "Passkey stored: signup completed in Firefox"
        );
    }

    #[test]
    fn time_spent_is_told_in_seconds_and_minutes() {
        let told = [-5, 0, 430, 1000, 59_999, 60_000, 200_000, 3_600_000].map(after);
        assert_eq!(
            told,
            ["0.0 s", "0.0 s", "0.4 s", "1 s", "59 s", "1 min", "3 min 20 s", "60 min"]
        );
    }
}
