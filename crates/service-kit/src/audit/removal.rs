//! Removing a month of the log whose time is over. The database's function `remove_audit_month`
//! does it, once it is shown a signed tombstone that says what it finds; nothing is signed here
//! before each row of the month was found to say what was sealed.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::result::Error as DieselError;
use diesel::sql_types::{BigInt, Bool, Bytea, Date, Nullable, Text, Timestamptz};
use diesel::{QueryableByName, sql_query};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};

use super::chain::{Seal, rows_root};
use super::key::SigningKey;
use super::record::Record;
use super::tombstone::{Seals, Sum, Tombstone};
use super::{Hash, Log, row, sealing, store};
use crate::db::{self, Connection, DbError, Pool};

/// A run that waits for another one, and a month with many rows, take their time.
const PATIENT: &str = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '60s'";
/// Writers wait behind whoever waits to detach a partition, so that wait is short.
const HASTY: &str = "SET LOCAL lock_timeout = '2s'";

/// Why a month was not removed.
#[derive(Debug, thiserror::Error)]
pub enum RemovalError {
    /// The month is not such as may be removed, or the database refused; a sentence without its
    /// beginning and its full stop.
    #[error("{0}")]
    Refused(String),
    /// The database is away.
    #[error(transparent)]
    Database(DbError),
}

impl From<DbError> for RemovalError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Query(DieselError::DatabaseError(_, information)) => {
                Self::Refused(information.message().to_owned())
            }
            DbError::Unavailable(reason) if reason.contains("lock timeout") => {
                Self::Refused("the log is in use by somebody else: try again later".to_owned())
            }
            other => Self::Database(other),
        }
    }
}

#[derive(QueryableByName)]
struct Month {
    #[diesel(sql_type = Date)]
    month: NaiveDate,
}

/// The months before `until` of which there are rows, the oldest first. A month of which rows are
/// left that no seal holds is among them.
///
/// # Errors
/// Where the database refuses or is away.
pub async fn due(pool: &Pool, until: NaiveDate) -> Result<Vec<NaiveDate>, DbError> {
    let query = "
        SELECT DISTINCT month FROM audit_seals WHERE month < $1 AND NOT EXISTS (
            SELECT FROM audit_tombstones AS tombstone WHERE tombstone.month = audit_seals.month
                AND number BETWEEN tombstone.first_seal AND tombstone.last_seal)
        UNION SELECT month FROM audit_unsealed WHERE month < $1 ORDER BY month";
    let mut connection = pool.get().await?;
    let months: Vec<Month> = sql_query(query).bind::<Date, _>(until).load(&mut connection).await?;
    Ok(months.into_iter().map(|row| row.month).collect())
}

/// Removes a month, or only looks whether it could be removed, where no key is given. What was
/// removed; nothing where somebody else did it meanwhile. `actor` as in the audit log.
///
/// The month must be older than 24 whole months by the database's clock, all its rows sealed, and
/// each as it was sealed.
///
/// # Errors
/// [`RemovalError`]: then nothing was removed.
pub async fn remove(
    pool: &Pool,
    log: &Log,
    month: NaiveDate,
    key: Option<&SigningKey>,
    actor: &str,
) -> Result<Option<Seals>, RemovalError> {
    db::transaction(pool, async |connection: &mut Connection| {
        connection.batch_execute(PATIENT).await.map_err(DbError::from)?;
        let lock = sql_query("SELECT pg_advisory_xact_lock($1)");
        lock.bind::<BigInt, _>(sealing::LOCK).execute(connection).await.map_err(DbError::from)?;
        let found = examine(connection, log, month).await?;
        let Some(seals) = found else { return Ok(None) };
        if let Some(key) = key {
            let now = sql_query("SELECT now() AS at").get_result::<Time>(connection).await;
            let now = now.map_err(DbError::from)?.at;
            let tombstone = Tombstone::sign(log.service, month, seals.clone(), now, key);
            connection.batch_execute(HASTY).await.map_err(DbError::from)?;
            call(connection, &tombstone, actor).await?;
        }
        Ok(Some(seals))
    })
    .await
}

#[derive(QueryableByName)]
struct Time {
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
}

