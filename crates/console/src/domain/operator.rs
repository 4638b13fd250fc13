//! Operators: who is signed in.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::actor::Actor;
use super::permission::{Permission, Role};

/// An operator with a live session. The role is the row's, read at this request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    /// `admins.id`.
    pub id: Uuid,
    /// Their address.
    pub email: String,
    /// What they are.
    pub role: Role,
    /// `admin_sessions.id`: names the session, opens nothing.
    pub session_id: i64,
    /// When the session ends: the nearer of its idle and its absolute end.
    pub expires_at: DateTime<Utc>,
}

impl Operator {
    /// As the audit log names them.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::operator(self.id)
    }

    /// Whether their role holds that permission.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.role.may(permission)
    }
}
