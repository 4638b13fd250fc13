//! Answers of the API that are not the expected one.

use ghost_contracts::ErrorCode;

use super::{logs, look_up};
use crate::api::Answer;
use crate::failure::Failure;
use crate::runner::Runner;

/// Which call was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// begin-with-token.
    Begin,
    /// verify-with-token.
    Verify,
}

/// An answer of another status than 200.
#[must_use]
pub fn refused(call: Call, answer: &Answer, runner: &Runner) -> Failure {
    let (cause, next) = match answer.code() {
        Some(code) => by_code(call, code, answer, runner),
        None => by_status(answer, runner),
    };
    Failure::new(answer.summary(), cause, next).with_evidence(answer.to_string())
}

/// An answer of status 200 that lacks what it should bring, such as `a challenge`.
#[must_use]
pub fn unreadable(answer: &Answer, lacks: &str) -> Failure {
    Failure::new(
        format!("{} without {lacks}", answer.status.as_u16()),
        "Something else answers at RAXX_SMOKE_API_URL (a portal, a cache, another service), or \
         the API has changed",
        "Look at the answer above: where it is raptor-api's, run the smoke from the commit that \
         is deployed",
    )
    .with_evidence(answer.to_string())
}

type Advice = (String, String);

fn advice(cause: impl Into<String>, next: impl Into<String>) -> Advice {
    (cause.into(), next.into())
}

/// raptor-api itself has refused (section 2 of the contracts).
fn by_code(call: Call, code: ErrorCode, answer: &Answer, runner: &Runner) -> Advice {
    match (code, call) {
        (ErrorCode::InvalidSignupLink, Call::Begin) => advice(
            "Token minted against wrong BOOTSTRAP_TOKEN_SIGNING_KEY",
            "Confirm the same key is set on prod as was used to mint the token",
        ),
        (ErrorCode::InvalidSignupLink, Call::Verify) => advice(
            "The token was good in step 2 and is not any more: another run has used it up, or \
             dynos with different keys answer",
            format!("Run it again; if it persists: {}", look_up(runner, "BOOTSTRAP")),
        ),
        (ErrorCode::NotFound, _) => advice(
            "FLAG_WEBAUTHN_REGISTRATION is off",
            match runner {
                Runner::Heroku { app } => {
                    format!("Check feature flags via heroku config --app {app}")
                }
                Runner::Local => {
                    "Check FLAG_WEBAUTHN_REGISTRATION where raptor-api runs".to_owned()
                }
            },
        ),
        (ErrorCode::PasskeyVerificationFailed, _) => advice(
            "Challenge mismatch in the synthetic credential, or CBOR encoding regression; or \
             RAXX_SMOKE_ORIGIN is not the deployment's RAPTOR_PUBLIC_URL; or another begin for \
             this address came in between",
            format!(
                "Check Redis connectivity; check that options[\"challenge\"] matches what was \
                 stored in step 2; the reason is in the log: {}",
                logs(runner)
            ),
        ),
        (ErrorCode::SignupSessionNotFound, _) => advice(
            "User row was not created in step 2, or row or challenge were lost since",
            format!(
                "Check step 2 logs for a 500 or database error; check whether Redis was restarted: \
                 {}",
                logs(runner)
            ),
        ),
        (ErrorCode::AlreadyRegistered, _) => advice(
            "There was an account of this address before this run, so it is left alone",
            "Unset RAXX_SMOKE_EMAIL, and each run has an address of its own. raptor-api removes \
             a smoke account by itself an hour after it was made",
        ),
        (ErrorCode::CredentialAlreadyRegistered, _) => advice(
            "A credential id of 32 random bytes came twice: the request was carried out twice, \
             or this machine has no randomness",
            format!(
                "Run it again, and look for two verify-with-token in the log: {}",
                logs(runner)
            ),
        ),
        (ErrorCode::RateLimited, _) => too_many(answer),
        (ErrorCode::ServiceUnavailable, _) => advice(
            "raptor-api cannot reach its database or its Redis",
            format!("GET /readyz says which; then look into {}", logs(runner)),
        ),
        (ErrorCode::AuditWriteFailed, _) => advice(
            "audit_log refuses rows: disk full, a missing migration or a broken trigger",
            format!("Check the database; the reason is in the log: {}", logs(runner)),
        ),
        (ErrorCode::Internal, _) => advice(
            "A fault of raptor-api's own",
            format!("Look up the request id of the answer above in the log: {}", logs(runner)),
        ),
        _ => advice(
            "raptor-api does not understand a request of this smoke",
            "Run the smoke from the commit that is deployed",
        ),
    }
}

/// Something in front of raptor-api, or in its place, has answered.
fn by_status(answer: &Answer, runner: &Runner) -> Advice {
    match answer.status.as_u16() {
        300..=399 => advice(
            format!(
                "The API is elsewhere: {}",
                answer.header("location").unwrap_or("the answer does not say where")
            ),
            "Set RAXX_SMOKE_API_URL to where it is, with https",
        ),
        404 | 405 => advice(
            "RAXX_SMOKE_API_URL names something that is not raptor-api",
            "Compare it with RAPTOR_PUBLIC_URL of the deployment",
        ),
        401 | 403 => advice(
            "Something in front of raptor-api (a firewall, an access gate) keeps the smoke out",
            "Let this machine through, or run the smoke from one that is let through",
        ),
        429 => too_many(answer),
        500..=599 => advice(
            "No dyno answers: the router speaks in its place (crashed, booting, or too slow)",
            match runner {
                Runner::Heroku { app } => format!("heroku ps --app {app}; then {}", logs(runner)),
                Runner::Local => format!("Look into {}", logs(runner)),
            },
        ),
        _ => advice("This is no answer of raptor-api's", "Look at the answer above"),
    }
}

fn too_many(answer: &Answer) -> Advice {
    let wait = answer.header("retry-after").map_or("a minute".to_owned(), |s| format!("{s} s"));
    advice(
        "More than PUBLIC_RATE_LIMIT requests a minute came from this address",
        format!("Wait {wait} and run it again; behind a router check TRUSTED_PROXY_HOPS"),
    )
}
