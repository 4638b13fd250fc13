//! Making seals.
//!
//! Any number of processes may try: an advisory lock lets one at a time. A seal takes rows of
//! transactions that are older than the oldest that still runs (`pg_snapshot_xmin`), because ids
//! have gaps and are committed late: a row with a lower id that is committed later goes into a
//! later seal.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Bytea, Date, Integer, Nullable, Timestamptz};
use diesel::{OptionalExtension, QueryableByName, sql_query};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};

use super::chain::{self, GENESIS, Seal};
use super::store::{self, StoredRow};
use super::{Hash, Log, row};
use crate::db::{self, Connection, DbError, Pool};

/// The most rows of one seal.
pub const MOST_ROWS: i64 = 1_000;

/// The advisory lock of whoever seals.
pub(super) const LOCK: i64 = 0x5261_7873; // "Raxs"

/// How long a sealer waits for a lock on a table, and a statement of it takes.
const LIMITS: &str = "SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = '10s'";

/// What a try came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sealing {
    /// A seal was made.
    Made(Box<Seal>),
    /// No row is old enough.
    Nothing,
    /// Another process is at it.
    Busy,
}

/// Makes one seal, of at most [`MOST_ROWS`] rows of one month, in a transaction of its own.
///
/// # Errors
/// Where the database refuses or is away: then no seal was made.
pub async fn seal(pool: &Pool, log: &Log) -> Result<Sealing, DbError> {
    db::transaction(pool, async |connection: &mut Connection| {
        connection.batch_execute(LIMITS).await?;
        // A statement of its own: what follows sees what the last holder has committed.
        if !try_lock(connection, LOCK).await? {
            return Ok(Sealing::Busy);
        }
        let rows = due(connection, log).await?;
        let (Some(first), Some(last)) = (rows.as_slice().first(), rows.as_slice().last()) else {
            return Ok(Sealing::Nothing);
        };
        let (first_row, last_row) = (first.id, last.id);
        let rows: Vec<(i64, Hash)> =
            rows.into_iter().map(|due| (due.id, row::digest(&log.cells(due.cells)))).collect();
        let month = take(connection, &rows).await?;
        let head = head(connection).await?;
        let before = before(connection).await?;
        let mut seal = Seal {
            number: next(head.as_ref().map_or(0, |head| head.number), 1)?,
            previous: head.as_ref().map_or(Ok(GENESIS), |head| store::hash(&head.hash))?,
            hash: GENESIS,
            month,
            row_count: i32::try_from(rows.len()).unwrap_or(i32::MAX),
            total_rows: next(head.map_or(0, |head| head.total_rows), rows.len() as i64)?,
            first_row,
            last_row,
            rows_root: chain::rows_root(rows.iter().map(|(id, digest)| (*id, digest))),
            peer_number: before.peer_number,
            peer_hash: before.peer_hash.as_deref().map(store::hash).transpose()?,
            settled_until: before.settled_until,
            sealed_at: before.sealed_at,
        };
        seal.hash = seal.computed_hash(log.service);
        keep(connection, &seal, &rows).await?;
        Ok(Sealing::Made(Box::new(seal)))
    })
    .await
}

/// No honest log comes to the end of the numbers; somebody who adds a seal may.
fn next(last: i64, more: i64) -> Result<i64, DbError> {
    let end = || "the last seal leaves no number for another: somebody has added it".into();
    last.checked_add(more)
        .ok_or_else(|| DbError::Query(diesel::result::Error::SerializationError(end())))
}

#[derive(QueryableByName)]
struct Got {
    #[diesel(sql_type = Bool)]
    got: bool,
}

/// Takes an advisory lock until the transaction ends, or says that somebody else has it.
pub(super) async fn try_lock(connection: &mut Connection, lock: i64) -> Result<bool, DbError> {
    let query = sql_query("SELECT pg_try_advisory_xact_lock($1) AS got").bind::<BigInt, _>(lock);
    Ok(query.get_result::<Got>(connection).await?.got)
}

/// Rows that can be sealed, of one month, by id. A row that is gone, or that a seal holds already,
/// is left to wait: verification names it.
///
/// A transaction from the future is one of another server: the database was restored from a dump.
/// What it wrote is committed, or we would not see it.
async fn due(connection: &mut Connection, log: &Log) -> Result<Vec<StoredRow>, DbError> {
    let is_due = "(xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint \
                   OR xid >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint)";
    let is_new = "NOT EXISTS (SELECT FROM audit_sealed_rows AS sealed \
                   WHERE sealed.row_id = audit_unsealed.row_id)";
    let query = format!(
        "SELECT audit_log.id, {} AS cells \
         FROM audit_unsealed JOIN audit_log ON audit_log.id = row_id \
         WHERE {is_due} AND {is_new} AND month = (SELECT month FROM audit_unsealed \
             WHERE {is_due} AND {is_new} AND EXISTS (SELECT FROM audit_log WHERE id = row_id) \
             ORDER BY row_id LIMIT 1) \
         ORDER BY row_id LIMIT $1",
        log.cells_sql()
    );
    Ok(sql_query(query).bind::<BigInt, _>(MOST_ROWS).load(connection).await?)
}

