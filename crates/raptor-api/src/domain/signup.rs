//! What a signup link is worth when somebody opens it. Opening it changes nothing.

use ghost_contracts::{AccountState, EmailAddress, Token};

use crate::db;
use crate::error::Error;
use crate::state::State;

/// What a link is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignupLink {
    /// It can create the account of this address.
    Good(EmailAddress),
    /// It is ours, but can create nothing any more.
    Dead(DeadLink),
    /// Its account is in use.
    AlreadyRegistered,
    /// It is not ours, or cut off.
    NotOurs,
}

/// Why one of our links is dead. Where several reasons apply, the one that says most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeadLink {
    /// A passkey was created with it.
    Used,
    /// The account was reset after it was made.
    Replaced,
    /// Its half hour is over.
    Expired,
}

impl DeadLink {
    /// The word for programs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Used => "used",
            Self::Replaced => "replaced",
            Self::Expired => "expired",
        }
    }
}

/// Looks at a link.
///
/// # Errors
///
/// Where the database is away.
pub async fn look_at(state: &State, token: &Token) -> Result<SignupLink, Error> {
    let Ok(token) = state.bootstrap_keys.open(token) else { return Ok(SignupLink::NotOurs) };
    let now = state.clock.now();
    if token.is_from_the_future(now) {
        return Ok(SignupLink::NotOurs);
    }
    let mut connection = state.accounts.pool.get().await?;
    if db::bootstrap_token::is_used(&mut connection, &token).await? {
        return Ok(SignupLink::Dead(DeadLink::Used));
    }
    if db::account_reset::is_after(&mut connection, &token.email, token.issued_at).await? {
        return Ok(SignupLink::Dead(DeadLink::Replaced));
    }
    if token.is_expired(now) {
        return Ok(SignupLink::Dead(DeadLink::Expired));
    }
    match db::ghost::check(&mut connection, &token.email).await?.state {
        AccountState::Healthy => Ok(SignupLink::AlreadyRegistered),
        _ => Ok(SignupLink::Good(token.email)),
    }
}
