//! Everything was answered, and something is wrong all the same.

use ghost_contracts::AccountState;
use ghost_contracts::commands::AccountSummary;
use ghost_contracts::raptor::GhostCheck;
use software_passkey::PasskeyError;

use super::logs;
use crate::address::SmokeAddress;
use crate::failure::Failure;
use crate::runner::Runner;

/// A browser would not carry out these options.
#[must_use]
pub fn impossible_options(error: &PasskeyError, options: &serde_json::Value) -> Failure {
    let (cause, next) = match error {
        PasskeyError::ForeignRpId { .. } => (
            "RAXX_SMOKE_ORIGIN is not an origin of this deployment, or WEBAUTHN_RP_ID is wrong \
             there: no browser could sign up",
            "Set RAXX_SMOKE_ORIGIN to the deployment's RAPTOR_PUBLIC_URL",
        ),
        _ => (
            "The options of step 2 are not what browsers take",
            "Compare them with PublicKeyCredentialCreationOptionsJSON; look at what changed in \
             the passkey ceremony",
        ),
    };
    let evidence = serde_json::to_string_pretty(options).unwrap_or_default();
    Failure::new(error.to_string(), cause, next).with_evidence(evidence)
}

/// The synthetic browser has signed another challenge than it was given.
#[must_use]
pub fn challenge_differs() -> Failure {
    Failure::new(
        "the challenge in the client data is not that of the options",
        "A fault of the synthetic credential, not of the deployment",
        "Look at what changed in crates/software-passkey",
    )
}

/// verify has answered 200, and there is no account.
#[must_use]
pub fn no_rows(runner: &Runner) -> Failure {
    Failure::new(
        "no such account: user row and credential row are missing",
        "verify-with-token returned 200 but its transaction was not committed, the rows were \
         removed since, or API and command use different databases",
        format!(
            "Compare DATABASE_URL of web and one-off dynos; look for account.signup_completed in \
             audit_log and {}",
            logs(runner)
        ),
    )
}

/// verify has answered 200, and the rows are not those of one signup.
#[must_use]
pub fn wrong_rows(account: &AccountSummary, answered_id: i64) -> Failure {
    let AccountSummary { user_id, credential_count, .. } = account;
    let (symptom, cause, next) = if *user_id != answered_id {
        (
            format!("user.id={user_id}, but verify-with-token answered {answered_id}"),
            "API and command use different databases, or the account was made anew in between",
            "Compare DATABASE_URL of web and one-off dynos",
        )
    } else if *credential_count == 0 {
        (
            "cred_count=0".to_owned(),
            "verify-with-token returned 200 but DB write failed silently",
            "Boolean cast bug class: check what verify-with-token stores (raptor-api: \
             domain/registration.rs, db/credential.rs), and whether anything removes credentials",
        )
    } else {
        (
            format!("cred_count={credential_count}"),
            "verify-with-token stored more than one credential for one ceremony",
            "Check that verify-with-token consumes its challenge once",
        )
    };
    let evidence = serde_json::to_string(account).unwrap_or_default();
    Failure::new(symptom, cause, next).with_evidence(evidence)
}

/// The ghost detection sees another state than there is.
#[must_use]
pub fn other_state(seen: &GhostCheck, expected: AccountState) -> Failure {
    Failure::new(
        format!("state={}, expected {expected}", seen.state),
        "The predicate has changed, the database's clock is wrong, or somebody else works on \
         this account",
        "Compare the evidence above with section 5 of the contracts (raptor-api: db/ghost.rs)",
    )
    .with_evidence(serde_json::to_string(seen).unwrap_or_default())
}

/// The teardown found an account that this run has not made.
#[must_use]
pub fn not_ours(email: &SmokeAddress) -> Failure {
    Failure::new(
        format!("the account of {email} is older than this run"),
        "Another run, or somebody by hand, made it before; this run only deletes what it made",
        "Unset RAXX_SMOKE_EMAIL, and each run has an address of its own",
    )
}
