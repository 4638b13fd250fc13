//! Whose mail needs somebody: it did not arrive, or they marked it as spam.

use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Text};
use diesel_async::RunQueryDsl;
use service_kit::db::{Connection, DbError};

use super::{MailRecord, Row, records};
use crate::db::live_invitation::IS_LIVE;
use crate::domain::tester::TesterId;

/// The newest mail of a tester, which needs somebody while its link works.
#[derive(Debug, Clone)]
pub struct Undelivered {
    /// Whose it is.
    pub tester: TesterId,
    /// What they are called.
    pub name: String,
    /// The mail, with what is wrong.
    pub mail: MailRecord,
}

/// All mails that need somebody.
#[derive(Debug, Clone, Default)]
pub struct UndeliveredMails {
    /// How many there are in all.
    pub count: i64,
    /// The newest of them, newest first.
    pub newest: Vec<Undelivered>,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    count: i64,
    #[diesel(sql_type = BigInt)]
    tester_id: i64,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(embed)]
    mail: Row,
}

/// Bad news is rare, and each kind has an index: it is looked for first, and only what was found
/// is asked whether its link works and whether a newer mail went to the same tester. The rule is
/// that of [`Standing::needs_somebody`](crate::domain::mail::Standing::needs_somebody).
const QUERY: &str = records!(
    ", mail.tester_id, tester.name, (SELECT count(*) FROM undelivered) AS count",
    "JOIN beta_testers AS tester ON tester.id = mail.tester_id \
     WHERE mail.id IN (SELECT id FROM undelivered ORDER BY id DESC LIMIT $1) \
     ORDER BY mail.id DESC"
);

/// How many mails need somebody, and the newest `limit` of them: the newest mail of a tester
/// whose link works, where it was refused for good, came back, was reported as spam, or waits
/// after an attempt that failed.
///
/// # Errors
/// Where the database is away.
pub async fn undelivered(
    connection: &mut Connection,
    limit: i64,
) -> Result<UndeliveredMails, DbError> {
    let found: Vec<Found> = diesel::sql_query(format!(
        "WITH bad_news AS ( \
           SELECT id FROM mail_outbox WHERE status = 'failed' \
           UNION \
           SELECT id FROM mail_outbox \
           WHERE status = 'pending' AND (last_error IS NOT NULL OR attempts > 1) \
           UNION \
           SELECT mail.id FROM mail_events AS event \
           JOIN mail_outbox AS mail USING (provider_message_id) \
           WHERE event.rank >= 3 AND mail.status = 'accepted'), \
         undelivered AS MATERIALIZED ( \
           SELECT mail.id FROM bad_news \
           JOIN mail_outbox AS mail ON mail.id = bad_news.id \
           JOIN beta_walkthrough_tokens AS token ON token.id = mail.token_id \
           WHERE {IS_LIVE} \
             AND NOT EXISTS (SELECT FROM mail_outbox AS newer \
                             WHERE newer.tester_id = mail.tester_id AND newer.id > mail.id)) \
         {QUERY}"
    ))
    .bind::<BigInt, _>(limit)
    .load(connection)
    .await?;
    let count = found.as_slice().first().map_or(0, |first| first.count);
    let newest = found.into_iter().map(|found| {
        Ok(Undelivered {
            tester: TesterId(found.tester_id),
            name: found.name,
            mail: found.mail.try_into()?,
        })
    });
    Ok(UndeliveredMails { count, newest: newest.collect::<Result<_, DbError>>()? })
}
