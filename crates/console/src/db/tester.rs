//! `beta_testers`.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use ghost_contracts::{AccountState, EmailAddress, PersonName};
use service_kit::db::{Connection, DbError};

use crate::domain::tester::{SeenState, StateFilter, Tester, TesterId};
use crate::schema::{beta_testers, beta_walkthrough_tokens as tokens};

/// The unique constraint that an invitation of a known address violates.
pub const EMAIL_KEY: &str = "beta_testers_email_key";

/// A row, in the order of [`columns`].
#[derive(Queryable)]
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

/// Which testers a page shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// A part of the address or of the name, in any case.
    pub search: Option<String>,
    /// The state of the account.
    pub state: Option<StateFilter>,
}

/// Testers newest first, those with an id below `before`. With a state they are found by the
/// state last seen; those whose state was never seen come too, because it may be that one.
///
/// # Errors
/// Where the database is away.
pub async fn page(
    connection: &mut Connection,
    filter: &Filter,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Tester>, DbError> {
    use beta_testers::{account_state, email, id, name};
    let mut query = beta_testers::table.select(COLUMNS).order(id.desc()).limit(limit).into_boxed();
    if let Some(before) = before {
        query = query.filter(id.lt(before));
    }
    if let Some(search) = &filter.search {
        let pattern = containing(search);
        query = query.filter(email.ilike(pattern.clone()).or(name.ilike(pattern)));
    }
    match filter.state {
        None => {}
        Some(StateFilter::State(state)) => {
            query = query.filter(account_state.eq(state.as_str()).or(account_state.is_null()));
        }
        Some(StateFilter::Ghost) => {
            let live = tokens::table
                .filter(tokens::tester_email.eq(email))
                .filter(tokens::revoked_at.is_null().and(tokens::consumed_at.is_null()))
                .filter(tokens::expires_at.gt(diesel::dsl::now));
            let without_account = account_state
                .eq(AccountState::GhostNoUsersRow.as_str())
                .and(diesel::dsl::not(diesel::dsl::exists(live)));
            query = query.filter(
                account_state
                    .eq(AccountState::GhostEmptyShell.as_str())
                    .or(without_account)
                    .or(account_state.is_null()),
            );
        }
    }
    let rows: Vec<Row> = query.load(connection).await?;
    rows.into_iter().map(Tester::try_from).collect()
}

/// A LIKE pattern for texts that hold this one; what would be a wildcard stands for itself.
fn containing(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for sign in text.chars() {
        if matches!(sign, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(sign);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::containing;

    #[test]
    fn wildcards_in_a_search_stand_for_themselves() {
        assert_eq!(containing("ada"), "%ada%");
        assert_eq!(containing("50%_\\"), "%50\\%\\_\\\\%");
    }
}
