//! Who is signed in.

use std::time::Duration;

use ghost_contracts::EmailAddress;
use ghost_contracts::signup::SessionAnswer;
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

/// Ends the session of that id, if it is live.
///
/// # Errors
///
/// Where the database is away.
pub async fn end(accounts: &Accounts, id: &RandomToken) -> Result<(), Error> {
    let mut connection = accounts.pool.get().await?;
    Ok(db::session::revoke(&mut connection, &id.sha256()).await?)
}
