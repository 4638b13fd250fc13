//! Operators as the Console keeps them: invited, enrolled, changed, revoked (section 7 of the
//! contracts). Every change is audited in its own transaction.

use ghost_contracts::EmailAddress;
use serde_json::json;
use service_kit::db::{Connection, DbError, Pool};
use service_kit::session::RandomToken;
use uuid::Uuid;

use super::actor::Actor;
use super::permission::Role;
use crate::db;
use crate::db::audit::AuditWriteFailed;
use crate::domain::audit::{action, target};

/// An operator who is not revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admin {
    /// `admins.id`.
    pub id: Uuid,
    /// Their address.
    pub email: String,
    /// What they are.
    pub role: Role,
    /// Whether they have a passkey.
    pub enrolled: bool,
}

/// An operator and the token of the link with which they create their first passkey. It is shown
/// once and stored nowhere.
pub struct Invited {
    /// Whose link it is.
    pub admin: Admin,
    /// The token of the link.
    pub token: RandomToken,
}

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// There is none, or they are revoked.
    #[error("There is no such operator.")]
    NotFound,
    /// They have enrolled already.
    #[error("This person is already an operator.")]
    Exists,
    /// Nobody would be left who could change operators.
    #[error("This is the last superadmin; nothing was changed. Make somebody else one first.")]
    LastSuperadmin,
    /// The change could not be audited.
    #[error(transparent)]
    Audit(#[from] AuditWriteFailed),
    /// The database refuses or is away.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// Invites an operator. One who has not enrolled gets a new link in place of the old, and the
/// role that is asked for now; one who was revoked starts afresh.
///
/// # Errors
/// [`AdminError::Exists`] for one who has enrolled; that it cannot be audited or stored.
pub async fn invite(
    pool: &Pool,
    actor: &Actor,
    email: &EmailAddress,
    role: Role,
) -> Result<Invited, AdminError> {
    db::transaction(pool, async |connection| {
        // The superadmins first, as everywhere: the invitation may lower one.
        db::admin::lock_superadmins(connection).await?;
        let (id, again) = match db::admin::add(connection, email.as_str(), role).await? {
            Some(id) => (id, false),
            None => (ask_again(connection, email, role).await?, true),
        };
        let payload = json!({"email": email, "role": role.as_str(), "again": again});
        audit(connection, actor, action::ADMIN_INVITED, id, payload).await?;
        link(connection, id).await
    })
    .await
}

/// Prepares the row of somebody who was invited before.
async fn ask_again(
    connection: &mut Connection,
    email: &EmailAddress,
    role: Role,
) -> Result<Uuid, AdminError> {
    let known = db::admin::lock_by_email(connection, email.as_str()).await?;
    let known = known.ok_or(AdminError::NotFound)?;
    if !known.revoked && db::admin::is_enrolled(connection, known.id).await? {
        return Err(AdminError::Exists);
    }
    if !known.revoked && known.role == Role::Superadmin.as_str() && role != Role::Superadmin {
        somebody_is_left(connection, known.id).await?;
    }
    db::admin::forget_passkeys(connection, known.id).await?;
    db::admin::reinstate(connection, known.id, role).await?;
    Ok(known.id)
}

/// Gives an operator a role, the one they have too, and ends their sessions.
///
/// # Errors
/// Why nothing was changed.
pub async fn change_role(
    pool: &Pool,
    actor: &Actor,
    id: Uuid,
    role: Role,
) -> Result<Admin, AdminError> {
    db::transaction(pool, async |connection| {
        let admin = lock(connection, id).await?;
        if admin.role == Role::Superadmin && role != Role::Superadmin {
            somebody_is_left(connection, id).await?;
        }
        let payload =
            json!({"email": admin.email, "from": admin.role.as_str(), "to": role.as_str()});
        audit(connection, actor, action::ROLE_CHANGED, id, payload).await?;
        db::admin::set_role(connection, id, role).await?;
        db::session::end_all(connection, id).await?;
        Ok(Admin { role, ..admin })
    })
    .await
}

/// Shuts an operator out: sessions and an open link end, passkeys no longer sign in. The rows
/// stay, because the audit log names them.
///
/// # Errors
/// Why nothing was changed.
pub async fn revoke(pool: &Pool, actor: &Actor, id: Uuid) -> Result<Admin, AdminError> {
    db::transaction(pool, async |connection| {
        let admin = lock(connection, id).await?;
        if admin.role == Role::Superadmin {
            somebody_is_left(connection, id).await?;
        }
        let payload = json!({"email": admin.email, "role": admin.role.as_str()});
        audit(connection, actor, action::ADMIN_REVOKED, id, payload).await?;
        db::admin::revoke(connection, id).await?;
        db::session::end_all(connection, id).await?;
        db::enrolment::void(connection, id).await?;
        Ok(admin)
    })
    .await
}

/// Ends every session of an operator; passkeys and role stay as they are.
///
/// # Errors
/// Why nothing was changed.
pub async fn sign_out(pool: &Pool, actor: &Actor, id: Uuid) -> Result<Admin, AdminError> {
    db::transaction(pool, async |connection| {
        let admin = lock(connection, id).await?;
        let payload = json!({"email": admin.email});
        audit(connection, actor, action::SIGNED_OUT_EVERYWHERE, id, payload).await?;
        db::session::end_all(connection, id).await?;
        Ok(admin)
    })
    .await
}

/// Removes an operator's passkeys, ends their sessions and issues a new link.
///
/// # Errors
/// Why nothing was changed.
pub async fn reset_passkeys(pool: &Pool, actor: &Actor, id: Uuid) -> Result<Invited, AdminError> {
    db::transaction(pool, async |connection| {
        let admin = lock(connection, id).await?;
        if admin.role == Role::Superadmin {
            somebody_is_left(connection, id).await?;
        }
        let payload = json!({"email": admin.email, "role": admin.role.as_str()});
        audit(connection, actor, action::PASSKEYS_RESET, id, payload).await?;
        db::admin::forget_passkeys(connection, id).await?;
        db::session::end_all(connection, id).await?;
        link(connection, id).await
    })
    .await
}

/// Locks all superadmins and then the operator, so that of two changes that would each leave the
/// other's superadmin the second sees what the first has done.
async fn lock(connection: &mut Connection, id: Uuid) -> Result<Admin, AdminError> {
    db::admin::lock_superadmins(connection).await?;
    if !db::admin::lock(connection, id).await? {
        return Err(AdminError::NotFound);
    }
    db::admin::find(connection, id).await?.ok_or(AdminError::NotFound)
}

/// Demands a superadmin besides `id` who can act: enrolled, or signed in.
async fn somebody_is_left(connection: &mut Connection, id: Uuid) -> Result<(), AdminError> {
    match db::admin::another_superadmin(connection, id).await? {
        true => Ok(()),
        false => Err(AdminError::LastSuperadmin),
    }
}

/// Issues a link in place of an open one.
async fn link(connection: &mut Connection, id: Uuid) -> Result<Invited, AdminError> {
    let token = RandomToken::generate();
    db::enrolment::void(connection, id).await?;
    db::enrolment::issue(connection, id, &token.sha256()).await?;
    let admin = db::admin::find(connection, id).await?.ok_or(AdminError::NotFound)?;
    Ok(Invited { admin, token })
}

async fn audit(
    connection: &mut Connection,
    actor: &Actor,
    action: &str,
    id: Uuid,
    payload: serde_json::Value,
) -> Result<(), AuditWriteFailed> {
    db::audit::insert(connection, actor, action, target::ADMIN, &id.to_string(), payload).await
}
