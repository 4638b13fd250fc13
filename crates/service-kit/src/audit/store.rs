//! What the database holds of a log, read as [`Record`]s.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Bytea, Nullable, Text, Timestamptz};
use diesel::{QueryableByName, sql_query};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};

use super::record::{Record, Standing, VERSION};
use super::row::Cells;
use super::{Hash, Kind, Log, OCCURRED_AT, json, removal};
use crate::db::{self, Connection, DbError, Pool};

pub(super) mod seals;

/// One moment for all statements, however long they take together, and whoever reads what they
/// give.
const ONE_MOMENT: &str = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY; \
                          SET LOCAL statement_timeout = 0; \
                          SET LOCAL idle_in_transaction_session_timeout = 0";
/// How many records are read at a time, of those that can be many.
const BATCH: i64 = 500;

impl Log {
    /// The columns of `audit_log` but its id, as an array of texts.
    pub(super) fn cells_sql(&self) -> String {
        let columns: Vec<_> =
            self.columns.iter().map(|(name, _)| format!(", audit_log.{name}::text")).collect();
        format!(
            "ARRAY[trunc(extract(epoch FROM audit_log.{OCCURRED_AT}) * 1000000)::text{}]",
            columns.concat()
        )
    }

    /// What [`Self::cells_sql`] gave, by name and in canonical form.
    pub(super) fn cells(&self, texts: Vec<Option<String>>) -> Cells {
        let names = std::iter::once((OCCURRED_AT, Kind::Text)).chain(self.columns.iter().copied());
        let cell = |((name, kind), text): ((&str, Kind), Option<String>)| {
            let text = match kind {
                Kind::Text => text,
                Kind::Json => text.as_deref().map(json::canonical),
            };
            (name.to_owned(), text)
        };
        names.zip(texts).map(cell).collect()
    }
}

/// A row of `audit_log`.
#[derive(QueryableByName)]
pub(super) struct StoredRow {
    #[diesel(sql_type = BigInt)]
    pub(super) id: i64,
    #[diesel(sql_type = Array<Nullable<Text>>)]
    pub(super) cells: Vec<Option<String>>,
}

/// A hash as the database holds it. A CHECK sees to its length, so another is a fault of the
/// database.
pub(super) fn hash(bytes: &[u8]) -> Result<Hash, DbError> {
    bytes.try_into().map_err(|_| {
        let odd = "a hash in the audit tables has another length than 32".into();
        DbError::Query(diesel::result::Error::DeserializationError(odd))
    })
}

/// Reads a whole log, as it is at one moment, in little memory.
///
/// # Errors
/// Where the database refuses or is away, or `take` says so.
pub async fn read<E: From<DbError>>(
    pool: &Pool,
    log: &Log,
    mut take: impl FnMut(Record) -> Result<(), E>,
) -> Result<(), E> {
    db::transaction(pool, async |connection: &mut Connection| {
        connection.batch_execute(ONE_MOMENT).await.map_err(DbError::from)?;
        take(head(connection, log).await?)?;
        witnesses(connection, &mut take).await?;
        let mut after = None;
        loop {
            let seals = seals::after(connection, after, None).await?;
            let Some(last) = seals.as_slice().last() else { break };
            after = Some(last.number);
            for seal in seals {
                let number = seal.number;
                take(Record::Seal(seal))?;
                for row in seals::rows(connection, log, number).await? {
                    take(row)?;
                }
            }
        }
        loose(connection, log, &mut take).await?;
        take(Record::End)
    })
    .await
}

#[derive(QueryableByName)]
struct Time {
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<BigInt>)]
    last_id: Option<i64>,
}

async fn head(connection: &mut Connection, log: &Log) -> Result<Record, DbError> {
    // A sequence is not part of the moment: it has given out at least what the moment knows of.
    let query = "SELECT now() AS at, CASE WHEN has_sequence_privilege(ids, 'SELECT, USAGE') \
                     THEN pg_sequence_last_value(ids) END AS last_id \
                 FROM (SELECT pg_get_serial_sequence('audit_log', 'id')::regclass AS ids) AS one";
    let Time { at, last_id } = sql_query(query).get_result(connection).await?;
    let service = log.service.to_owned();
    Ok(Record::Log { service, version: VERSION, read_at: at, last_id })
}

#[derive(QueryableByName)]
struct StoredCheckpoint {
    #[diesel(sql_type = Text)]
    checkpoint: String,
}

