//! `mail_outbox`: mails written, and how they stand. [`outbox`](crate::db::outbox) sends them.

mod undelivered;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use service_kit::db::{Connection, DbError};

use crate::db::tester::unreadable;
use crate::domain::mail::{MailId, MailKind, MailStatus, NewMail, Standing};
use crate::domain::mail_event::Delivery;
use crate::domain::tester::TesterId;
use crate::domain::walkthrough_token::TokenId;
use crate::schema::mail_outbox;

pub use undelivered::{Undelivered, UndeliveredMails, undelivered};

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
/// worker after 10 s. The lease of one that was taken stays as it is: moved ahead, a lease that is
/// over would look like one that is held.
///
/// # Errors
/// Where the database is away.
pub async fn enqueue(connection: &mut Connection, mail: &NewMail) -> Result<MailId, DbError> {
    let pending: Option<Id> = diesel::sql_query(
        "UPDATE mail_outbox SET \
           kind = CASE WHEN kind = 'ghost_reset' THEN kind ELSE $2 END, \
           next_attempt_at = CASE WHEN attempts > 0 AND last_error IS NULL THEN next_attempt_at \
                                  ELSE clock_timestamp() + interval '10 seconds' END \
         WHERE status = 'pending' AND id = (SELECT max(id) FROM mail_outbox \
                                            WHERE token_id = $1 AND status = 'pending') \
         RETURNING id",
    )
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
#[derive(Debug, Clone)]
pub struct MailRecord {
    /// The row's id.
    pub id: i64,
    /// Whose link it brings.
    pub token: TokenId,
    /// Why they were written to.
    pub kind: MailKind,
    /// The address.
    pub to: String,
    /// What became of it in the outbox.
    pub status: MailStatus,
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
    /// The furthest that the provider has reported of it.
    pub delivery: Option<Delivery>,
    /// When that happened.
    pub delivery_at: Option<DateTime<Utc>>,
    /// What the receiving server said then.
    pub delivery_detail: Option<String>,
}

impl MailRecord {
    /// Whether it is still to be sent.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.status == MailStatus::Pending
    }

    /// How it stands. While a further attempt runs, the error of the one before is gone from the
    /// row; the number of attempts still tells.
    #[must_use]
    pub fn standing(&self) -> Standing {
        let has_failed = self.last_error.is_some() || self.attempts > 1;
        Standing::new(self.status, has_failed, self.delivery)
    }

    /// Why it is in trouble, in the words of whoever said so.
    #[must_use]
    pub fn why(&self) -> Option<&str> {
        self.delivery_detail.as_deref().or(self.last_error.as_deref())
    }
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = BigInt)]
    token_id: i64,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    to_email: String,
    #[diesel(sql_type = Text)]
    status: String,
    #[diesel(sql_type = Integer)]
    attempts: i32,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    accepted_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Timestamptz)]
    next_attempt_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Text>)]
    last_error: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    delivery: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    delivery_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    delivery_detail: Option<String>,
}

impl TryFrom<Row> for MailRecord {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        Ok(Self {
            id: row.id,
            token: TokenId(row.token_id),
            kind: row.kind.try_into().map_err(unreadable)?,
            to: row.to_email,
            status: row.status.try_into().map_err(unreadable)?,
            attempts: row.attempts,
            created_at: row.created_at,
            accepted_at: row.accepted_at,
            next_attempt_at: row.next_attempt_at,
            last_error: row.last_error,
            delivery: row.delivery.map(Delivery::try_from).transpose().map_err(unreadable)?,
            delivery_at: row.delivery_at,
            delivery_detail: row.delivery_detail,
        })
    }
}

/// Mails with the furthest event of each; of several that are as far, the latest. `$more` are
/// further columns, `$rest` follows the mails, which are called `mail`.
macro_rules! records {
    ($more:expr, $rest:expr) => {
        concat!(
            "SELECT mail.id, mail.token_id, mail.kind, mail.to_email, mail.status, mail.attempts, \
                    mail.created_at, mail.accepted_at, mail.next_attempt_at, mail.last_error, \
                    furthest.kind AS delivery, furthest.occurred_at AS delivery_at, \
                    furthest.detail AS delivery_detail",
            $more,
            " FROM mail_outbox AS mail LEFT JOIN LATERAL ( \
               SELECT * FROM mail_events AS event \
               WHERE event.provider_message_id = mail.provider_message_id \
               ORDER BY rank DESC, occurred_at DESC, bounce_id DESC LIMIT 1) AS furthest ON true ",
            $rest
        )
    };
}
use records;

/// The mails to a tester, newest first, at most 100.
///
/// # Errors
/// Where the database is away.
pub async fn of_tester(
    connection: &mut Connection,
    tester: TesterId,
) -> Result<Vec<MailRecord>, DbError> {
    let rows: Vec<Row> = diesel::sql_query(records!(
        "",
        "WHERE mail.tester_id = $1 ORDER BY mail.id DESC LIMIT 100"
    ))
    .bind::<BigInt, _>(tester.0)
    .load(connection)
    .await?;
    rows.into_iter().map(MailRecord::try_from).collect()
}
