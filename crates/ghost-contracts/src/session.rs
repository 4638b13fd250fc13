//! Sessions as both services list them for whom they belong to.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::raptor::{Browser, Platform};
use crate::timestamp;

/// A live session. Neither the id in the cookie nor its hash is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionEntry {
    /// What the session is called here: opens nothing.
    pub session_id: Uuid,
    /// The family of the browser that signed in.
    pub browser: Browser,
    /// What that browser runs on.
    pub platform: Platform,
    /// The sign-in.
    #[serde(with = "timestamp")]
    pub created_at: DateTime<Utc>,
    /// The last use.
    #[serde(with = "timestamp")]
    pub last_seen_at: DateTime<Utc>,
    /// The nearer of the idle and the absolute end.
    #[serde(with = "timestamp")]
    pub expires_at: DateTime<Utc>,
    /// Whether it is the session of whoever asks.
    pub current: bool,
}

/// The live sessions of whoever asks, the last used first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionsAnswer {
    /// At most 100.
    pub sessions: Vec<SessionEntry>,
}