#[derive(QueryableByName)]
struct StoredHead {
    #[diesel(sql_type = BigInt)]
    number: i64,
    #[diesel(sql_type = Bytea)]
    hash: Vec<u8>,
    #[diesel(sql_type = Timestamptz)]
    seen_at: DateTime<Utc>,
}

async fn witnesses<E: From<DbError>>(
    connection: &mut Connection,
    take: &mut impl FnMut(Record) -> Result<(), E>,
) -> Result<(), E> {
    let declare = "DECLARE noted NO SCROLL CURSOR FOR \
                   SELECT checkpoint FROM audit_checkpoints ORDER BY way, seal";
    connection.batch_execute(declare).await.map_err(DbError::from)?;
    loop {
        let fetch = sql_query(format!("FETCH {BATCH} FROM noted"));
        let noted: Vec<StoredCheckpoint> = fetch.load(connection).await.map_err(DbError::from)?;
        if noted.is_empty() {
            break;
        }
        for StoredCheckpoint { checkpoint } in noted {
            take(Record::Checkpoint { checkpoint })?;
        }
    }
    let query = "SELECT number, hash, seen_at FROM audit_peer_heads ORDER BY number, seen_at";
    let heads: Vec<StoredHead> = sql_query(query).load(connection).await.map_err(DbError::from)?;
    for head in heads {
        let (number, seen_at) = (head.number, head.seen_at);
        take(Record::PeerHead { number, hash: hash(&head.hash)?, seen_at })?;
    }
    for tombstone in removal::tombstones(connection).await? {
        take(Record::Tombstone(tombstone))?;
    }
    Ok(())
}

#[derive(QueryableByName)]
struct Orphans {
    #[diesel(sql_type = BigInt)]
    seal: i64,
    #[diesel(sql_type = BigInt)]
    first_row: i64,
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

#[derive(QueryableByName)]
struct LooseRow {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Bool)]
    waits: bool,
    #[diesel(sql_type = Bool)]
    is_sealed: bool,
    #[diesel(sql_type = Bool)]
    is_there: bool,
    #[diesel(sql_type = Array<Nullable<Text>>)]
    cells: Vec<Option<String>>,
}

/// What no seal holds: rows that name a seal which is not there, and rows that name none.
async fn loose<E: From<DbError>>(
    connection: &mut Connection,
    log: &Log,
    take: &mut impl FnMut(Record) -> Result<(), E>,
) -> Result<(), E> {
    let query = "SELECT seal, min(row_id) AS first_row, count(*) AS rows FROM audit_sealed_rows \
                 WHERE NOT EXISTS (SELECT FROM audit_seals WHERE number = seal) \
                 GROUP BY seal ORDER BY seal LIMIT 1000";
    let orphans: Vec<Orphans> = sql_query(query).load(connection).await.map_err(DbError::from)?;
    for Orphans { seal, first_row, rows } in orphans {
        take(Record::Orphans { seal, first_row, rows })?;
    }
    let declare = format!("DECLARE loose NO SCROLL CURSOR FOR {}", loose_sql(log));
    connection.batch_execute(&declare).await.map_err(DbError::from)?;
    loop {
        let fetch = sql_query(format!("FETCH {BATCH} FROM loose"));
        let rows: Vec<LooseRow> = fetch.load(connection).await.map_err(DbError::from)?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in rows {
            let standing = match (row.waits, row.is_sealed) {
                (true, false) => Standing::Waiting,
                (true, true) => Standing::SealedAndWaiting,
                (false, _) => Standing::Unknown,
            };
            let cells = row.is_there.then(|| log.cells(row.cells));
            take(Record::Loose { id: row.id, standing, cells })?;
        }
    }
}

/// Rows that wait for a seal, and rows that neither wait nor have one.
fn loose_sql(log: &Log) -> String {
    format!(
        "SELECT coalesce(audit_log.id, audit_unsealed.row_id) AS id, \
             audit_unsealed.row_id IS NOT NULL AS waits, \
             audit_sealed_rows.row_id IS NOT NULL AS is_sealed, \
             audit_log.id IS NOT NULL AS is_there, {} AS cells \
         FROM audit_log FULL JOIN audit_unsealed ON audit_unsealed.row_id = audit_log.id \
         LEFT JOIN audit_sealed_rows \
             ON audit_sealed_rows.row_id = coalesce(audit_log.id, audit_unsealed.row_id) \
         WHERE audit_unsealed.row_id IS NOT NULL OR audit_sealed_rows.row_id IS NULL \
         ORDER BY 1",
        log.cells_sql()
    )
}
