//! Pages of the list of testers. Each is a walk along an index from where the page before ended,
//! so it costs the same wherever it stands and however many testers there are.

use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use ghost_contracts::AccountState;
use service_kit::db::{Connection, DbError};

use crate::db::figures::{CountsRow, count_states};
use crate::db::live_invitation::HAS_LIVE_INVITATION;
use crate::db::tester::Row;
use crate::domain::figures::Counts;
use crate::domain::order::{Position, Sort};
use crate::domain::roster::Filter;
use crate::domain::tester::{StateFilter, Tester};

/// Testers in that order, those after `after`, at most `limit`. With a state they are found by
/// the state last seen; those whose state was never seen come too, because it may be that one.
///
/// # Errors
/// Where the database is away.
pub async fn page(
    connection: &mut Connection,
    filter: &Filter,
    sort: Sort,
    after: Option<&Position>,
    limit: i64,
) -> Result<Vec<Tester>, DbError> {
    let (name, since) = match after {
        Some(Position::Name(name, _)) => (Some(name.as_str()), None),
        Some(Position::Stuck(since, _)) => (None, *since),
        Some(Position::Newest(_)) | None => (None, None),
    };
    // Not cached by the driver, so that each one is planned for what it looks for: a search for
    // what many hold walks in the list's order, one for what few hold asks the search index.
    let rows: Vec<Row> = diesel::sql_query(statement(filter, sort, after.is_some()))
        .bind::<Nullable<Text>, _>(filter.search.as_deref().map(containing))
        .bind::<Nullable<Text>, _>(name)
        .bind::<Nullable<Timestamptz>, _>(since)
        .bind::<Nullable<BigInt>, _>(after.map(|after| after.id().0))
        .bind::<BigInt, _>(limit)
        .load(connection)
        .await?;
    rows.into_iter().map(Tester::try_from).collect()
}

/// The statement of a page; `continued` where it is not the first. Its parameters: `$1` the
/// pattern that is searched for (text), `$2` to `$4` the name (text), the time (timestamptz) and
/// the id (bigint) of the last tester before, `$5` how many (bigint).
#[must_use]
pub fn statement(filter: &Filter, sort: Sort, continued: bool) -> String {
    let (order, follows) = match sort {
        Sort::Newest => ("id DESC", "id < $4"),
        Sort::Name => ("lower(name), id", "(lower(name), id) > (lower($2), $4)"),
        Sort::Stuck => (
            "coalesce(account_state_since, 'infinity'), id",
            "(coalesce(account_state_since, 'infinity'), id) > (coalesce($3, 'infinity'), $4)",
        ),
    };
    let mut conditions = String::new();
    if filter.search.is_some() {
        conditions.push_str(" AND (email ILIKE $1 OR name ILIKE $1)");
    }
    if continued {
        conditions.push_str(&format!(" AND {follows}"));
    }
    // One walk for each state, merged: an OR over states has no index in any order.
    let walks: Vec<String> = states(filter.state)
        .iter()
        .map(|state| {
            format!(
                "(SELECT * FROM beta_testers AS tester WHERE {state}{conditions} \
                  ORDER BY {order} LIMIT $5)"
            )
        })
        .collect();
    let walks = walks.join(" UNION ALL ");
    format!(
        "SELECT id, email, name, created_at, account_state, account_state_since, account_seen_at \
         FROM ({walks}) AS tester ORDER BY {order} LIMIT $5"
    )
}

/// Up to how many found testers are counted.
const COUNTABLE: i64 = 1_000;
/// The shortest search that the index of trigrams helps with, in characters.
const INDEXED: usize = 3;

/// How many of those who are found are in which state; nothing where they are more than a
/// thousand, or where the search is too short to be helped by the index.
///
/// # Errors
/// Where the database is away.
pub async fn count_found(
    connection: &mut Connection,
    search: &str,
) -> Result<Option<Counts>, DbError> {
    if search.chars().count() < INDEXED {
        return Ok(None);
    }
    let query = format!(
        "SELECT {} FROM (SELECT email, account_state FROM beta_testers \
           WHERE email ILIKE $1 OR name ILIKE $1 LIMIT $2) AS tester",
        count_states()
    );
    let row: CountsRow = diesel::sql_query(query)
        .bind::<Text, _>(containing(search))
        .bind::<BigInt, _>(COUNTABLE + 1)
        .get_result(connection)
        .await?;
    Ok(Some(Counts::from(row)).filter(|counts| counts.all <= COUNTABLE))
}

/// The conditions of which a wanted tester fulfils exactly one.
fn states(filter: Option<StateFilter>) -> Vec<String> {
    let in_state = |state: AccountState| format!("account_state = '{state}'");
    let unseen = "account_state IS NULL".to_owned();
    match filter {
        None => vec!["true".to_owned()],
        Some(StateFilter::State(state)) => vec![in_state(state), unseen],
        Some(StateFilter::Ghost) => {
            let without_account = in_state(AccountState::GhostNoUsersRow);
            vec![
                in_state(AccountState::GhostEmptyShell),
                format!("{without_account} AND NOT {HAS_LIVE_INVITATION}"),
                unseen,
            ]
        }
    }
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
