//! The databases, looked at from behind the services' backs.

use std::fmt::Write as _;

use diesel::sql_types::Jsonb;
use diesel::{QueryableByName, sql_query};
use diesel_async::{
    AsyncConnection as _, AsyncPgConnection, RunQueryDsl as _, SimpleAsyncConnection as _,
};
use serde_json::Value;

use crate::failure::{Context as _, Failure};

/// A database of the throw-away server, reached without any proxy.
#[derive(Debug, Clone)]
pub(crate) struct Database {
    pub(crate) name: &'static str,
    pub(crate) url: String,
}

#[derive(QueryableByName)]
struct Json {
    #[diesel(sql_type = Jsonb)]
    row: Value,
}

impl Database {
    async fn connect(&self) -> Result<AsyncPgConnection, Failure> {
        let connected = AsyncPgConnection::establish(&self.url).await;
        connected.could_not(&format!("reach the database {}", self.name))
    }

    /// Runs statements.
    pub(crate) async fn run(&self, statements: &str) -> Result<(), Failure> {
        let done = self.connect().await?.batch_execute(statements).await;
        done.could_not(&format!("run `{statements}`"))
    }

    /// The rows of a query, each as an object. `given.value` is a JSON value that the query may
    /// use.
    pub(crate) async fn rows(&self, query: &str, given: &Value) -> Result<Vec<Value>, Failure> {
        let query = format!(
            "WITH given AS (SELECT $1 AS value) \
             SELECT to_jsonb(found) AS row FROM ({query}) AS found"
        );
        let rows = sql_query(&query).bind::<Jsonb, _>(given);
        let rows: Result<Vec<Json>, _> = rows.load(&mut self.connect().await?).await;
        let rows = rows.could_not(&format!("ask {} `{query}`", self.name))?;
        Ok(rows.into_iter().map(|json| json.row).collect())
    }

    /// Everything that stands in its tables, as text, one row a line.
    pub(crate) async fn dump(&self) -> Result<String, Failure> {
        let tables = self
            .rows(
                "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables \
                 WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1",
                &Value::Null,
            )
            .await?;
        let mut text = String::new();
        for table in tables.iter().filter_map(|table| table.get("name")?.as_str()) {
            let _ = writeln!(text, "-- {table}");
            let query = format!("SELECT t::text AS line FROM {table} AS t ORDER BY 1");
            for row in self.rows(&query, &Value::Null).await? {
                text.push_str(row.get("line").and_then(Value::as_str).unwrap_or_default());
                text.push('\n');
            }
        }
        Ok(text)
    }
}
