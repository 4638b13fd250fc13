//! The figures over all testers: counted, and kept in `beta_figures`. Each count reads its
//! tables whole, which is why pages leave it to the worker once there are many testers.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Jsonb, Nullable, Timestamptz};
use diesel_async::RunQueryDsl;
use ghost_contracts::AccountState;
use serde_json::Value;
use service_kit::db::{Connection, DbError};

use crate::db::live_invitation::HAS_LIVE_INVITATION;
use crate::db::tester::unreadable;
use crate::domain::figures::{Counted, Counts, Day, Figures, Funnel};
use crate::schema::beta_figures;

/// Everything that is counted, at this moment.
///
/// # Errors
/// Where the database is away.
pub async fn count(connection: &mut Connection) -> Result<Figures, DbError> {
    let states = states(connection).await?;
    Ok(Figures {
        counts: states.counts.into(),
        oldest_seen_at: states.oldest_seen_at,
        newest_seen_at: states.newest_seen_at,
        funnel: funnel(connection).await?,
        days: days(connection).await?,
    })
}

#[derive(QueryableByName)]
struct States {
    #[diesel(embed)]
    counts: CountsRow,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    oldest_seen_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    newest_seen_at: Option<DateTime<Utc>>,
}

/// See [`count_states`].
#[derive(QueryableByName)]
pub(crate) struct CountsRow {
    #[diesel(sql_type = BigInt)]
    testers: i64,
    #[diesel(sql_type = BigInt)]
    ghost: i64,
    #[diesel(sql_type = BigInt)]
    ghost_no_users_row: i64,
    #[diesel(sql_type = BigInt)]
    ghost_empty_shell: i64,
    #[diesel(sql_type = BigInt)]
    mid_enrollment: i64,
    #[diesel(sql_type = BigInt)]
    healthy: i64,
    #[diesel(sql_type = BigInt)]
    unseen: i64,
}

impl From<CountsRow> for Counts {
    fn from(row: CountsRow) -> Self {
        Self {
            all: row.testers,
            ghost: row.ghost,
            ghost_no_users_row: row.ghost_no_users_row,
            ghost_empty_shell: row.ghost_empty_shell,
            mid_enrollment: row.mid_enrollment,
            healthy: row.healthy,
            unseen: row.unseen,
        }
    }
}

/// The columns of a [`CountsRow`] over rows of `tester`.
pub(crate) fn count_states() -> String {
    let is = |state: AccountState| format!("account_state = '{state}'");
    let (row, shell) = (AccountState::GhostNoUsersRow, AccountState::GhostEmptyShell);
    let columns = [
        (format!("{} OR ({} AND NOT {HAS_LIVE_INVITATION})", is(shell), is(row)), "ghost"),
        (is(row), "ghost_no_users_row"),
        (is(shell), "ghost_empty_shell"),
        (is(AccountState::MidEnrollment), "mid_enrollment"),
        (is(AccountState::Healthy), "healthy"),
        ("account_state IS NULL".to_owned(), "unseen"),
    ];
    let columns = columns.map(|(rows, name)| format!("count(*) FILTER (WHERE {rows}) AS {name}"));
    format!("count(*) AS testers, {}", columns.join(", "))
}

async fn states(connection: &mut Connection) -> Result<States, DbError> {
    let query = format!(
        "SELECT {}, min(account_seen_at) AS oldest_seen_at, \
           max(account_seen_at) AS newest_seen_at FROM beta_testers AS tester",
        count_states()
    );
    Ok(diesel::sql_query(query).get_result(connection).await?)
}

#[derive(QueryableByName)]
struct FunnelRow {
    #[diesel(sql_type = BigInt)]
    invited: i64,
    #[diesel(sql_type = BigInt)]
    opened: i64,
    #[diesel(sql_type = BigInt)]
    nda_accepted: i64,
    #[diesel(sql_type = BigInt)]
    ceremony_begun: i64,
    #[diesel(sql_type = BigInt)]
    enrolled: i64,
}

/// A spent invitation is a sign of the consent too: without it none can be spent.
const FUNNEL: &str = "\
    WITH opened AS ( \
        SELECT tester_email AS email, bool_or(consumed_at IS NOT NULL) AS spent \
        FROM beta_walkthrough_tokens \
        WHERE first_opened_at IS NOT NULL OR consumed_at IS NOT NULL GROUP BY tester_email \
    ), consenting AS ( \
        SELECT DISTINCT email FROM beta_nda_acknowledgements \
    ), reached AS ( \
        SELECT CASE \
            WHEN account_state = 'healthy' THEN 4 \
            WHEN account_state IN ('ghost_empty_shell', 'mid_enrollment') THEN 3 \
            WHEN opened.spent OR consenting.email IS NOT NULL THEN 2 \
            WHEN opened.email IS NOT NULL THEN 1 \
            ELSE 0 END AS stage \
        FROM beta_testers AS tester \
        LEFT JOIN opened ON opened.email = tester.email \
        LEFT JOIN consenting ON consenting.email = tester.email \
    ) \
    SELECT count(*) AS invited, count(*) FILTER (WHERE stage >= 1) AS opened, \
        count(*) FILTER (WHERE stage >= 2) AS nda_accepted, \
        count(*) FILTER (WHERE stage >= 3) AS ceremony_begun, \
        count(*) FILTER (WHERE stage >= 4) AS enrolled \
    FROM reached";

