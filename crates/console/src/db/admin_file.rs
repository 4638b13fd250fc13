//! Operators with what is known of their passkeys, sessions and links.

use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryableByName, sql_query};
use diesel_async::RunQueryDsl;
use service_kit::db::{Connection, DbError};
use uuid::Uuid;

use crate::domain::admin::Admin;
use crate::domain::admin_file::{AdminFile, KnownPasskey, OpenLink};
use crate::schema::admin_passkeys;

/// A session counts as in [`super::session::renew`]. Of links at most one is neither used nor
/// voided: a unique index says so.
const SELECT: &str = "\
    SELECT admin.id, admin.email, admin.role, admin.created_at, admin.revoked_at, \
           link.created_at AS link_created_at, link.expires_at AS link_expires_at, \
           coalesce(passkey.many, 0) AS passkeys, coalesce(session.live, 0) AS live_sessions, \
           GREATEST(session.last_seen_at, passkey.last_used_at) AS last_seen_at, \
           now() AS read_at \
    FROM admins AS admin \
    LEFT JOIN admin_enrolment_links AS link \
           ON link.admin_id = admin.id AND link.used_at IS NULL AND link.voided_at IS NULL \
    LEFT JOIN LATERAL ( \
        SELECT count(*) AS many, max(last_used_at) AS last_used_at \
        FROM admin_passkeys WHERE admin_id = admin.id) AS passkey ON true \
    LEFT JOIN LATERAL ( \
        SELECT max(last_seen_at) AS last_seen_at, \
               count(*) FILTER (WHERE revoked_at IS NULL AND expires_at > now() \
                                  AND created_at > now() - interval '12 hours') AS live \
        FROM admin_sessions WHERE admin_id = admin.id) AS session ON true ";

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    email: String,
    #[diesel(sql_type = Text)]
    role: String,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    revoked_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    link_created_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    link_expires_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = BigInt)]
    passkeys: i64,
    #[diesel(sql_type = BigInt)]
    live_sessions: i64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    last_seen_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Timestamptz)]
    read_at: DateTime<Utc>,
}

impl Row {
    fn file(self) -> Option<AdminFile> {
        let link = self.link_created_at.zip(self.link_expires_at);
        // A CHECK keeps every other text out of the column.
        let role = self.role.parse().ok()?;
        let enrolled = self.passkeys > 0;
        Some(AdminFile {
            admin: Admin { id: self.id, email: self.email, role, enrolled },
            created_at: self.created_at,
            revoked_at: self.revoked_at,
            passkeys: self.passkeys,
            last_seen_at: self.last_seen_at,
            live_sessions: self.live_sessions,
            link: link.map(|(created_at, expires_at)| OpenLink { created_at, expires_at }),
            read_at: self.read_at,
        })
    }
}

/// Everybody who is not revoked, by address. Operators are few, so they are not paged.
///
/// # Errors
/// Where the database refuses or is away.
pub async fn all(connection: &mut Connection) -> Result<Vec<AdminFile>, DbError> {
    let rows = sql_query(format!("{SELECT} WHERE admin.revoked_at IS NULL ORDER BY admin.email"));
    let rows: Vec<Row> = rows.load(connection).await?;
    Ok(rows.into_iter().filter_map(Row::file).collect())
}

/// One of them, revoked or not.
///
/// # Errors
/// As [`all`].
pub async fn find(connection: &mut Connection, id: Uuid) -> Result<Option<AdminFile>, DbError> {
    let row = sql_query(format!("{SELECT} WHERE admin.id = $1"));
    let row: Option<Row> = row.bind::<SqlUuid, _>(id).get_result(connection).await.optional()?;
    Ok(row.and_then(Row::file))
}

/// An operator's passkeys, the newest first.
///
/// # Errors
/// As [`all`].
pub async fn passkeys(connection: &mut Connection, id: Uuid) -> Result<Vec<KnownPasskey>, DbError> {
    type Columns = (DateTime<Utc>, Option<DateTime<Utc>>, bool, Vec<String>);
    let rows: Vec<Columns> = admin_passkeys::table
        .filter(admin_passkeys::admin_id.eq(id))
        .order(admin_passkeys::id.desc())
        .select((
            admin_passkeys::created_at,
            admin_passkeys::last_used_at,
            admin_passkeys::backed_up,
            admin_passkeys::transports,
        ))
        .load(connection)
        .await?;
    let passkey = |(created_at, last_used_at, backed_up, transports): Columns| KnownPasskey {
        created_at,
        last_used_at,
        backed_up,
        transports,
    };
    Ok(rows.into_iter().map(passkey).collect())
}
