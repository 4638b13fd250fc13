//! `beta_testers`.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use ghost_contracts::{EmailAddress, PersonName};
use service_kit::db::{Connection, DbError};

use crate::domain::tester::{SeenState, Tester, TesterId};
use crate::schema::beta_testers;

/// The unique constraint that an invitation of a known address violates.
pub const EMAIL_KEY: &str = "beta_testers_email_key";

/// A row, in the order of [`Columns`].
#[derive(Queryable, QueryableByName)]
#[diesel(table_name = beta_testers)]
pub(crate) struct Row {
    id: i64,
    email: String,
    name: String,
    created_at: DateTime<Utc>,
    account_state: Option<String>,
    account_state_since: Option<DateTime<Utc>>,
    account_seen_at: Option<DateTime<Utc>>,
}

/// What a [`Row`] is read from.
pub(crate) type Columns = (
    beta_testers::id,
    beta_testers::email,
    beta_testers::name,
    beta_testers::created_at,
    beta_testers::account_state,
    beta_testers::account_state_since,
    beta_testers::account_seen_at,
);

/// See [`Columns`].
pub(crate) const COLUMNS: Columns = (
    beta_testers::id,
    beta_testers::email,
    beta_testers::name,
    beta_testers::created_at,
    beta_testers::account_state,
    beta_testers::account_state_since,
    beta_testers::account_seen_at,
);

impl TryFrom<Row> for Tester {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        let state = row.account_state.as_deref().map(str::parse).transpose();
        let seen = match (state.map_err(unreadable)?, row.account_state_since, row.account_seen_at)
        {
            (Some(state), Some(since), Some(seen_at)) => Some(SeenState { state, since, seen_at }),
            _ => None,
        };
        Ok(Self {
            id: TesterId(row.id),
            email: EmailAddress::parse(&row.email).map_err(unreadable)?,
            name: PersonName::parse(&row.name).map_err(unreadable)?,
            created_at: row.created_at,
            seen,
        })
    }
}

/// A row that our own constraints should have kept out.
pub(crate) fn unreadable(error: impl std::error::Error + Send + Sync + 'static) -> DbError {
    DbError::Query(diesel::result::Error::DeserializationError(Box::new(error)))
}

/// Adds a tester.
///
/// # Errors
/// With [`EMAIL_KEY`] as its constraint where the address is known already.
pub async fn insert(
    connection: &mut Connection,
    email: &EmailAddress,
    name: &PersonName,
) -> Result<Tester, DbError> {
    let row: Row = diesel::insert_into(beta_testers::table)
        .values((beta_testers::email.eq(email.as_str()), beta_testers::name.eq(name.as_str())))
        .returning(COLUMNS)
        .get_result(connection)
        .await?;
    row.try_into()
}

/// The tester of that id.
///
/// # Errors
/// Where the database is away.
pub async fn by_id(connection: &mut Connection, id: TesterId) -> Result<Option<Tester>, DbError> {
    let row: Option<Row> =
        beta_testers::table.find(id.0).select(COLUMNS).first(connection).await.optional()?;
    row.map(Tester::try_from).transpose()
}

/// The tester of that address.
///
/// # Errors
/// Where the database is away.
pub async fn by_email(
    connection: &mut Connection,
    email: &EmailAddress,
) -> Result<Option<Tester>, DbError> {
    let row: Option<Row> = beta_testers::table
        .filter(beta_testers::email.eq(email.as_str()))
        .select(COLUMNS)
        .first(connection)
        .await
        .optional()?;
    row.map(Tester::try_from).transpose()
}

/// Locks the tester's row until the transaction ends and reads it under the lock. Whoever mints
/// or revokes walkthrough tokens does this first, so that two of them never overlap.
///
/// # Errors
/// Where the database is away.
pub async fn lock(connection: &mut Connection, id: TesterId) -> Result<Option<Tester>, DbError> {
    let row: Option<Row> = beta_testers::table
        .find(id.0)
        .select(COLUMNS)
        .for_update()
        .first(connection)
        .await
        .optional()?;
    row.map(Tester::try_from).transpose()
}
