//! Signing in with a passkey: nobody is asked who they are, the passkey knows.

use ghost_contracts::credential::AuthenticationResponseJson;
use serde_json::{Value, json};
use service_kit::challenge::ChallengeStore;
use service_kit::db::Pool;
use service_kit::passkey::{Assertion, AuthenticationState, Passkeys, StoredPasskey};
use service_kit::session::RandomToken;
use uuid::Uuid;

use super::actor::Actor;
use super::ceremony::{CeremonyFailure, SignedIn, Visitor};
use crate::db;
use crate::db::passkey::Known;
use crate::domain::audit::{action, target};

fn ceremony(id: Uuid) -> String {
    format!("authentication:{id}")
}

/// Begins: the ceremony's name and the options for the browser.
///
/// # Errors
/// That the ceremony cannot be stored.
pub async fn begin(
    passkeys: &Passkeys,
    challenges: &ChallengeStore,
) -> Result<(Uuid, Value), CeremonyFailure> {
    let (options, state) = passkeys.begin_authentication().map_err(CeremonyFailure::Fault)?;
    let id = Uuid::new_v4();
    challenges.put(&ceremony(id), &state).await?;
    Ok((id, options))
}

/// Finishes: a session is begun under a new id, and the one that this browser had so far ends.
///
/// # Errors
/// Why nobody was signed in. The ceremony is spent, right or wrong.
pub async fn finish(
    pool: &Pool,
    passkeys: &Passkeys,
    challenges: &ChallengeStore,
    id: Option<Uuid>,
    credential: &AuthenticationResponseJson,
    visitor: Visitor<'_>,
) -> Result<SignedIn, CeremonyFailure> {
    let id = id.ok_or(CeremonyFailure::NotFound)?;
    let state: Option<AuthenticationState> = challenges.take(&ceremony(id)).await?;
    let state = state.ok_or(CeremonyFailure::NotFound)?;
    let unverified = |reason: &str| CeremonyFailure::Unverified(reason.to_owned());
    let known = db::passkey::find(&mut *pool.get().await?, credential.raw_id.as_bytes()).await?;
    let Some(known) = known else {
        let refusal = passkeys.refuse_unknown(credential, state);
        return Err(unverified(&format!("no operator has this passkey ({refusal})")));
    };
    let stored = StoredPasskey {
        passkey: known.passkey.clone(),
        sign_count: known.sign_count,
        user_handle: known.user_handle,
    };
    let assertion = passkeys
        .finish_authentication(credential, state, &stored)
        .map_err(|error| unverified(&error.to_string()))?;
    enter(pool, known, &assertion, visitor).await
}

async fn enter(
    pool: &Pool,
    known: Known,
    assertion: &Assertion,
    visitor: Visitor<'_>,
) -> Result<SignedIn, CeremonyFailure> {
    let session = RandomToken::generate();
    db::transaction(pool, async |connection| {
        // Whoever revokes this operator holds the row: a session is begun before that or never.
        if !db::admin::lock(connection, known.admin_id).await? {
            return Err(CeremonyFailure::Unverified("the operator is revoked".to_owned()));
        }
        if !db::passkey::note_use(connection, known.id, assertion).await? {
            let reason = "the signature counter did not grow, or the passkey is gone";
            return Err(CeremonyFailure::Unverified(reason.to_owned()));
        }
        let (actor, target) = (Actor::operator(known.admin_id), known.admin_id.to_string());
        let payload = json!({"email": known.email});
        let action = action::ADMIN_SIGNED_IN;
        db::audit::insert(connection, &actor, action, target::ADMIN, &target, payload).await?;
        if let Some(previous) = visitor.session_sha256 {
            db::session::end(connection, previous).await?;
        }
        let (id, sha256) = (known.admin_id, session.sha256());
        db::session::begin(connection, id, &sha256, visitor.agent).await?;
        Ok(())
    })
    .await?;
    let Known { admin_id, email, role, .. } = known;
    Ok(SignedIn { admin_id, email, role, session })
}
