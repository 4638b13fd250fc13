//! What must hold at the end (section 12 of the contracts), asked in SQL of both databases and
//! of what was noted.

mod leaks;
mod mails;
mod queries;

use serde_json::Value;

use crate::database::Database;
use crate::failure::Failure;
use crate::notes::{Notes, Violation};
use queries::Query;

pub(crate) use leaks::{Haystack, leaks, redis};
pub(crate) use mails::mails;

/// How many rows of a broken invariant are shown.
const SHOWN: usize = 5;

/// Both databases.
#[derive(Debug, Clone)]
pub(crate) struct Databases {
    pub(crate) raptor: Database,
    pub(crate) console: Database,
}

/// Every row that should not be, by the queries of both databases.
pub(crate) async fn rows(databases: &Databases, notes: &Notes) -> Result<Vec<Violation>, Failure> {
    let mut broken = Vec::new();
    for (database, queries) in
        [(&databases.raptor, queries::RAPTOR), (&databases.console, queries::CONSOLE)]
    {
        for query in queries {
            broken.extend(ask(database, query, notes).await?);
        }
        broken.extend(orphans(database).await?);
    }
    Ok(broken)
}

async fn ask(
    database: &Database,
    query: &Query,
    notes: &Notes,
) -> Result<Option<Violation>, Failure> {
    let given = query.promise.map_or(Value::Null, |promise| notes.promised(promise));
    let found = database.rows(query.sql, &given).await?;
    Ok(violation(query.invariant, query.words, &found))
}

/// The rows in words, if there are any.
fn violation(invariant: &'static str, words: &str, rows: &[Value]) -> Option<Violation> {
    if rows.is_empty() {
        return None;
    }
    let mut text = format!("{words} ({} rows)", rows.len());
    for row in rows.iter().take(SHOWN) {
        text.push_str(&format!("\n      {row}"));
    }
    Some(Violation { invariant, words: text })
}

/// Rows that refer to nothing, by every foreign key that there is.
async fn orphans(database: &Database) -> Result<Vec<Violation>, Failure> {
    let keys = database
        .rows(
            "SELECT c.conrelid::regclass::text AS child, c.confrelid::regclass::text AS parent, \
                    a.attname AS reference, b.attname AS referred \
             FROM pg_constraint c \
             JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1] \
             JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[1] \
             WHERE c.contype = 'f' AND cardinality(c.conkey) = 1",
            &Value::Null,
        )
        .await?;
    let mut broken = Vec::new();
    for key in keys {
        let part = |name| key.get(name).and_then(Value::as_str).unwrap_or_default();
        let (child, parent) = (part("child"), part("parent"));
        let (reference, referred) = (part("reference"), part("referred"));
        let query = format!(
            "SELECT child.* FROM {child} AS child WHERE child.{reference} IS NOT NULL \
             AND NOT EXISTS (SELECT FROM {parent} p WHERE p.{referred} = child.{reference})"
        );
        let rows = database.rows(&query, &Value::Null).await?;
        let words = format!("rows of {child} refer to no row of {parent}");
        broken.extend(violation("orphan", &words, &rows));
    }
    Ok(broken)
}
