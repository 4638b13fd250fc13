//! What a test's database holds, and statements in it.

use diesel::sql_types::{BigInt, Jsonb};
use diesel::{QueryableByName, sql_query};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use serde_json::Value;

use super::TestDatabase;

#[derive(QueryableByName)]
struct Json {
    #[diesel(sql_type = Jsonb)]
    row: Value,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

impl TestDatabase {
    /// Runs statements.
    pub async fn sql(&self, statements: &str) {
        let done = self.connect().await.batch_execute(statements).await;
        done.unwrap_or_else(|error| panic!("{error}: {statements}"));
    }

    /// The rows of a query, each as an object.
    pub async fn rows(&self, query: &str) -> Vec<Value> {
        let query = format!("SELECT to_jsonb(rows) AS row FROM ({query}) rows");
        let rows: Result<Vec<Json>, _> = sql_query(&query).load(&mut self.connect().await).await;
        let rows = rows.unwrap_or_else(|error| panic!("{error}: {query}"));
        rows.into_iter().map(|json| json.row).collect()
    }

    /// The one number that a query gives.
    pub async fn number(&self, query: &str) -> i64 {
        let query = format!("SELECT number::bigint FROM ({query}) AS rows(number)");
        let row: Result<Number, _> = sql_query(&query).get_result(&mut self.connect().await).await;
        row.unwrap_or_else(|error| panic!("{error}: {query}")).number
    }

    /// How many rows of a table there are (`table`, or `table WHERE …`).
    pub async fn count(&self, table: &str) -> i64 {
        self.number(&format!("SELECT count(*) FROM {table}")).await
    }

    /// Makes the INSERTs into `audit_log` that meet `condition`, on `NEW`, fail from now on.
    pub async fn break_audit_log(&self, condition: &str) {
        self.sql(&format!(
            "CREATE FUNCTION refuse_audit() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'the audit log is full'; END $$; \
             CREATE TRIGGER refuse_audit BEFORE INSERT ON audit_log \
             FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION refuse_audit();"
        ))
        .await;
    }
}
