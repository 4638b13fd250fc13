//! Where a ceremony's state waits between begin and finish: in Postgres, or in Redis.
//!
//! Both keep one state a ceremony, replace it on a new begin, forget it at its end of life, and
//! hand it out once: whoever takes it consumes it.

use std::time::Duration;

use diesel::sql_types::{BigInt, Jsonb, Text};
use diesel::{OptionalExtension, QueryableByName, sql_query};
use diesel_async::RunQueryDsl;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::db::{Connection, DbError, Pool};
use crate::redis::Redis;

/// How long a challenge lives (section 2 of the contracts).
pub const CHALLENGE_LIFE: Duration = Duration::from_secs(300);

/// The two places. Which one a service uses is decided once, at start.
#[derive(Clone)]
pub enum ChallengeStore {
    /// The table `webauthn_challenges` of the service's own database.
    Postgres(Pool),
    /// Keys under `webauthn:`.
    Redis(Redis),
}

/// Why a challenge could not be stored or taken.
#[derive(Debug, thiserror::Error)]
pub enum ChallengeError {
    /// Postgres refused or is away.
    #[error(transparent)]
    Database(#[from] DbError),
    /// Redis refused or is away.
    #[error("the challenge store is unavailable: {0}")]
    Redis(#[from] redis::RedisError),
    /// A state that cannot be written.
    #[error("a challenge cannot be written: {0}")]
    Unwritable(#[from] serde_json::Error),
}

#[derive(QueryableByName)]
struct Taken {
    #[diesel(sql_type = Jsonb)]
    state: serde_json::Value,
    #[diesel(sql_type = diesel::sql_types::Bool)]
    live: bool,
}

impl ChallengeStore {
    /// Stores the state of `ceremony` for [`CHALLENGE_LIFE`], in place of an earlier one.
    ///
    /// # Errors
    /// Where the store is away.
    pub async fn put(&self, ceremony: &str, state: &impl Serialize) -> Result<(), ChallengeError> {
        let state = serde_json::to_value(state)?;
        match self {
            Self::Postgres(pool) => {
                let mut connection = pool.get().await?;
                sql_query(
                    "INSERT INTO webauthn_challenges (ceremony, state, expires_at) \
                     VALUES ($1, $2, now() + $3 * interval '1 second') \
                     ON CONFLICT (ceremony) DO UPDATE \
                     SET state = excluded.state, expires_at = excluded.expires_at",
                )
                .bind::<Text, _>(ceremony)
                .bind::<Jsonb, _>(state)
                .bind::<BigInt, _>(CHALLENGE_LIFE.as_secs().cast_signed())
                .execute(&mut connection)
                .await
                .map_err(DbError::from)?;
                Ok(())
            }
            Self::Redis(redis) => {
                let mut command = redis::cmd("SET");
                command.arg(key(ceremony)).arg(state.to_string());
                command.arg("EX").arg(CHALLENGE_LIFE.as_secs());
                Ok(redis.query::<()>(&command).await?)
            }
        }
    }

    /// Takes the state of `ceremony` away, in one statement, so that nobody else can have it;
    /// `None` where there is none, its life is over, or another version wrote it: after a
    /// deployment people begin anew, and that is no fault.
    ///
    /// # Errors
    /// Where the store is away.
    pub async fn take<T: DeserializeOwned>(
        &self,
        ceremony: &str,
    ) -> Result<Option<T>, ChallengeError> {
        match self {
            Self::Postgres(pool) => {
                let mut connection = pool.get().await?;
                let taken: Option<Taken> = sql_query(
                    "DELETE FROM webauthn_challenges WHERE ceremony = $1 \
                     RETURNING state, expires_at > now() AS live",
                )
                .bind::<Text, _>(ceremony)
                .get_result(&mut connection)
                .await
                .optional()
                .map_err(DbError::from)?;
                let state = taken.filter(|taken| taken.live).map(|taken| taken.state);
                Ok(state.map(serde_json::from_value).and_then(readable))
            }
            Self::Redis(redis) => {
                let mut command = redis::cmd("GETDEL");
                command.arg(key(ceremony));
                let state: Option<String> = redis.query(&command).await?;
                Ok(state.as_deref().map(serde_json::from_str).and_then(readable))
            }
        }
    }

    /// Asks whether the store is there and can be written.
    ///
    /// # Errors
    /// Where it is not.
    pub async fn check(&self) -> Result<(), ChallengeError> {
        match self {
            Self::Postgres(pool) => pool.get().await.map(|_| ()).map_err(Into::into),
            Self::Redis(redis) => Ok(redis.check().await?),
        }
    }
}

fn readable<T>(state: serde_json::Result<T>) -> Option<T> {
    match state {
        Ok(state) => Some(state),
        Err(cause) => {
            tracing::warn!(%cause, "a stored challenge cannot be read and counts as none");
            None
        }
    }
}

fn key(ceremony: &str) -> String {
    format!("webauthn:{ceremony}")
}

/// Forgets `ceremony` in the caller's transaction, where challenges live in Postgres. One that
/// lives in Redis ends by itself.
///
/// # Errors
/// Where the database refuses or is away.
pub async fn forget(connection: &mut Connection, ceremony: &str) -> Result<(), DbError> {
    let forgotten = sql_query("DELETE FROM webauthn_challenges WHERE ceremony = $1");
    forgotten.bind::<Text, _>(ceremony).execute(connection).await?;
    Ok(())
}

/// Removes the challenges whose life is over and says how many (Redis does so by itself).
///
/// # Errors
/// Where the database is away.
pub async fn sweep(pool: &Pool) -> Result<usize, DbError> {
    let mut connection = pool.get().await?;
    let swept = sql_query("DELETE FROM webauthn_challenges WHERE expires_at < now()");
    Ok(swept.execute(&mut connection).await?)
}
