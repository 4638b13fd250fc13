//! `/api/auth/sessions`: a person's own sessions, on whatever device.

pub mod list;
pub mod revoke;
pub mod revoke_others;

use service_kit::error::ApiError;
use service_kit::session::RandomToken;

use crate::domain::session::{self, Session};
use crate::http::error::plain;
use crate::http::own_cookie::SessionId;
use crate::state::State;

/// The live session of whoever asks, and its id. Being asked counts as use.
///
/// # Errors
///
/// 401 `unauthenticated`, and the general ones.
async fn own(state: &State, id: SessionId) -> Result<(RandomToken, Session), ApiError> {
    let id = id.0.ok_or_else(unauthenticated)?;
    let session = session::renew(&state.accounts, &id).await?.ok_or_else(unauthenticated)?;
    Ok((id, session))
}

fn unauthenticated() -> ApiError {
    plain(ghost_contracts::ErrorCode::Unauthenticated)
}
