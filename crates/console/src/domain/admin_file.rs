//! What is known of an operator beyond their role: passkeys, sessions, the link that waits.

use chrono::{DateTime, Utc};
use ghost_contracts::timestamp;
use serde::Serialize;
use service_kit::db::{DbError, Pool};
use utoipa::ToSchema;
use uuid::Uuid;

use super::admin::Admin;
use super::permission::Role;
use crate::db;

/// An enrolment link that is neither used nor replaced. Its token is not known to us.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OpenLink {
    /// When it was issued.
    #[serde(with = "timestamp")]
    pub created_at: DateTime<Utc>,
    /// When it ends, or has ended.
    #[serde(with = "timestamp")]
    pub expires_at: DateTime<Utc>,
}

/// A passkey, without what only the library needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct KnownPasskey {
    /// When it was created.
    #[serde(with = "timestamp")]
    pub created_at: DateTime<Utc>,
    /// The last sign-in with it.
    #[serde(with = "timestamp::option")]
    #[schema(required)]
    pub last_used_at: Option<DateTime<Utc>>,
    /// Whether the authenticator said at its last use that it is kept elsewhere, too.
    pub backed_up: bool,
    /// How the browser said the authenticator is reached.
    pub transports: Vec<String>,
}

/// How an operator stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Has a passkey.
    Enrolled,
    /// Has a link that works.
    Invited,
    /// Has a link that is too old.
    LinkExpired,
    /// Has neither passkey nor link.
    NoLink,
    /// Was shut out.
    Revoked,
}

/// An operator and what is known of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminFile {
    /// Who.
    pub admin: Admin,
    /// When they were first invited.
    pub created_at: DateTime<Utc>,
    /// When they were shut out, where they are.
    pub revoked_at: Option<DateTime<Utc>>,
    /// How many passkeys they have.
    pub passkeys: i64,
    /// Their last request or sign-in, as far as rows still tell.
    pub last_seen_at: Option<DateTime<Utc>>,
    /// Sessions that work now.
    pub live_sessions: i64,
    /// The link that waits for them.
    pub link: Option<OpenLink>,
    /// When this was read.
    pub read_at: DateTime<Utc>,
}

impl AdminFile {
    /// How they stand.
    #[must_use]
    pub fn standing(&self) -> Standing {
        match &self.link {
            _ if self.revoked_at.is_some() => Standing::Revoked,
            _ if self.admin.enrolled => Standing::Enrolled,
            Some(link) if link.expires_at > self.read_at => Standing::Invited,
            Some(_) => Standing::LinkExpired,
            None => Standing::NoLink,
        }
    }

    /// The link, while it works.
    #[must_use]
    pub fn live_link(&self) -> Option<&OpenLink> {
        let live = |link: &&OpenLink| link.expires_at > self.read_at && self.revoked_at.is_none();
        self.link.as_ref().filter(live)
    }
}

/// An operator's file, their passkeys, and whether without them nobody could change operators.
/// One who is revoked has a file, too: the audit log names them.
///
/// # Errors
/// Where the database refuses or is away.
pub async fn open(
    pool: &Pool,
    id: Uuid,
) -> Result<Option<(AdminFile, Vec<KnownPasskey>, bool)>, DbError> {
    let mut connection = pool.get().await?;
    let Some(file) = db::admin_file::find(&mut connection, id).await? else { return Ok(None) };
    let passkeys = db::admin_file::passkeys(&mut connection, id).await?;
    let counts = file.admin.role == Role::Superadmin && file.revoked_at.is_none();
    let is_last = counts && !db::admin::another_superadmin(&mut connection, id).await?;
    Ok(Some((file, passkeys, is_last)))
}
