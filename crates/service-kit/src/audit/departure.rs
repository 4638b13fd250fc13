//! How checkpoints leave the database: as a line of the log, and where it is set, to
//! `AUDIT_CHECKPOINT_URL`. Always the newest seal, at most once a minute: the line for the whole
//! service, the POST for each of its processes.

use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Bytea, Text, Timestamptz};
use diesel::{OptionalExtension, QueryableByName, sql_query};
use diesel_async::RunQueryDsl;

use super::checkpoint::{Checkpoint, Head, MESSAGE};
use super::key::{CheckpointUrl, SigningKey};
use super::{Log, sealing, store};
use crate::db::{self, Connection, DbError, Pool};

/// The advisory lock of whoever writes the log line, so that one process does.
const LOCK: i64 = 0x5261_7863; // "Raxc"

/// How long connecting to the address may take, and the whole call.
const CONNECT_LIMIT: Duration = Duration::from_secs(2);
const CALL_LIMIT: Duration = Duration::from_secs(5);
/// The wait after a POST that was not taken: doubled each time, from the first to the longest.
const FIRST_WAIT: Duration = Duration::from_secs(5);
const LONGEST_WAIT: Duration = Duration::from_secs(5 * 60);

/// What signs and sends.
pub struct Departure {
    key: SigningKey,
    post: Option<Post>,
}

struct Post {
    url: CheckpointUrl,
    http: reqwest::Client,
    wait: Duration,
    not_before: Option<tokio::time::Instant>,
}

/// Why a checkpoint did not leave.
#[derive(Debug, thiserror::Error)]
pub enum DepartureError {
    /// The database refused or is away.
    #[error(transparent)]
    Database(#[from] DbError),
    /// The address did not take it. The address itself is not shown.
    #[error("AUDIT_CHECKPOINT_URL did not take it: {0}")]
    Post(String),
}

impl Departure {
    /// Checkpoints signed with `key`.
    ///
    /// # Errors
    /// Where TLS cannot be set up.
    pub fn new(key: SigningKey, url: Option<CheckpointUrl>) -> Result<Self, reqwest::Error> {
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_LIMIT)
            .timeout(CALL_LIMIT)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        let post = url.map(|url| Post { url, http, wait: FIRST_WAIT, not_before: None });
        Ok(Self { key, post })
    }

    /// Lets the newest seal leave as a line of the log, if it is newer than the last that did and
    /// a minute has passed. The line comes first and the note after it: a crash between the two
    /// makes a second line, which does no harm.
    ///
    /// # Errors
    /// Where the database refuses or is away.
    pub async fn to_log(&self, pool: &Pool, log: &Log) -> Result<(), DepartureError> {
        db::transaction(pool, async |connection: &mut Connection| {
            if !sealing::try_lock(connection, LOCK).await? {
                return Ok(());
            }
            let Some(due) = due(connection, "log").await? else { return Ok(()) };
            let text = self.sign(log, &due)?;
            tracing::info!(checkpoint = %text, "{MESSAGE}");
            note(connection, due.number, "log", &text).await
        })
        .await
        .map_err(DepartureError::Database)
    }

    /// Posts the newest seal, if it is newer than the last that was taken and a minute has passed.
    /// After a failure the next tries come later and later.
    ///
    /// # Errors
    /// Where the database or the address is away, or refuses.
    pub async fn to_url(&mut self, pool: &Pool, log: &Log) -> Result<(), DepartureError> {
        let Some(post) = &self.post else { return Ok(()) };
        if post.not_before.is_some_and(|time| tokio::time::Instant::now() < time) {
            return Ok(());
        }
        // Given back before the call: no connection waits for the network.
        let due = due(&mut *pool.get().await?, "post").await?;
        let Some(due) = due else { return Ok(()) };
        let text = self.sign(log, &due)?;
        let Some(post) = &mut self.post else { return Ok(()) };
        if let Err(error) = post.send(&text).await {
            post.not_before = Some(tokio::time::Instant::now() + post.wait);
            post.wait = (post.wait * 2).min(LONGEST_WAIT);
            return Err(error);
        }
        (post.not_before, post.wait) = (None, FIRST_WAIT);
        Ok(note(&mut *pool.get().await?, due.number, "post", &text).await?)
    }

    fn sign(&self, log: &Log, due: &Due) -> Result<String, DbError> {
        let head = Head {
            seal: due.number,
            hash: store::hash(&due.hash)?,
            sealed_at: due.sealed_at,
            rows: due.total_rows,
        };
        let checkpoint = Checkpoint::sign(log.service, head, &self.key);
        serde_json::to_string(&checkpoint).map_err(|error| DbError::Unavailable(error.to_string()))
    }
}

impl Post {
    async fn send(&self, text: &str) -> Result<(), DepartureError> {
        let sent = self
            .http
            .post(self.url.as_url().clone())
            .header(reqwest::header::CONTENT_TYPE, "application/json")
            .body(text.to_owned())
            .send()
            .await;
        let refused = |reason: &dyn std::fmt::Display| DepartureError::Post(reason.to_string());
        let answer = sent.map_err(|error| refused(&error.without_url()))?;
        match answer.status().is_success() {
            true => Ok(()),
            false => Err(refused(&format!("status {}", answer.status().as_u16()))),
        }
    }
}

/// The newest seal, as far as a checkpoint tells of it.
#[derive(QueryableByName)]
struct Due {
    #[diesel(sql_type = BigInt)]
    number: i64,
    #[diesel(sql_type = Bytea)]
    hash: Vec<u8>,
    #[diesel(sql_type = Timestamptz)]
    sealed_at: DateTime<Utc>,
    #[diesel(sql_type = BigInt)]
    total_rows: i64,
}

/// The newest seal, where it has not left by this way yet and the last that did left a minute ago.
async fn due(connection: &mut Connection, way: &str) -> Result<Option<Due>, DbError> {
    let query = "
        SELECT number, hash, sealed_at, total_rows
        FROM (SELECT * FROM audit_seals ORDER BY number DESC LIMIT 1) AS newest
        LEFT JOIN LATERAL (SELECT seal, left_at FROM audit_checkpoints WHERE way = $1
            ORDER BY seal DESC LIMIT 1) AS last ON true
        WHERE last.seal IS NULL
            OR (last.seal <> number AND last.left_at <= clock_timestamp() - interval '1 minute')";
    Ok(sql_query(query).bind::<Text, _>(way).get_result(connection).await.optional()?)
}

async fn note(
    connection: &mut Connection,
    seal: i64,
    way: &str,
    checkpoint: &str,
) -> Result<(), DbError> {
    let query = "INSERT INTO audit_checkpoints (seal, way, checkpoint) VALUES ($1, $2, $3) \
                 ON CONFLICT DO NOTHING";
    sql_query(query)
        .bind::<BigInt, _>(seal)
        .bind::<Text, _>(way)
        .bind::<Text, _>(checkpoint)
        .execute(connection)
        .await?;
    Ok(())
}
