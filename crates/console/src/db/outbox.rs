//! Taking pending mails out of `mail_outbox` to send them, and noting what came of it.
//!
//! A pending row's `next_attempt_at` is also its lease. Whoever takes a row moves that time ahead
//! of the longest attempt and clears `last_error`; a row in that state belongs to the one who
//! took it, and comes back by itself if they die.

use chrono::TimeDelta;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Double, Integer, Nullable, Text};
use diesel_async::RunQueryDsl;
use service_kit::db::{Connection, DbError};

use crate::db::tester::unreadable;
use crate::domain::mail::{MailId, MailKind, MailStatus};
use crate::domain::walkthrough_token::TokenId;
use crate::schema::mail_outbox;

/// Somebody is sending it at this moment.
macro_rules! in_flight {
    () => {
        "(attempts > 0 AND last_error IS NULL AND next_attempt_at > clock_timestamp())"
    };
}

/// A row that is ours to send until its lease ends.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// The row.
    pub id: MailId,
    /// Whose link it brings.
    pub token: TokenId,
    /// Why they are written to.
    pub kind: MailKind,
    /// The address.
    pub to: String,
    /// What they are called.
    pub name: String,
    /// Which attempt this is, from 1.
    pub attempts: i32,
}

#[derive(QueryableByName)]
struct ClaimedRow {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = BigInt)]
    token_id: i64,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    to_email: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Integer)]
    attempts: i32,
}

impl TryFrom<ClaimedRow> for Claimed {
    type Error = DbError;

    fn try_from(row: ClaimedRow) -> Result<Self, DbError> {
        Ok(Self {
            id: MailId(row.id),
            token: TokenId(row.token_id),
            kind: row.kind.try_into().map_err(unreadable)?,
            to: row.to_email,
            name: row.name,
            attempts: row.attempts,
        })
    }
}

/// What taking a row does to it, and what the taker learns; `$1` is the sender of now.
macro_rules! take {
    ($which:expr) => {
        concat!(
            "WITH claimed AS ( \
               UPDATE mail_outbox SET attempts = attempts + 1, last_error = NULL, \
                 from_email = $1, last_attempt_at = clock_timestamp(), \
                 next_attempt_at = clock_timestamp() + interval '30 seconds' \
               WHERE status = 'pending' AND ",
            $which,
            " RETURNING id, tester_id, token_id, kind, to_email, attempts) \
             SELECT claimed.id, token_id, kind, to_email, attempts, name \
             FROM claimed JOIN beta_testers ON beta_testers.id = tester_id"
        )
    };
}

/// Takes one pending mail, due or not; `None` where somebody else is at it or it is over.
///
/// # Errors
/// Where the database is away.
pub async fn claim(
    connection: &mut Connection,
    id: MailId,
    from: &str,
) -> Result<Option<Claimed>, DbError> {
    let row: Option<ClaimedRow> =
        diesel::sql_query(take!(concat!("mail_outbox.id = $2 AND NOT ", in_flight!())))
            .bind::<Text, _>(from)
            .bind::<BigInt, _>(id.0)
            .get_result(connection)
            .await
            .optional()?;
    row.map(Claimed::try_from).transpose()
}

/// Whether somebody is sending it at this moment.
///
/// # Errors
/// Where the database is away.
pub async fn is_in_flight(connection: &mut Connection, id: MailId) -> Result<bool, DbError> {
    let found = mail_outbox::table
        .find(id.0)
        .filter(mail_outbox::status.eq(MailStatus::Pending.as_str()))
        .filter(sql::<Bool>(in_flight!()));
    Ok(diesel::select(diesel::dsl::exists(found)).get_result(connection).await?)
}

/// How many mails wait, and how long the oldest of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, QueryableByName)]
pub struct Depth {
    /// Nobody has tried to send them yet.
    #[diesel(sql_type = BigInt)]
    pub new: i64,
    /// Somebody is sending them at this moment.
    #[diesel(sql_type = BigInt)]
    pub sending: i64,
    /// They were tried in vain and are tried again.
    #[diesel(sql_type = BigInt)]
    pub retrying: i64,
    /// The age of the oldest; 0 where none waits.
    #[diesel(sql_type = BigInt)]
    pub oldest_seconds: i64,
}

