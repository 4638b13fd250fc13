//! Seals, and the rows that they hold.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Bytea, Date, Integer, Nullable, Text, Timestamptz};
use diesel::{QueryableByName, sql_query};
use diesel_async::RunQueryDsl;

use super::hash;
use crate::audit::chain::Seal;
use crate::audit::record::Record;
use crate::audit::{Log, sealing};
use crate::db::{Connection, DbError};

/// How many seals are read at a time.
const BATCH: i64 = 500;
/// The most rows that are read of one seal. No honest seal has more.
const MOST_ROWS: i64 = 4 * sealing::MOST_ROWS;

#[derive(QueryableByName)]
struct StoredSeal {
    #[diesel(sql_type = BigInt)]
    number: i64,
    #[diesel(sql_type = Bytea)]
    previous: Vec<u8>,
    #[diesel(sql_type = Bytea)]
    hash: Vec<u8>,
    #[diesel(sql_type = Date)]
    month: NaiveDate,
    #[diesel(sql_type = Integer)]
    row_count: i32,
    #[diesel(sql_type = BigInt)]
    total_rows: i64,
    #[diesel(sql_type = BigInt)]
    first_row: i64,
    #[diesel(sql_type = BigInt)]
    last_row: i64,
    #[diesel(sql_type = Bytea)]
    rows_root: Vec<u8>,
    #[diesel(sql_type = Nullable<BigInt>)]
    peer_number: Option<i64>,
    #[diesel(sql_type = Nullable<Bytea>)]
    peer_hash: Option<Vec<u8>>,
    #[diesel(sql_type = Timestamptz)]
    settled_until: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    sealed_at: DateTime<Utc>,
}

/// The seals after the one with this number. A time that no honest seal has is read as another, so
/// that the seal is found to be changed.
pub(super) async fn after(
    connection: &mut Connection,
    after: Option<i64>,
) -> Result<Vec<Seal>, DbError> {
    let usual = |column: &str| {
        format!(
            "CASE WHEN {column} BETWEEN '0001-01-01' AND '9999-12-31' THEN {column} \
             ELSE 'epoch' END AS {column}"
        )
    };
    let query = format!(
        "SELECT number, previous, hash, row_count, total_rows, first_row, last_row, rows_root, \
             peer_number, peer_hash, {}, {}, {} \
         FROM audit_seals WHERE $1 IS NULL OR number > $1 ORDER BY number LIMIT $2",
        usual("month"),
        usual("settled_until"),
        usual("sealed_at")
    );
    let stored: Vec<StoredSeal> = sql_query(query)
        .bind::<Nullable<BigInt>, _>(after)
        .bind::<BigInt, _>(BATCH)
        .load(connection)
        .await?;
    stored.into_iter().map(seal).collect()
}

fn seal(stored: StoredSeal) -> Result<Seal, DbError> {
    Ok(Seal {
        number: stored.number,
        previous: hash(&stored.previous)?,
        hash: hash(&stored.hash)?,
        month: stored.month,
        row_count: stored.row_count,
        total_rows: stored.total_rows,
        first_row: stored.first_row,
        last_row: stored.last_row,
        rows_root: hash(&stored.rows_root)?,
        peer_number: stored.peer_number,
        peer_hash: stored.peer_hash.as_deref().map(hash).transpose()?,
        settled_until: stored.settled_until,
        sealed_at: stored.sealed_at,
    })
}

#[derive(QueryableByName)]
struct SealedRow {
    #[diesel(sql_type = BigInt)]
    row_id: i64,
    #[diesel(sql_type = Bytea)]
    digest: Vec<u8>,
    #[diesel(sql_type = Bool)]
    is_there: bool,
    #[diesel(sql_type = Array<Nullable<Text>>)]
    cells: Vec<Option<String>>,
}

/// The rows of a seal, by id.
pub(super) async fn rows(
    connection: &mut Connection,
    log: &Log,
    number: i64,
) -> Result<Vec<Record>, DbError> {
    let query = format!(
        "SELECT row_id, digest, audit_log.id IS NOT NULL AS is_there, {} AS cells \
         FROM audit_sealed_rows LEFT JOIN audit_log ON audit_log.id = row_id \
         WHERE seal = $1 ORDER BY row_id LIMIT $2",
        log.cells_sql()
    );
    let rows: Vec<SealedRow> = sql_query(query)
        .bind::<BigInt, _>(number)
        .bind::<BigInt, _>(MOST_ROWS)
        .load(connection)
        .await?;
    let record = |row: SealedRow| {
        let cells = row.is_there.then(|| log.cells(row.cells));
        Ok(Record::Row { id: row.row_id, seal: number, digest: hash(&row.digest)?, cells })
    };
    rows.into_iter().map(record).collect()
}
