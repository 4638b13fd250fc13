//! `mail_outbox`: mails written, and how they stand. [`outbox`](crate::db::outbox) sends them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel_async::RunQueryDsl;
use service_kit::db::{Connection, DbError};

use crate::db::outbox::in_flight;
use crate::db::tester::unreadable;
use crate::domain::mail::{MailId, MailStatus, NewMail};
use crate::domain::tester::TesterId;
use crate::domain::walkthrough_token::TokenId;
use crate::schema::mail_outbox;

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

/// The status of one mail.
///
/// # Errors
/// Where the database is away or has no such mail.
pub async fn status(connection: &mut Connection, id: MailId) -> Result<MailStatus, DbError> {
    let name: String =
        mail_outbox::table.find(id.0).select(mail_outbox::status).first(connection).await?;
    name.try_into().map_err(unreadable)
}

/// Whether the newest mail with this link of which the provider has said anything was accepted.
/// One that is only on its way counts for nothing: sending again must not uncover a link.
///
/// # Errors
/// Where the database is away.
pub async fn was_accepted(connection: &mut Connection, token: TokenId) -> Result<bool, DbError> {
    let pending = MailStatus::Pending.as_str();
    let newest: Option<String> = mail_outbox::table
        .filter(mail_outbox::token_id.eq(token.0))
        .filter(mail_outbox::status.ne(pending).or(mail_outbox::last_error.is_not_null()))
        .order(mail_outbox::id.desc())
        .select(mail_outbox::status)
        .first(connection)
        .await
        .optional()?;
    Ok(newest.as_deref() == Some(MailStatus::Accepted.as_str()))
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

impl MailRecord {
    /// Whether it is still to be sent.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.status == MailStatus::Pending.as_str()
    }
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
