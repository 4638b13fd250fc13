//! Who is signed in.

use std::time::Duration;

use ghost_contracts::EmailAddress;
use ghost_contracts::signup::SessionAnswer;
use serde_json::json;
use service_kit::db::Connection;
use service_kit::session::RandomToken;

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
    let entry = db::audit::Entry {
        actor: &user_id.to_string(),
        action: "account.signed_out",
        target: user_id.to_string(),
        context: json!({"path": path}),
    };
    Ok(db::audit::insert(connection, entry).await?)
}
