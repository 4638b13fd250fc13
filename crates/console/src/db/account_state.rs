//! What the Console remembers of the testers' accounts (section 7 of the contracts).

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use ghost_contracts::raptor::GhostCheck;
use ghost_contracts::{AccountState, EmailAddress};
use service_kit::db::{Connection, DbError, Pool};

use crate::db::interrupted_reset::is_interrupted;
use crate::db::tester::unreadable;
use crate::domain::tester::TesterId;

/// The rows are locked in the order of their ids first: a page and the worker may well bring
/// news of the same testers at the same time, in another order.
const RECORD: &str = concat!(
    "WITH news AS (
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
    UPDATE beta_ghost_resets AS run SET
        outcome = 'overtaken',
        finished_at = coalesce(run.finished_at, now())
    FROM news JOIN locked ON locked.id = news.tester_id
    WHERE run.tester_id = news.tester_id AND news.state = 'healthy'
        AND ",
    is_interrupted!()
);

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

/// Notes that Raptor has just deleted the account: there is none now, and the lists need not
/// wait until it is asked again.
///
/// # Errors
/// Where the database is away.
pub async fn note_deleted(connection: &mut Connection, tester: TesterId) -> Result<(), DbError> {
    let gone = GhostCheck {
        state: AccountState::GhostNoUsersRow,
        user_id: None,
        credential_count: 0,
        active_session_count: 0,
        created_at: None,
    };
    record(connection, &[(tester, gone)]).await
}

#[derive(QueryableByName)]
struct Stale {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Text)]
    email: String,
    #[diesel(sql_type = Bool)]
    urgent: bool,
}

/// Testers to ask about, and how to go on.
#[derive(Debug)]
pub struct Claimed {
    /// Who they are, by id.
    pub testers: Vec<(TesterId, EmailAddress)>,
    /// Whether they are as many as were wanted, so that there may be more.
    pub is_full: bool,
    /// Where the walk through those who are not urgent goes on; nothing where it is at its end.
    pub after: Option<i64>,
}

/// The urgent ones are found by the index over states, all others by walking through the ids: no
/// index is over what the refresh itself writes (see the migration that dropped it). Either kind
/// has half of the batch and what the other leaves of its half. Of the urgent ones those come
/// first whom nobody asked about for the longest time, whether Raptor answered or not.
const CLAIM: &str = "\
    WITH urgent AS ( \
        SELECT id, greatest(account_seen_at, refresh_claimed_at) AS asked_at FROM beta_testers \
        WHERE (account_state IN ('ghost_empty_shell', 'mid_enrollment') \
               OR account_state IS NULL) \
            AND (account_seen_at < now() - interval '60 seconds' OR account_seen_at IS NULL) \
            AND (refresh_claimed_at < now() - interval '60 seconds' \
                 OR refresh_claimed_at IS NULL) \
        ORDER BY asked_at NULLS FIRST, id LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED \
    ), others AS ( \
        SELECT id FROM beta_testers \
        WHERE id > $1 AND account_state IN ('ghost_no_users_row', 'healthy') \
            AND (account_seen_at < now() - interval '60 seconds' OR account_seen_at IS NULL) \
            AND (refresh_claimed_at < now() - interval '60 seconds' \
                 OR refresh_claimed_at IS NULL) \
        ORDER BY id LIMIT greatest($2 - (SELECT count(*) FROM urgent), $2 / 2) \
        FOR NO KEY UPDATE SKIP LOCKED \
    ), stale AS ( \
        SELECT id, false AS urgent FROM others \
        UNION ALL \
        (SELECT id, true FROM urgent ORDER BY asked_at NULLS FIRST, id \
         LIMIT $2 - (SELECT count(*) FROM others)) \
    ) \
    UPDATE beta_testers AS tester SET refresh_claimed_at = now() \
    FROM stale WHERE tester.id = stale.id \
    RETURNING tester.id, tester.email, stale.urgent";

/// Takes up to `limit` testers whose state is more than 60 s old and whom no other worker took
/// in the last 60 s: those whose state was never seen, is about to change or keeps them out, and
/// those with an id above `after`. Without an `after` only the urgent ones are looked for.
///
/// # Errors
/// Where the database is away.
pub async fn claim_stale(
    connection: &mut Connection,
    after: Option<i64>,
    limit: i64,
) -> Result<Claimed, DbError> {
    let mut rows: Vec<Stale> = diesel::sql_query(CLAIM)
        .bind::<Nullable<BigInt>, _>(after)
        .bind::<BigInt, _>(limit)
        .load(connection)
        .await?;
    rows.sort_unstable_by_key(|row| row.id);
    let is_at_least = |count: usize, wanted| i64::try_from(count).is_ok_and(|c| c >= wanted);
    let is_full = is_at_least(rows.len(), limit);
    let others: Vec<_> = rows.iter().filter(|row| !row.urgent).map(|row| row.id).collect();
    let walks_on = is_full && is_at_least(others.len(), limit / 2);
    let after = others.last().copied().or(after).filter(|_| walks_on);
    let parsed =
        |row: Stale| Ok((TesterId(row.id), EmailAddress::parse(&row.email).map_err(unreadable)?));
    let testers = rows.into_iter().map(parsed).collect::<Result<_, DbError>>()?;
    Ok(Claimed { testers, is_full, after })
}