async fn funnel(connection: &mut Connection) -> Result<Funnel, DbError> {
    let row: FunnelRow = diesel::sql_query(FUNNEL).get_result(connection).await?;
    Ok(Funnel {
        invited: row.invited,
        opened: row.opened,
        nda_accepted: row.nda_accepted,
        ceremony_begun: row.ceremony_begun,
        enrolled: row.enrolled,
    })
}

#[derive(QueryableByName)]
struct DayRow {
    #[diesel(sql_type = Date)]
    day: NaiveDate,
    #[diesel(sql_type = BigInt)]
    enrolled: i64,
    #[diesel(sql_type = BigInt)]
    stuck: i64,
}

/// Days are UTC's, whatever the session's time zone. A day that a reset took away from a ghost
/// stays stuck: that invitation came to nothing.
const DAYS: &str = "\
    WITH today AS ( \
        SELECT date_trunc('day', now() AT TIME ZONE 'UTC') AS starts \
    ), spent AS ( \
        SELECT date_trunc('day', token.consumed_at AT TIME ZONE 'UTC') AS day, \
            tester.account_state = 'healthy' AND NOT EXISTS ( \
                SELECT FROM beta_walkthrough_tokens AS later \
                WHERE later.tester_email = token.tester_email AND later.id > token.id \
            ) AS enrolled \
        FROM beta_walkthrough_tokens AS token \
        JOIN beta_testers AS tester ON tester.email = token.tester_email \
        WHERE token.consumed_at >= (SELECT starts - interval '13 days' FROM today) \
                AT TIME ZONE 'UTC' \
            AND tester.account_state <> 'mid_enrollment' \
    ) \
    SELECT days.day::date AS day, count(*) FILTER (WHERE spent.enrolled) AS enrolled, \
        count(*) FILTER (WHERE NOT spent.enrolled) AS stuck \
    FROM today, generate_series(starts - interval '13 days', starts, interval '1 day') AS days (day) \
    LEFT JOIN spent ON spent.day = days.day \
    GROUP BY days.day ORDER BY days.day";

async fn days(connection: &mut Connection) -> Result<Vec<Day>, DbError> {
    let rows: Vec<DayRow> = diesel::sql_query(DAYS).load(connection).await?;
    let day = |row: DayRow| Day { day: row.day, enrolled: row.enrolled, stuck: row.stuck };
    Ok(rows.into_iter().map(day).collect())
}

/// The figures that were kept, where there were more testers than `few`. None before the first
/// count, and where another version wrote them.
///
/// # Errors
/// Where the database is away.
pub async fn kept(connection: &mut Connection, few: i64) -> Result<Option<Counted>, DbError> {
    let row: Option<(DateTime<Utc>, Value)> = beta_figures::table
        .filter(beta_figures::testers.gt(few))
        .select((beta_figures::counted_at, beta_figures::figures))
        .first(connection)
        .await
        .optional()?;
    Ok(row.and_then(|(at, value)| {
        let figures = serde_json::from_value(value).ok()?;
        Some(Counted { figures, at })
    }))
}

/// Whether they were counted within the last 10 s, by this process or another.
///
/// # Errors
/// Where the database is away.
pub async fn are_fresh(connection: &mut Connection) -> Result<bool, DbError> {
    let fresh = beta_figures::table.filter(beta_figures::counted_at.gt(diesel::dsl::sql::<
        Timestamptz,
    >(
        "now() - interval '10 seconds'",
    )));
    Ok(diesel::select(diesel::dsl::exists(fresh)).get_result(connection).await?)
}

/// Keeps them. Two processes that count at once both write, and either result is right.
///
/// # Errors
/// Where the database is away.
pub async fn keep(connection: &mut Connection, figures: &Figures) -> Result<(), DbError> {
    let value = serde_json::to_value(figures).map_err(unreadable)?;
    diesel::sql_query(
        "INSERT INTO beta_figures (testers, figures) VALUES ($1, $2) \
         ON CONFLICT (id) DO UPDATE SET counted_at = now(), testers = $1, figures = $2",
    )
    .bind::<BigInt, _>(figures.counts.all)
    .bind::<Jsonb, _>(value)
    .execute(connection)
    .await?;
    Ok(())
}
