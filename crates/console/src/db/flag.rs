//! `feature_flags`.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::RunQueryDsl;
use service_kit::db::{Connection, DbError};

use crate::domain::actor::Actor;
use crate::schema::feature_flags;

/// What the row says; `None` where there is none.
///
/// # Errors
/// Where the database refuses or is away.
pub async fn is_on(connection: &mut Connection, name: &str) -> Result<Option<bool>, DbError> {
    let row = feature_flags::table.find(name).select(feature_flags::enabled);
    Ok(row.first(connection).await.optional()?)
}

/// The same with the row locked until the transaction ends.
///
/// # Errors
/// As [`is_on`].
pub async fn lock(connection: &mut Connection, name: &str) -> Result<Option<bool>, DbError> {
    let row = feature_flags::table.find(name).select(feature_flags::enabled).for_update();
    Ok(row.first(connection).await.optional()?)
}

/// Sets the row.
///
/// # Errors
/// As [`is_on`].
pub async fn set(
    connection: &mut Connection,
    name: &str,
    enabled: bool,
    actor: &Actor,
) -> Result<(), DbError> {
    diesel::update(feature_flags::table.find(name))
        .set((
            feature_flags::enabled.eq(enabled),
            feature_flags::updated_at.eq(diesel::dsl::now),
            feature_flags::updated_by.eq(actor.as_str()),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

/// A row as it stands.
#[derive(Debug, Clone, diesel::Queryable)]
pub struct Row {
    /// The flag's name.
    pub name: String,
    /// What the row says, whether or not a variable overrides it.
    pub enabled: bool,
    /// What it is for.
    pub description: String,
    /// When it was last changed.
    pub updated_at: chrono::DateTime<chrono::Utc>,
    /// Who changed it last, as the audit log names them; nobody has yet where it is absent.
    pub updated_by: Option<String>,
}

/// All of them, by name. They are few, so they are not paged.
///
/// # Errors
/// As [`is_on`].
pub async fn all(connection: &mut Connection) -> Result<Vec<Row>, DbError> {
    let rows = feature_flags::table.order(feature_flags::name).select((
        feature_flags::name,
        feature_flags::enabled,
        feature_flags::description,
        feature_flags::updated_at,
        feature_flags::updated_by,
    ));
    Ok(rows.load(connection).await?)
}