async fn call(
    connection: &mut Connection,
    tombstone: &Tombstone,
    actor: &str,
) -> Result<(), DbError> {
    let seals = &tombstone.seals;
    sql_query("SELECT remove_audit_month($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
        .bind::<Date, _>(tombstone.month)
        .bind::<BigInt, _>(seals.first_seal)
        .bind::<BigInt, _>(seals.last_seal)
        .bind::<BigInt, _>(seals.count)
        .bind::<BigInt, _>(seals.rows)
        .bind::<Bytea, _>(seals.seals_hash.as_slice())
        .bind::<Timestamptz, _>(tombstone.removed_at)
        .bind::<Text, _>(&tombstone.key_id)
        .bind::<Bytea, _>(tombstone.signature_bytes())
        .bind::<Text, _>(actor)
        .execute(connection)
        .await?;
    Ok(())
}

#[derive(QueryableByName)]
struct Standing {
    #[diesel(sql_type = BigInt)]
    waiting: i64,
    #[diesel(sql_type = BigInt)]
    removed: i64,
}

/// What the seals of a month add up to, once their rows are found to be what was sealed. Nothing
/// where the month is gone.
async fn examine(
    connection: &mut Connection,
    log: &Log,
    month: NaiveDate,
) -> Result<Option<Seals>, RemovalError> {
    let query = "SELECT (SELECT count(*) FROM audit_unsealed WHERE month = $1) AS waiting, \
                     (SELECT coalesce(max(last_seal), 0) FROM audit_tombstones WHERE month = $1) \
                     AS removed";
    let standing = sql_query(query).bind::<Date, _>(month).get_result::<Standing>(connection).await;
    let Standing { waiting, removed } = standing.map_err(DbError::from)?;
    if waiting > 0 {
        return Err(RemovalError::Refused(format!("{waiting} of its rows wait for a seal")));
    }
    let (mut sum, mut after) = (Sum::default(), removed);
    loop {
        let seals = store::seals::after(connection, Some(after), Some(month)).await?;
        let Some(last) = seals.as_slice().last() else { return Ok(sum.seals()) };
        after = last.number;
        for seal in &seals {
            if let Some(fault) = fault_of(connection, log, seal).await? {
                let text = format!("{fault}; `{} audit verify` says more", log.service);
                return Err(RemovalError::Refused(text));
            }
            sum.add(seal);
        }
    }
}

/// What is wrong with a seal or its rows.
async fn fault_of(
    connection: &mut Connection,
    log: &Log,
    seal: &Seal,
) -> Result<Option<String>, DbError> {
    let number = seal.number;
    if seal.hash != seal.computed_hash(log.service) {
        return Ok(Some(format!("seal {number} was changed")));
    }
    let mut rows: Vec<(i64, Hash)> = Vec::new();
    for record in store::seals::rows(connection, log, number).await? {
        if let Record::Row { id, digest, cells, .. } = record {
            if cells.is_none_or(|cells| row::digest(&cells) != digest) {
                return Ok(Some(format!("row {id} is not as it was sealed")));
            }
            rows.push((id, digest));
        }
    }
    let whole = rows_root(rows.iter().map(|(id, digest)| (*id, digest))) == seal.rows_root;
    Ok((!whole).then(|| format!("seal {number} does not hold what was sealed")))
}

#[derive(QueryableByName)]
struct Stored {
    #[diesel(sql_type = Date)]
    month: NaiveDate,
    #[diesel(sql_type = BigInt)]
    first_seal: i64,
    #[diesel(sql_type = BigInt)]
    last_seal: i64,
    #[diesel(sql_type = BigInt)]
    seals: i64,
    #[diesel(sql_type = BigInt)]
    rows: i64,
    #[diesel(sql_type = Bytea)]
    seals_hash: Vec<u8>,
    #[diesel(sql_type = Timestamptz)]
    removed_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    key_id: String,
    #[diesel(sql_type = Bytea)]
    signature: Vec<u8>,
}

#[derive(QueryableByName)]
struct Exists {
    #[diesel(sql_type = Nullable<Bool>)]
    exists: Option<bool>,
}

/// All tombstones, by month. A database whose log is never removed has no table for them. A time
/// that no honest one has is read as another, so that the signature is found to be wrong.
pub(super) async fn tombstones(connection: &mut Connection) -> Result<Vec<Tombstone>, DbError> {
    let query = "SELECT to_regclass('audit_tombstones') IS NOT NULL AS exists";
    let exists: Exists = sql_query(query).get_result(connection).await?;
    if exists.exists != Some(true) {
        return Ok(Vec::new());
    }
    let query = "SELECT greatest('0001-01-01', least(month, '9999-12-01')) AS month, first_seal, \
                     last_seal, seals, rows, seals_hash, \
                     greatest('0001-01-01', least(removed_at, '9999-12-31')) AS removed_at, \
                     key_id, signature \
                 FROM audit_tombstones ORDER BY month, last_seal";
    let stored: Vec<Stored> = sql_query(query).load(connection).await?;
    stored.into_iter().map(tombstone).collect()
}

fn tombstone(stored: Stored) -> Result<Tombstone, DbError> {
    Ok(Tombstone {
        month: stored.month,
        seals: Seals {
            first_seal: stored.first_seal,
            last_seal: stored.last_seal,
            count: stored.seals,
            rows: stored.rows,
            seals_hash: store::hash(&stored.seals_hash)?,
        },
        removed_at: stored.removed_at,
        key_id: stored.key_id,
        signature: Tombstone::text_of(&stored.signature),
    })
}
