//! Who is signed in.

use std::time::Duration;

use ghost_contracts::EmailAddress;
use ghost_contracts::session::SessionEntry;
use ghost_contracts::signup::SessionAnswer;
use serde_json::{Value, json};
use service_kit::db::Connection;
use service_kit::session::RandomToken;
use uuid::Uuid;

use crate::db;
use crate::error::Error;
use crate::state::Accounts;

/// The cookie, without the prefix it has where people use https.
pub const COOKIE: &str = "raptor_session";

/// How long an unused session lives, and with it the cookie of a fresh sign-in.
pub const IDLE_LIFE: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// A live session.
#[derive(Debug, Clone)]
pub struct Session {
    /// Whose it is, and when it ends.
    pub answer: SessionAnswer,
    /// How long that is from now.
    pub life: Duration,
}

/// Uses the session of that id: it lives on. `None` where there is none or it is over.
///
/// # Errors
///
/// Where the database is away.
pub async fn renew(accounts: &Accounts, id: &RandomToken) -> Result<Option<Session>, Error> {
    let mut connection = accounts.pool.get().await?;
    let row = db::session::renew(&mut connection, &id.sha256()).await?;
    let Some(row) = row else { return Ok(None) };
    let email: EmailAddress = row.email.parse().map_err(Error::internal)?;
    let life = (row.expires_at - row.now).to_std().unwrap_or_default();
    let answer = SessionAnswer { user_id: row.user_id, email, expires_at: row.expires_at };
    Ok(Some(Session { answer, life }))
}

/// Ends the session of that id, if it is live: somebody signs out.
///
/// # Errors
///
/// [`Error::AuditWriteFailed`], and where the database is away: then the session lives on.
pub async fn end(accounts: &Accounts, id: &RandomToken) -> Result<(), Error> {
    accounts.transaction(async |connection| revoke(connection, id, "logout").await).await
}

/// Ends the session of that id in the caller's transaction and audits that, if it is live: nothing
/// is revoked without an audit row. `path` says on which occasion.
///
/// # Errors
///
/// [`Error::AuditWriteFailed`], and where the database is away; the caller rolls back.
pub(super) async fn revoke(
    connection: &mut Connection,
    id: &RandomToken,
    path: &'static str,
) -> Result<(), Error> {
    let Some(user_id) = db::session::revoke(connection, &id.sha256()).await? else {
        return Ok(());
    };
    signed_out(connection, user_id, json!({"path": path})).await
}

/// The live sessions of a person, the last used first; `current` is marked among them.
///
/// # Errors
///
/// Where the database is away.
pub async fn list(
    accounts: &Accounts,
    user_id: i64,
    current: &RandomToken,
) -> Result<Vec<SessionEntry>, Error> {
    let mut connection = accounts.pool.get().await?;
    Ok(db::session::list(&mut connection, user_id, &current.sha256()).await?)
}

/// Ends the session of a person that is listed under `named`, and says whether that is `current`;
/// `None` where there is none.
///
/// # Errors
///
/// As [`end`].
pub async fn end_named(
    accounts: &Accounts,
    user_id: i64,
    named: Uuid,
    current: &RandomToken,
) -> Result<Option<bool>, Error> {
    accounts
        .transaction(async |connection| {
            let sha256 = current.sha256();
            let ended = db::session::revoke_named(connection, user_id, named, &sha256).await?;
            if ended.is_some() {
                signed_out(connection, user_id, json!({"path": "revoked", "sessions": 1})).await?;
            }
            Ok(ended)
        })
        .await
}

/// Ends every session of a person but `current`. `false`, and none ends, where `current` is over by
/// then itself: of two sessions that end each other one wins.
///
/// # Errors
///
/// As [`end`].
pub async fn end_others(
    accounts: &Accounts,
    user_id: i64,
    current: &RandomToken,
) -> Result<bool, Error> {
    let sha256 = current.sha256();
    let work = async |connection: &mut Connection| {
        // One after the other: two that end the same sessions in another order would deadlock.
        let is_there = db::user::hold(connection, user_id).await?;
        if !is_there || !db::session::hold(connection, &sha256).await? {
            return Ok(false);
        }
        let ended = db::session::revoke_others(connection, user_id, &sha256).await?;
        if ended > 0 {
            let context = json!({"path": "revoked", "sessions": ended});
            signed_out(connection, user_id, context).await?;
        }
        Ok(true)
    };
    service_kit::db::retry_once(async || accounts.transaction(work).await).await
}

async fn signed_out(
    connection: &mut Connection,
    user_id: i64,
    context: Value,
) -> Result<(), Error> {
    let entry = db::audit::Entry {
        actor: &user_id.to_string(),
        action: "account.signed_out",
        target: user_id.to_string(),
        context,
    };
    Ok(db::audit::insert(connection, entry).await?)
}
