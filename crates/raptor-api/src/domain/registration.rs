//! Signing up with a bootstrap token (sections 2 and 3 of the contracts).

use ghost_contracts::credential::RegistrationResponseJson;
use ghost_contracts::{AccountState, Token};
use serde_json::{Value, json};
use service_kit::db::{Connection, DbError};
use service_kit::fail_point;
use service_kit::passkey::{NewPasskey, RegistrationState};
use service_kit::user_agent::UserAgent;

use super::bootstrap_token::BootstrapToken;
use super::signup_attempt;
use crate::db;
use crate::db::user::User;
use crate::error::Error;
use crate::state::State;

/// One ceremony a user: a new begin replaces the old one.
pub(super) fn ceremony(user_id: i64) -> String {
    format!("registration:{user_id}")
}

/// Begins: makes the account's row where there is none, notes the attempt by `agent`, and gives the
/// options for the browser.
///
/// # Errors
///
/// [`Error::InvalidSignupLink`], [`Error::AlreadyRegistered`], and where a store is away.
pub async fn begin(state: &State, token: &Token, agent: UserAgent) -> Result<Value, Error> {
    let token = open(state, token)?;
    // A row without a way to a challenge would be a ghost.
    state.challenges.check().await?;
    let admit = async |connection: &mut Connection| admit(connection, &token, agent).await;
    let user = state.accounts.locked(&token.email, admit).await?;
    let (email, handle) = (token.email.as_str(), user.webauthn_user_handle);
    let begun = state.passkeys.begin_registration(handle, email, email, Vec::new());
    let (options, ceremony_state) = begun.map_err(Error::internal)?;
    state.challenges.put(&ceremony(user.id), &ceremony_state).await?;
    Ok(options)
}

/// What begin decides under the lock on the e-mail.
async fn admit(
    connection: &mut Connection,
    token: &BootstrapToken,
    agent: UserAgent,
) -> Result<User, Error> {
    let known = db::user::lock(connection, &token.email).await?;
    if db::account_reset::is_after(connection, &token.email, token.issued_at).await? {
        return Err(Error::invalid_link("issued before the last ghost reset"));
    }
    refuse_taken(connection, token).await?;
    let user = match known {
        Some(user) => user,
        None => db::user::insert(connection, &token.email).await?,
    };
    signup_attempt::note_begun(connection, token, agent).await?;
    Ok(user)
}

/// Verifies what the browser made, and stores it. Gives the user's id.
///
/// # Errors
///
/// Every error of the table in section 2 from `invalid_signup_link` to
/// `credential_already_registered`, [`Error::AuditWriteFailed`], and where a store is away.
pub async fn verify(
    state: &State,
    token: &Token,
    credential: &RegistrationResponseJson,
) -> Result<i64, Error> {
    let token = open(state, token)?;
    let verified = finish(state, &token, credential).await;
    if let Err(refusal) = &verified {
        signup_attempt::note_refusal(&state.accounts, &token, refusal).await;
    }
    verified
}

/// Verifies for a token whose signature and life are good.
async fn finish(
    state: &State,
    token: &BootstrapToken,
    credential: &RegistrationResponseJson,
) -> Result<i64, Error> {
    let user = find_open_signup(state, token).await?;
    let begun: Option<RegistrationState> = state.challenges.take(&ceremony(user.id)).await?;
    let begun = begun.ok_or(Error::SignupSessionNotFound("no challenge is open"))?;
    fail_point::database("signup.verify.taken")?;
    let verified = state.passkeys.finish_registration(credential, &begun);
    let passkey = verified.map_err(Error::unverified)?;
    let store =
        async |connection: &mut Connection| store(connection, token, user.id, &passkey).await;
    state.accounts.locked(&token.email, store).await?;
    fail_point::database("signup.verify.committed")?;
    Ok(user.id)
}

/// What can be judged before the challenge is consumed. Nothing is locked yet: all of it is
/// judged again in [`store`]. But a link that leads nowhere must not burn the challenge of one
/// that does.
async fn find_open_signup(state: &State, token: &BootstrapToken) -> Result<User, Error> {
    let mut connection = state.accounts.pool.get().await?;
    refuse_taken(&mut connection, token).await?;
    let user = db::user::find_by_email(&mut connection, &token.email).await?;
    let user = user.ok_or(Error::SignupSessionNotFound("there is no such account"))?;
    refuse_older_than_reset(&mut connection, token).await?;
    Ok(user)
}

/// Stores the passkey, marks the token used and audits it, under the locks: all or nothing. That the
/// attempt is complete is noted where it can be.
async fn store(
    connection: &mut Connection,
    token: &BootstrapToken,
    user_id: i64,
    passkey: &NewPasskey,
) -> Result<(), Error> {
    let same = db::user::lock(connection, &token.email).await?.is_some_and(|u| u.id == user_id);
    if !same {
        return Err(Error::SignupSessionNotFound("the account was removed meanwhile"));
    }
    refuse_older_than_reset(connection, token).await?;
    if !db::bootstrap_token::use_up(connection, token).await? {
        return Err(Error::invalid_link("used already"));
    }
    refuse_healthy(connection, token).await?;
    db::credential::insert(connection, user_id, passkey).await.map_err(explain)?;
    signup_attempt::note_completed(connection, token).await?;
    let entry = db::audit::Entry {
        actor: &user_id.to_string(),
        action: "account.signup_completed",
        target: user_id.to_string(),
        context: json!({"backup_eligible": passkey.backup_eligible, "path": "bootstrap_token"}),
    };
    db::audit::insert(connection, entry).await?;
    Ok(fail_point::database("signup.verify.uncommitted")?)
}

/// What the database's refusal of a passkey means.
fn explain(error: DbError) -> Error {
    if error.constraint() == Some(db::credential::CREDENTIAL_ID_KEY) {
        Error::CredentialAlreadyRegistered
    } else if error.is_foreign_key_violation() {
        Error::SignupSessionNotFound("the account was removed meanwhile")
    } else {
        error.into()
    }
}

fn open(state: &State, token: &Token) -> Result<BootstrapToken, Error> {
    let token = state.bootstrap_keys.open(token).map_err(Error::invalid_link)?;
    let now = state.clock.now();
    if token.is_expired(now) {
        return Err(Error::invalid_link("expired"));
    }
    if token.is_from_the_future(now) {
        return Err(Error::invalid_link("issued in the future"));
    }
    Ok(token)
}

/// A used token is no link any more, whatever its account is; an unused one is for nobody who has
/// an account. The state is looked at first: a token is used and its account healthy by the same
/// commit, so whoever has seen the second sees the first.
async fn refuse_taken(connection: &mut Connection, token: &BootstrapToken) -> Result<(), Error> {
    let unregistered = refuse_healthy(connection, token).await;
    match db::bootstrap_token::is_used(connection, token).await? {
        true => Err(Error::invalid_link("used already")),
        false => unregistered,
    }
}

async fn refuse_healthy(connection: &mut Connection, token: &BootstrapToken) -> Result<(), Error> {
    match db::ghost::check(connection, &token.email).await?.state {
        AccountState::Healthy => Err(Error::AlreadyRegistered),
        _ => Ok(()),
    }
}

/// On verify the age of a token is a matter of the signup session, not of the link (section 3).
async fn refuse_older_than_reset(
    connection: &mut Connection,
    token: &BootstrapToken,
) -> Result<(), Error> {
    match db::account_reset::is_after(connection, &token.email, token.issued_at).await? {
        true => Err(Error::SignupSessionNotFound("issued before the last ghost reset")),
        false => Ok(()),
    }
}
