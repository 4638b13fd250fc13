//! The first passkey of an invited operator. The link works once and for 24 hours, and is spent in
//! the transaction that stores the passkey (section 7 of the contracts).

use ghost_contracts::Token;
use ghost_contracts::credential::RegistrationResponseJson;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use service_kit::challenge::ChallengeStore;
use service_kit::db::{DbError, Pool};
use service_kit::passkey::{NewPasskey, Passkeys, RegistrationState};
use service_kit::session::RandomToken;
use uuid::Uuid;

use super::actor::Actor;
use super::ceremony::{CeremonyFailure, SignedIn, Visitor};
use crate::db;
use crate::db::enrolment::LiveLink;
use crate::domain::audit::{action, target};

/// What waits between begin and finish. It belongs to one link: a replaced link's ceremony does
/// not finish the new one.
#[derive(Serialize, Deserialize)]
struct Waiting {
    link_id: i64,
    registration: RegistrationState,
}

/// Why a link does not work, for the page alone: a program is told one thing for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeadLink {
    /// Nobody was given it, or it was cut.
    Unknown,
    /// A passkey was created with it.
    Used,
    /// Its operator was revoked.
    Revoked,
    /// A newer link was issued.
    Replaced,
    /// It is older than 24 hours.
    Expired,
}

/// The key of an operator's ceremony: a new begin replaces the old one.
fn ceremony(admin_id: Uuid) -> String {
    format!("registration:{admin_id}")
}

/// The live link behind a token.
///
/// # Errors
/// [`CeremonyFailure::InvalidLink`] for a bad, used, replaced or expired one.
pub async fn open(pool: &Pool, token: &Token) -> Result<LiveLink, CeremonyFailure> {
    let token = RandomToken::parse(token.reveal()).ok_or(CeremonyFailure::InvalidLink)?;
    let mut connection = pool.get().await?;
    let link = db::enrolment::find_live(&mut connection, &token.sha256()).await?;
    link.ok_or(CeremonyFailure::InvalidLink)
}

/// Why [`open`] found no live link.
///
/// # Errors
/// Where the database refuses or is away.
pub async fn why_dead(pool: &Pool, token: Option<&Token>) -> Result<DeadLink, DbError> {
    let Some(token) = token.and_then(|token| RandomToken::parse(token.reveal())) else {
        return Ok(DeadLink::Unknown);
    };
    let fate = db::enrolment::fate(&mut *pool.get().await?, &token.sha256()).await?;
    Ok(fate.unwrap_or(DeadLink::Unknown))
}

/// Begins: the options for the browser.
///
/// # Errors
/// That there is no live link, or that the ceremony cannot be stored.
pub async fn begin(
    pool: &Pool,
    passkeys: &Passkeys,
    challenges: &ChallengeStore,
    token: &Token,
) -> Result<Value, CeremonyFailure> {
    let link = open(pool, token).await?;
    let known = db::passkey::credential_ids(&mut *pool.get().await?, link.admin_id).await?;
    let (options, registration) = passkeys
        .begin_registration(link.user_handle, &link.email, &link.email, known)
        .map_err(CeremonyFailure::Fault)?;
    let waiting = Waiting { link_id: link.id, registration };
    challenges.put(&ceremony(link.admin_id), &waiting).await?;
    Ok(options)
}

/// Finishes: the passkey is stored, the link spent, a session begun. A ceremony that fails leaves
/// the link as it was.
///
/// # Errors
/// Why nothing was stored.
pub async fn finish(
    pool: &Pool,
    passkeys: &Passkeys,
    challenges: &ChallengeStore,
    token: &Token,
    credential: &RegistrationResponseJson,
    visitor: Visitor<'_>,
) -> Result<SignedIn, CeremonyFailure> {
    let link = open(pool, token).await?;
    let waiting: Option<Waiting> = challenges.take(&ceremony(link.admin_id)).await?;
    let waiting = waiting.filter(|waiting| waiting.link_id == link.id);
    let waiting = waiting.ok_or(CeremonyFailure::NotBegun)?;
    let passkey = passkeys
        .finish_registration(credential, &waiting.registration)
        .map_err(|error| CeremonyFailure::Unverified(error.to_string()))?;
    store(pool, link, &passkey, visitor).await
}

async fn store(
    pool: &Pool,
    link: LiveLink,
    passkey: &NewPasskey,
    visitor: Visitor<'_>,
) -> Result<SignedIn, CeremonyFailure> {
    let session = RandomToken::generate();
    db::transaction(pool, async |connection| {
        // The operator's row first, as whoever changes operators does.
        let there = db::admin::lock(connection, link.admin_id).await?;
        if !there || !db::enrolment::spend(connection, link.id).await? {
            return Err(CeremonyFailure::InvalidLink);
        }
        db::passkey::add(connection, link.admin_id, passkey).await?;
        let (actor, target) = (Actor::operator(link.admin_id), link.admin_id.to_string());
        let payload = json!({"email": link.email, "role": link.role});
        let action = action::ADMIN_ENROLLED;
        db::audit::insert(connection, &actor, action, target::ADMIN, &target, payload).await?;
        if let Some(previous) = visitor.session_sha256 {
            db::session::end(connection, previous).await?;
        }
        let (id, sha256) = (link.admin_id, session.sha256());
        db::session::begin(connection, id, &sha256, visitor.agent).await?;
        Ok(())
    })
    .await?;
    Ok(SignedIn { admin_id: link.admin_id, email: link.email, role: link.role, session })
}
