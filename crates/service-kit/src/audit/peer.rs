//! Heads that the two services tell each other at each ghost reset, so that neither log can be
//! rewritten alone.
//!
//! Nothing here may make a reset fail or wait: what cannot be read, sent or kept within half a
//! second is left for the next reset, and logged.

use std::time::Duration;

use diesel::sql_types::{BigInt, Bytea};
use diesel::{OptionalExtension, QueryableByName, sql_query};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use ghost_contracts::audit_head::AuditHead;

use super::store;
use crate::db::{self, Connection, DbError, Pool};

/// How long an exchange may take, the wait for a connection included.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long it waits for a lock, and a statement of it takes.
const LIMITS: &str = "SET LOCAL lock_timeout = '300ms'; SET LOCAL statement_timeout = '400ms'";

/// Tells and hears heads, for one service.
#[derive(Clone)]
pub struct Heads(Pool);

impl Heads {
    /// Over the service's own database.
    #[must_use]
    pub fn new(pool: Pool) -> Self {
        Self(pool)
    }

    /// The newest seal of this service's log, for the other service.
    pub async fn own(&self) -> Option<AuditHead> {
        let read = async |connection: &mut Connection| newest(connection).await;
        match self.briefly(read).await {
            Ok(head) => head,
            Err(error) => {
                tracing::warn!(%error, "the head of the audit log could not be told");
                None
            }
        }
    }

    /// Keeps what the other service said its newest seal is: the value of its header. One that is
    /// absent or malformed is passed over.
    pub async fn hear(&self, header: Option<&[u8]>) {
        let Some(head) = parsed(header) else { return };
        let write = async |connection: &mut Connection| keep(connection, &head).await;
        if let Err(error) = self.briefly(write).await {
            tracing::warn!(%error, "the head of the other audit log could not be kept");
        }
    }

    /// Both, over one connection and in the time of one: the newest seal of this service's log, once
    /// what the other service said of its own is kept. What was read counts though nothing be kept.
    pub async fn exchange(&self, header: Option<&[u8]>) -> Option<AuditHead> {
        let (mut own, heard) = (None, parsed(header));
        let both = async |connection: &mut Connection| {
            own = newest(connection).await?;
            match &heard {
                Some(head) => keep(connection, head).await,
                None => Ok(()),
            }
        };
        if let Err(error) = self.briefly(both).await {
            tracing::warn!(%error, "the heads of the audit logs could not be exchanged");
        }
        own
    }

    /// A dropped transaction closes its connection, so a time-out leaves nothing behind.
    async fn briefly<T>(
        &self,
        work: impl AsyncFnOnce(&mut Connection) -> Result<T, DbError>,
    ) -> Result<T, DbError> {
        let work = db::transaction(&self.0, async |connection: &mut Connection| {
            connection.batch_execute(LIMITS).await?;
            work(connection).await
        });
        let late = |_| DbError::Unavailable("not within half a second".to_owned());
        tokio::time::timeout(PATIENCE, work).await.map_err(late)?
    }
}

/// What the other service's header says, where it says something.
fn parsed(header: Option<&[u8]>) -> Option<AuditHead> {
    let Some(header) = header else {
        tracing::debug!("the other service named no head of its audit log");
        return None;
    };
    let head = std::str::from_utf8(header).ok().and_then(|text| text.parse().ok());
    if head.is_none() {
        tracing::warn!("the other service named a malformed head of its audit log");
    }
    head
}

#[derive(QueryableByName)]
struct Newest {
    #[diesel(sql_type = BigInt)]
    number: i64,
    #[diesel(sql_type = Bytea)]
    hash: Vec<u8>,
}

async fn newest(connection: &mut Connection) -> Result<Option<AuditHead>, DbError> {
    let query = "SELECT number, hash FROM audit_seals ORDER BY number DESC LIMIT 1";
    let newest: Option<Newest> = sql_query(query).get_result(connection).await.optional()?;
    newest.map(|it| Ok(AuditHead { number: it.number, hash: store::hash(&it.hash)? })).transpose()
}

async fn keep(connection: &mut Connection, head: &AuditHead) -> Result<(), DbError> {
    let query =
        "INSERT INTO audit_peer_heads (number, hash) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    sql_query(query)
        .bind::<BigInt, _>(head.number)
        .bind::<Bytea, _>(head.hash.as_slice())
        .execute(connection)
        .await?;
    Ok(())
}
