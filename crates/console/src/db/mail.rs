//! `mail_outbox`: mails to be sent, and what became of them.
//!
//! A pending row's `next_attempt_at` is also its lease. Whoever takes a row moves that time ahead
//! of the longest attempt and clears `last_error`; a row in that state belongs to the one who
//! took it, and comes back by itself if they die.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Double, Integer, Nullable, Text};
use diesel_async::RunQueryDsl;
use service_kit::db::{Connection, DbError};

use crate::db::tester::unreadable;
use crate::domain::mail::{MailId, MailKind, MailStatus, NewMail};
use crate::domain::tester::TesterId;
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

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// Puts a mail into the outbox, in the caller's transaction and with the tester's row locked.
/// Where one with the same link is still pending, that one is taken instead, so that nobody gets
/// the same link twice at once.
///
/// The caller sends it after the commit. Should the caller die before that, it falls due for the
/// worker after 10 s.
///
/// # Errors
/// Where the database is away.
pub async fn enqueue(connection: &mut Connection, mail: &NewMail) -> Result<MailId, DbError> {
    let pending: Option<Id> = diesel::sql_query(concat!(
        "UPDATE mail_outbox SET \
           kind = CASE WHEN kind = 'ghost_reset' THEN kind ELSE $2 END, \
           next_attempt_at = CASE WHEN ",
        in_flight!(),
        " THEN next_attempt_at ELSE clock_timestamp() + interval '10 seconds' END \
         WHERE status = 'pending' AND id = (SELECT max(id) FROM mail_outbox \
                                            WHERE token_id = $1 AND status = 'pending') \
         RETURNING id"
    ))
    .bind::<BigInt, _>(mail.token.0)
    .bind::<Text, _>(mail.kind.as_str())
    .get_result(connection)
    .await
    .optional()?;
    if let Some(found) = pending {
        return Ok(MailId(found.id));
    }
    let added: Id = diesel::sql_query(
        "INSERT INTO mail_outbox (tester_id, token_id, kind, to_email, from_email, \
                                  next_attempt_at, created_at) \
         SELECT $1, $2, $3, $4, $5, added.at + interval '10 seconds', added.at \
         FROM (SELECT clock_timestamp() AS at) AS added \
         RETURNING id",
    )
    .bind::<BigInt, _>(mail.tester.0)
    .bind::<BigInt, _>(mail.token.0)
    .bind::<Text, _>(mail.kind.as_str())
    .bind::<Text, _>(mail.to.as_str())
    .bind::<Text, _>(&mail.from)
    .get_result(connection)
    .await?;
    Ok(MailId(added.id))
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

/// The status of one mail.
///
/// # Errors
/// Where the database is away or has no such mail.
pub async fn status(connection: &mut Connection, id: MailId) -> Result<MailStatus, DbError> {
    let name: String =
        mail_outbox::table.find(id.0).select(mail_outbox::status).first(connection).await?;
    name.try_into().map_err(unreadable)
}

/// The status of the newest mail that brought this link, where one was ever written.
///
/// # Errors
/// Where the database is away.
pub async fn newest_status(
    connection: &mut Connection,
    token: TokenId,
) -> Result<Option<MailStatus>, DbError> {
    let name: Option<String> = mail_outbox::table
        .filter(mail_outbox::token_id.eq(token.0))
        .order(mail_outbox::id.desc())
        .select(mail_outbox::status)
        .first(connection)
        .await
        .optional()?;
    name.map(MailStatus::try_from).transpose().map_err(unreadable)
}

/// A mail as operators see it.
#[derive(Debug, Clone, Queryable)]
pub struct MailRecord {
    /// The row's id.
    pub id: i64,
    /// `invitation` or `ghost_reset`.
    pub kind: String,
    /// The address.
    pub to: String,
    /// `pending`, `accepted`, `failed` or `superseded`.
    pub status: String,
    /// How often it was tried.
    pub attempts: i32,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When the provider took it.
    pub accepted_at: Option<DateTime<Utc>>,
    /// When it is tried next, while it is pending.
    pub next_attempt_at: DateTime<Utc>,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
}

/// The mails to a tester, newest first, at most 100.
///
/// # Errors
/// Where the database is away.
pub async fn of_tester(
    connection: &mut Connection,
    tester: TesterId,
) -> Result<Vec<MailRecord>, DbError> {
    let mails = mail_outbox::table
        .filter(mail_outbox::tester_id.eq(tester.0))
        .order(mail_outbox::id.desc())
        .limit(100)
        .select((
            mail_outbox::id,
            mail_outbox::kind,
            mail_outbox::to_email,
            mail_outbox::status,
            mail_outbox::attempts,
            mail_outbox::created_at,
            mail_outbox::accepted_at,
            mail_outbox::next_attempt_at,
            mail_outbox::last_error,
        ))
        .load(connection)
        .await?;
    Ok(mails)
}
