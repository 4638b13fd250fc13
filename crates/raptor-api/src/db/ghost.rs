//! The one predicate that decides what a ghost is (section 5 of the contracts). Check, batch and
//! delete all run this text.

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use ghost_contracts::EmailAddress;
use ghost_contracts::raptor::GhostCheck;
use service_kit::db::{Connection, DbError};

/// The text of the predicate, with what it asks about in its place. The e-mail is the driving
/// row, so there is exactly one answer to each, account or not.
macro_rules! predicate {
    ($asked:literal) => {
        concat!(
            "SELECT CASE \
               WHEN u.id IS NULL THEN 'ghost_no_users_row' \
               WHEN credentials.number = 0 AND sessions.number = 0 \
                 AND u.created_at < now() - interval '5 minutes' THEN 'ghost_empty_shell' \
               WHEN credentials.number = 0 AND sessions.number = 0 THEN 'mid_enrollment' \
               ELSE 'healthy' \
             END AS state, \
             u.id AS user_id, credentials.number AS credential_count, \
             sessions.number AS active_session_count, u.created_at \
             FROM ",
            $asked,
            " LEFT JOIN users u ON u.email = asked.email \
             LEFT JOIN LATERAL (SELECT count(*) AS number FROM webauthn_credentials c \
               WHERE c.user_id = u.id) credentials ON true \
             LEFT JOIN LATERAL (SELECT count(*) AS number FROM customer_sessions s \
               WHERE s.user_id = u.id AND s.revoked_at IS NULL AND s.expires_at > now()) sessions \
               ON true \
             ORDER BY asked.place",
        )
    };
}

/// About one e-mail. Not an array of one: Postgres plans a statement over `unnest` anew at each
/// execution, this one once.
pub const ABOUT_ONE: &str = predicate!("(SELECT $1::text AS email, 1::bigint AS place) asked");

/// About many, answered in the order asked.
pub const ABOUT_MANY: &str =
    predicate!("unnest($1::text[]) WITH ORDINALITY AS asked(email, place)");

/// What the predicate answers.
type Row = (String, Option<i64>, i64, i64, Option<DateTime<Utc>>);
type RowSql = (Text, Nullable<BigInt>, BigInt, BigInt, Nullable<Timestamptz>);

/// The predicate about one e-mail, as a statement that is prepared once a connection.
#[derive(QueryId)]
struct One(String);

/// The predicate about many.
#[derive(QueryId)]
struct Many(Vec<String>);

impl QueryFragment<Pg> for One {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(before_bind(ABOUT_ONE));
        out.push_bind_param::<Text, _>(&self.0)?;
        out.push_sql(after_bind(ABOUT_ONE));
        Ok(())
    }
}

impl QueryFragment<Pg> for Many {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(before_bind(ABOUT_MANY));
        out.push_bind_param::<Array<Text>, _>(&self.0)?;
        out.push_sql(after_bind(ABOUT_MANY));
        Ok(())
    }
}

fn before_bind(sql: &'static str) -> &'static str {
    sql.split_once("$1").map_or(sql, |(before, _)| before)
}

fn after_bind(sql: &'static str) -> &'static str {
    sql.split_once("$1").map_or("", |(_, after)| after)
}

impl Query for One {
    type SqlType = RowSql;
}

impl Query for Many {
    type SqlType = RowSql;
}

/// The state of one account, and the evidence.
///
/// # Errors
///
/// Where the database refuses or is away.
pub async fn check(
    connection: &mut Connection,
    email: &EmailAddress,
) -> Result<GhostCheck, DbError> {
    let row: Row = One(email.to_string()).get_result(connection).await?;
    read(row)
}

/// The states of many accounts, in the order asked.
///
/// # Errors
///
/// Where the database refuses or is away.
pub async fn check_batch(
    connection: &mut Connection,
    emails: &[EmailAddress],
) -> Result<Vec<GhostCheck>, DbError> {
    let asked = Many(emails.iter().map(ToString::to_string).collect());
    let rows: Vec<Row> = asked.load(connection).await?;
    rows.into_iter().map(read).collect()
}

fn read(
    (state, user_id, credential_count, sessions, created_at): Row,
) -> Result<GhostCheck, DbError> {
    let unknown =
        |error| DbError::Query(diesel::result::Error::DeserializationError(Box::new(error)));
    let state = state.parse().map_err(unknown)?;
    Ok(GhostCheck { state, user_id, credential_count, active_session_count: sessions, created_at })
}
