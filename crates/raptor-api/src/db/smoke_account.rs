//! What is kept for the addresses of smoke accounts, whichever table it is in.

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::sql_types::{Text, Timestamptz};
use diesel::{QueryableByName, sql_query};
use diesel_async::RunQueryDsl;
use service_kit::db::{Connection, DbError};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    email: String,
}

/// The database's time at this moment, not at the start of the transaction: that may have
/// waited for a lock.
///
/// # Errors
///
/// Where the database refuses or is away.
pub async fn time(connection: &mut Connection) -> Result<DateTime<Utc>, DbError> {
    Ok(diesel::select(sql::<Timestamptz>("clock_timestamp()")).get_result(connection).await?)
}

/// Addresses at `domain` that begin as a smoke account's and for which something from before
/// `until` is kept: an account, the use of a token, a reset, or an attempt to sign up. At most a
/// hundred of them; the rest come when these have gone.
///
/// The literal pattern is that of the partial indexes of migrations 0007 and 0008.
///
/// # Errors
///
/// Where the database refuses or is away.
pub async fn addresses_kept_since(
    connection: &mut Connection,
    domain: &str,
    until: DateTime<Utc>,
) -> Result<Vec<String>, DbError> {
    let kept = sql_query(
        "SELECT email FROM ( \
           SELECT email FROM users WHERE email LIKE 'smoke-test+%' AND created_at <= $2 \
           UNION SELECT email FROM bootstrap_token_uses \
             WHERE email LIKE 'smoke-test+%' AND used_at <= $2 \
           UNION SELECT email FROM account_resets \
             WHERE email LIKE 'smoke-test+%' AND reset_at <= $2 \
           UNION SELECT email FROM signup_attempts \
             WHERE email LIKE 'smoke-test+%' AND begun_at <= $2) AS kept \
         WHERE split_part(email, '@', 2) = $1 LIMIT 100",
    );
    let rows: Vec<Row> =
        kept.bind::<Text, _>(domain).bind::<Timestamptz, _>(until).load(connection).await?;
    Ok(rows.into_iter().map(|row| row.email).collect())
}
