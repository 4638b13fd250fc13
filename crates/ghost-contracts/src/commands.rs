//! What the commands of `raptor-api` print and exit with (section 9), where another program
//! reads it: the smoke test of section 11. `mint-bootstrap-token` prints a
//! [`Token`](crate::Token), `ghost-check` a [`GhostCheck`](crate::raptor::GhostCheck).

use serde::{Deserialize, Serialize};

use crate::EmailAddress;

/// `show-account`: there is no such account. An exit status.
pub const NO_SUCH_ACCOUNT: u8 = 3;

/// `delete-account --made-since`: there is an account, but an older one; it stays. An exit
/// status.
pub const OLDER_ACCOUNT: u8 = 4;

/// What `show-account` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountSummary {
    /// `users.id`.
    pub user_id: i64,
    /// Its address.
    pub email: EmailAddress,
    /// How many passkeys it has.
    pub credential_count: i64,
    /// How many recovery codes it has.
    pub recovery_code_count: i64,
}

/// What `delete-account` prints.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletedAccount {
    /// Rows of `webauthn_credentials`.
    pub deleted_credentials: i64,
    /// Rows of `users`: 0 or 1.
    pub deleted_users: i64,
}
