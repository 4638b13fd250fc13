//! What the Console remembers of the testers' accounts (section 7 of the contracts).

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use ghost_contracts::EmailAddress;
use ghost_contracts::raptor::GhostCheck;
use service_kit::db::{Connection, DbError, Pool};

use crate::db::tester::unreadable;
use crate::domain::tester::TesterId;

/// The rows are locked in the order of their ids first: a page and the worker may well bring
/// news of the same testers at the same time, in another order.
const RECORD: &str = "\
    WITH news AS (
        SELECT * FROM unnest($1, $2, $3) AS news (tester_id, state, created_at)
    ), locked AS (
        SELECT id FROM beta_testers WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE
    ), recorded AS (
        UPDATE beta_testers AS tester SET
            account_state = news.state,
            account_state_since = CASE
                WHEN tester.account_state = news.state
                THEN coalesce(tester.account_state_since, now())
                ELSE now()
            END,
            account_created_at = news.created_at,
            account_seen_at = now()
        FROM news JOIN locked ON locked.id = news.tester_id
        WHERE tester.id = news.tester_id
    )
    UPDATE beta_ghost_resets AS reset SET
        outcome = 'overtaken',
        finished_at = coalesce(reset.finished_at, now())
    FROM news JOIN locked ON locked.id = news.tester_id
    WHERE reset.tester_id = news.tester_id AND news.state = 'healthy'
        AND (reset.finished_at IS NULL OR reset.outcome = 'unknown')
        AND reset.started_at < now() - interval '30 seconds'";

/// Notes what Raptor has just said of these testers' accounts, in one statement, and closes
/// their interrupted ghost resets as overtaken where the account is healthy (section 8).
///
/// # Errors
/// Where the database is away.
pub async fn record(
    connection: &mut Connection,
    news: &[(TesterId, GhostCheck)],
) -> Result<(), DbError> {
    if news.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = news.iter().map(|(id, _)| id.0).collect();
    let states: Vec<&str> = news.iter().map(|(_, check)| check.state.as_str()).collect();
    let created: Vec<_> = news.iter().map(|(_, check)| check.created_at).collect();
    diesel::sql_query(RECORD)
        .bind::<Array<BigInt>, _>(ids)
        .bind::<Array<Text>, _>(states)
        .bind::<Array<Nullable<Timestamptz>>, _>(created)
        .execute(connection)
        .await?;
    Ok(())
}

/// [`record`] with a connection of its own.
///
/// # Errors
/// Where the database is away.
pub async fn remember(pool: &Pool, news: &[(TesterId, GhostCheck)]) -> Result<(), DbError> {
    let mut connection = pool.get().await?;
    record(&mut connection, news).await
}

#[derive(QueryableByName)]
struct Stale {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Text)]
    email: String,
}

/// Takes up to `limit` testers whose state is more than 60 s old and whom no other worker took
/// in the last 60 s; those never asked about come first.
///
/// # Errors
/// Where the database is away.
pub async fn claim_stale(
    connection: &mut Connection,
    limit: i64,
) -> Result<Vec<(TesterId, EmailAddress)>, DbError> {
    let rows: Vec<Stale> = diesel::sql_query(
        "UPDATE beta_testers SET refresh_claimed_at = now() WHERE id IN ( \
           SELECT id FROM beta_testers \
           WHERE (account_seen_at IS NULL OR account_seen_at < now() - interval '60 seconds') \
             AND (refresh_claimed_at IS NULL \
                  OR refresh_claimed_at < now() - interval '60 seconds') \
           ORDER BY account_seen_at NULLS FIRST, id LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED) \
         RETURNING id, email",
    )
    .bind::<BigInt, _>(limit)
    .load(connection)
    .await?;
    let parsed =
        |row: Stale| Ok((TesterId(row.id), EmailAddress::parse(&row.email).map_err(unreadable)?));
    rows.into_iter().map(parsed).collect()
}