#[derive(QueryableByName)]
struct Month {
    #[diesel(sql_type = Date)]
    month: NaiveDate,
}

/// Takes the rows out of those that wait; their month.
async fn take(connection: &mut Connection, rows: &[(i64, Hash)]) -> Result<NaiveDate, DbError> {
    let ids: Vec<i64> = rows.iter().map(|(id, _)| *id).collect();
    let query = "DELETE FROM audit_unsealed WHERE row_id = ANY ($1) RETURNING month";
    let taken: Vec<Month> = sql_query(query).bind::<Array<BigInt>, _>(ids).load(connection).await?;
    let gone = || DbError::Query(diesel::result::Error::NotFound);
    match taken.as_slice().first() {
        Some(first) if taken.len() == rows.len() => Ok(first.month),
        _ => Err(gone()),
    }
}

#[derive(QueryableByName)]
struct Head {
    #[diesel(sql_type = BigInt)]
    number: i64,
    #[diesel(sql_type = Bytea)]
    hash: Vec<u8>,
    #[diesel(sql_type = BigInt)]
    total_rows: i64,
}

async fn head(connection: &mut Connection) -> Result<Option<Head>, DbError> {
    let query = "SELECT number, hash, total_rows FROM audit_seals ORDER BY number DESC LIMIT 1";
    Ok(sql_query(query).get_result(connection).await.optional()?)
}

#[derive(QueryableByName)]
struct Before {
    #[diesel(sql_type = Nullable<BigInt>)]
    peer_number: Option<i64>,
    #[diesel(sql_type = Nullable<Bytea>)]
    peer_hash: Option<Vec<u8>>,
    #[diesel(sql_type = Timestamptz)]
    settled_until: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    sealed_at: DateTime<Utc>,
}

/// What else goes into a seal, once its own rows no longer wait. `now()` is the transaction's
/// start: before any snapshot in it, so that whatever was committed before that time was seen.
async fn before(connection: &mut Connection) -> Result<Before, DbError> {
    let query = "
        SELECT peer.number AS peer_number, peer.hash AS peer_hash, now() AS sealed_at,
            greatest('0001-01-01 00:00:00+00', least(now(),
                (SELECT min(occurred_at) FROM audit_unsealed))) AS settled_until
        FROM (SELECT) AS one LEFT JOIN LATERAL (
            SELECT number, hash FROM audit_peer_heads ORDER BY seen_at DESC, number DESC LIMIT 1
        ) AS peer ON true";
    Ok(sql_query(query).get_result(connection).await?)
}

async fn keep(
    connection: &mut Connection,
    seal: &Seal,
    rows: &[(i64, Hash)],
) -> Result<(), DbError> {
    let (ids, digests): (Vec<i64>, Vec<Vec<u8>>) =
        rows.iter().map(|(id, digest)| (*id, digest.to_vec())).unzip();
    let add_rows = "INSERT INTO audit_sealed_rows (row_id, seal, digest) \
                    SELECT id, $1, digest FROM unnest($2, $3) AS sealed (id, digest)";
    sql_query(add_rows)
        .bind::<BigInt, _>(seal.number)
        .bind::<Array<BigInt>, _>(ids)
        .bind::<Array<Bytea>, _>(digests)
        .execute(connection)
        .await?;
    let add_seal = "INSERT INTO audit_seals (number, previous, hash, month, row_count, total_rows, \
                        first_row, last_row, rows_root, peer_number, peer_hash, settled_until, \
                        sealed_at) \
                    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    sql_query(add_seal)
        .bind::<BigInt, _>(seal.number)
        .bind::<Bytea, _>(seal.previous.as_slice())
        .bind::<Bytea, _>(seal.hash.as_slice())
        .bind::<Date, _>(seal.month)
        .bind::<Integer, _>(seal.row_count)
        .bind::<BigInt, _>(seal.total_rows)
        .bind::<BigInt, _>(seal.first_row)
        .bind::<BigInt, _>(seal.last_row)
        .bind::<Bytea, _>(seal.rows_root.as_slice())
        .bind::<Nullable<BigInt>, _>(seal.peer_number)
        .bind::<Nullable<Bytea>, _>(seal.peer_hash.as_ref().map(Hash::as_slice))
        .bind::<Timestamptz, _>(seal.settled_until)
        .bind::<Timestamptz, _>(seal.sealed_at)
        .execute(connection)
        .await?;
    Ok(())
}