/// What waits, by the index over that.
///
/// # Errors
/// Where the database is away.
pub async fn depth(connection: &mut Connection) -> Result<Depth, DbError> {
    let query = concat!(
        "SELECT count(*) FILTER (WHERE attempts = 0) AS new, \
           count(*) FILTER (WHERE ",
        in_flight!(),
        ") AS sending, \
           count(*) FILTER (WHERE attempts > 0 AND NOT ",
        in_flight!(),
        ") AS retrying, \
           greatest(0, coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0))::bigint \
             AS oldest_seconds \
         FROM mail_outbox WHERE status = 'pending'"
    );
    Ok(diesel::sql_query(query).get_result(connection).await?)
}

/// Takes up to `limit` mails that are due, the most overdue first, past those that another
/// worker is taking.
///
/// # Errors
/// Where the database is away.
pub async fn claim_due(
    connection: &mut Connection,
    from: &str,
    limit: i64,
) -> Result<Vec<Claimed>, DbError> {
    let rows: Vec<ClaimedRow> = diesel::sql_query(take!(
        "mail_outbox.id IN (SELECT due.id FROM mail_outbox AS due \
           WHERE due.status = 'pending' AND due.next_attempt_at <= clock_timestamp() \
           ORDER BY due.next_attempt_at LIMIT $2 FOR UPDATE SKIP LOCKED)"
    ))
    .bind::<Text, _>(from)
    .bind::<BigInt, _>(limit)
    .load(connection)
    .await?;
    rows.into_iter().map(Claimed::try_from).collect()
}

/// Notes that the provider took it, under which id.
///
/// # Errors
/// Where the database is away.
pub async fn accepted(
    connection: &mut Connection,
    id: MailId,
    message_id: Option<&str>,
) -> Result<(), DbError> {
    diesel::sql_query(
        "UPDATE mail_outbox SET status = 'accepted', accepted_at = clock_timestamp(), \
           provider_message_id = $2, last_error = NULL \
         WHERE id = $1 AND status = 'pending'",
    )
    .bind::<BigInt, _>(id.0)
    .bind::<Nullable<Text>, _>(message_id)
    .execute(connection)
    .await?;
    Ok(())
}

/// Closes it because its token ended; taking it was no attempt, then.
///
/// # Errors
/// Where the database is away.
pub async fn supersede(connection: &mut Connection, id: MailId) -> Result<(), DbError> {
    diesel::update(mail_outbox::table.find(id.0).filter(mail_outbox::status.eq("pending")))
        .set((
            mail_outbox::status.eq(MailStatus::Superseded.as_str()),
            mail_outbox::attempts.eq(mail_outbox::attempts - 1),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

/// Closes it because the provider will never take it.
///
/// # Errors
/// Where the database is away.
pub async fn fail(connection: &mut Connection, id: MailId, reason: &str) -> Result<(), DbError> {
    diesel::update(mail_outbox::table.find(id.0).filter(mail_outbox::status.eq("pending")))
        .set((
            mail_outbox::status.eq(MailStatus::Failed.as_str()),
            mail_outbox::last_error.eq(reason),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

/// Gives it back, to be tried again after `wait`.
///
/// # Errors
/// Where the database is away.
pub async fn retry(
    connection: &mut Connection,
    id: MailId,
    reason: &str,
    wait: TimeDelta,
) -> Result<(), DbError> {
    let seconds = wait.as_seconds_f64();
    diesel::sql_query(
        "UPDATE mail_outbox SET last_error = $2, \
           next_attempt_at = clock_timestamp() + make_interval(secs => $3) \
         WHERE id = $1 AND status = 'pending'",
    )
    .bind::<BigInt, _>(id.0)
    .bind::<Text, _>(reason)
    .bind::<Double, _>(seconds)
    .execute(connection)
    .await?;
    Ok(())
}

/// Whether the provider has ever taken a mail from this sender.
///
/// # Errors
/// Where the database is away.
pub async fn sender_is_known(connection: &mut Connection, from: &str) -> Result<bool, DbError> {
    let accepted = mail_outbox::table
        .filter(mail_outbox::from_email.eq(from))
        .filter(mail_outbox::status.eq("accepted"));
    Ok(diesel::select(diesel::dsl::exists(accepted)).get_result(connection).await?)
}
