//! Signing in with a discoverable passkey (section 2 of the contracts).

use ghost_contracts::credential::AuthenticationResponseJson;
use serde_json::Value;
use service_kit::db::Connection;
use service_kit::passkey::{Assertion, AuthenticationState};
use service_kit::session::RandomToken;
use service_kit::user_agent::UserAgent;
use uuid::Uuid;

use super::session;
use crate::db;
use crate::db::credential::Credential;
use crate::error::Error;
use crate::state::State;

/// A person who has just signed in.
pub struct SignedIn {
    /// Who.
    pub user_id: i64,
    /// The id of the new session, for the cookie.
    pub session: RandomToken,
}

/// The browser that signs in.
#[derive(Clone, Copy)]
pub struct Visitor<'a> {
    /// The session that it had so far.
    pub old: Option<&'a RandomToken>,
    /// What it is.
    pub agent: UserAgent,
}

fn ceremony(id: Uuid) -> String {
    format!("authentication:{id}")
}

/// Begins a sign-in: its id, and the options for the browser.
///
/// # Errors
///
/// Where the challenge store is away.
pub async fn begin(state: &State) -> Result<(Uuid, Value), Error> {
    let (options, ceremony_state) =
        state.passkeys.begin_authentication().map_err(Error::internal)?;
    let id = Uuid::new_v4();
    state.challenges.put(&ceremony(id), &ceremony_state).await?;
    Ok((id, options))
}

/// Verifies what the browser made and opens a session, in place of the one that the browser had,
/// if any. `ceremony_id` is `None` where the request named no possible one.
///
/// # Errors
///
/// [`Error::CeremonyNotFound`], [`Error::PasskeyVerificationFailed`], [`Error::AuditWriteFailed`]
/// for the session that ends, and where a store is away.
pub async fn verify(
    state: &State,
    ceremony_id: Option<Uuid>,
    response: &AuthenticationResponseJson,
    visitor: Visitor<'_>,
) -> Result<SignedIn, Error> {
    let id = ceremony_id.ok_or(Error::CeremonyNotFound)?;
    let begun: Option<AuthenticationState> = state.challenges.take(&ceremony(id)).await?;
    let begun = begun.ok_or(Error::CeremonyNotFound)?;
    let credential = {
        let mut connection = state.accounts.pool.get().await?;
        db::credential::find(&mut connection, response.raw_id.as_bytes()).await?
    };
    let Some(credential) = credential else {
        let refusal = state.passkeys.refuse_unknown(response, begun);
        return Err(Error::unverified(format!("unknown credential id ({refusal})")));
    };
    let verified = state.passkeys.finish_authentication(response, begun, &credential.stored);
    let assertion = verified.map_err(Error::unverified)?;
    let session = RandomToken::generate();
    let open = async |connection: &mut Connection| {
        open_session(connection, &credential, &assertion, &session, visitor).await
    };
    let attempt = async || state.accounts.transaction(&open).await;
    service_kit::db::retry_once(attempt).await?;
    Ok(SignedIn { user_id: credential.user_id, session })
}

/// The account's row is held first, as in the lock order: who deletes the account waits, or has
/// won.
async fn open_session(
    connection: &mut Connection,
    credential: &Credential,
    assertion: &Assertion,
    session: &RandomToken,
    visitor: Visitor<'_>,
) -> Result<(), Error> {
    if !db::user::keep(connection, credential.user_id).await? {
        return Err(Error::unverified("the account was removed meanwhile"));
    }
    if !db::credential::record_use(connection, credential.id, assertion).await? {
        return Err(Error::unverified("the signature counter did not grow"));
    }
    if let Some(old) = visitor.old {
        session::revoke(connection, old, "replaced").await?;
    }
    let sha256 = session.sha256();
    Ok(db::session::insert(connection, credential.user_id, &sha256, visitor.agent).await?)
}
