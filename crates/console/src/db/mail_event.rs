//! `mail_events`: what the provider reports of mails that it took. [`mail`](crate::db::mail)
//! reads them together with the mails.

use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use service_kit::db::{Connection, DbError};

use crate::domain::mail_detail::Detail;
use crate::domain::mail_event::MailEvent;

/// Keeps a report, whether its message is known or not, and says whether it was new: the primary
/// key tells a repetition.
///
/// # Errors
/// Where the database is away.
pub async fn record(connection: &mut Connection, event: &MailEvent) -> Result<bool, DbError> {
    let added = diesel::sql_query(
        "INSERT INTO mail_events \
           (provider_message_id, record_type, bounce_id, kind, detail, occurred_at, received_at) \
         SELECT $1, $2, $3, $4, $5, LEAST($6, received.at), received.at \
         FROM (SELECT clock_timestamp() AS at) AS received \
         ON CONFLICT DO NOTHING",
    )
    .bind::<Text, _>(event.message.as_str())
    .bind::<Text, _>(event.record_type.as_str())
    .bind::<BigInt, _>(event.bounce_id)
    .bind::<Text, _>(event.delivery.as_str())
    .bind::<Nullable<Text>, _>(event.detail.as_ref().map(Detail::as_str))
    .bind::<Nullable<Timestamptz>, _>(event.occurred_at)
    .execute(connection)
    .await?;
    Ok(added == 1)
}

/// Judges the reports that came more than a day ago, once each: those of mails of ours stay, the
/// others go. Says how many went.
///
/// # Errors
/// Where the database is away.
pub async fn sweep(connection: &mut Connection) -> Result<usize, DbError> {
    let swept = diesel::sql_query(
        "WITH aged AS MATERIALIZED ( \
           SELECT provider_message_id AS message, record_type AS record, bounce_id AS bounce, \
                  EXISTS (SELECT FROM mail_outbox AS mail \
                          WHERE mail.provider_message_id = mail_events.provider_message_id) \
                    AS is_ours \
           FROM mail_events \
           WHERE NOT settled AND received_at < clock_timestamp() - interval '1 day'), \
         kept AS ( \
           UPDATE mail_events SET settled = true FROM aged \
           WHERE is_ours AND (provider_message_id, record_type, bounce_id) \
                           = (message, record, bounce)) \
         DELETE FROM mail_events USING aged \
         WHERE NOT is_ours AND (provider_message_id, record_type, bounce_id) \
                             = (message, record, bounce)",
    )
    .execute(connection)
    .await?;
    Ok(swept)
}
