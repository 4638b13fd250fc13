//! What the deployment's database holds.

use std::collections::BTreeMap;

use diesel::sql_types::{BigInt, Text};
use diesel::{QueryableByName, sql_query};
use diesel_async::{AsyncPgConnection, RunQueryDsl as _, SimpleAsyncConnection as _};
use test_support::wait::eventually;

use super::Deployment;

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

impl Deployment {
    /// Runs statements behind the service's back.
    pub async fn sql(&self, statements: &str) {
        self.database.connect().await.batch_execute(statements).await.unwrap();
    }

    /// How many rows a table has (`table`, or `table WHERE …`).
    pub async fn count(&self, table: &str) -> i64 {
        count(&mut self.database.connect().await, table).await
    }

    /// Waits until a table has that many rows.
    pub async fn until_count(&self, table: &str, rows: i64) {
        let reached = async || (self.count(table).await == rows).then_some(());
        eventually(&format!("{table} has {rows} rows"), reached).await;
    }

    /// The number of rows of every table, but for those that may only grow.
    pub async fn rows(&self) -> BTreeMap<String, i64> {
        let mut connection = self.database.connect().await;
        let tables = "SELECT relname::text AS name FROM pg_class \
                      WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' \
                        AND relname NOT LIKE 'audit\\_%' AND relname <> '__diesel_schema_migrations'";
        let tables: Vec<Name> = sql_query(tables).load(&mut connection).await.unwrap();
        let mut rows = BTreeMap::new();
        for Name { name } in tables {
            let number = count(&mut connection, &name).await;
            rows.insert(name, number);
        }
        assert!(rows.len() > 15, "hardly any table is seen: {rows:?}");
        rows
    }

    /// An account that nobody has finished; `minutes` ago.
    pub async fn add_shell(&self, email: &str, minutes: i32) {
        self.sql(&format!(
            "INSERT INTO users (email, created_at) \
             VALUES ('{email}', now() - interval '{minutes} minutes')"
        ))
        .await;
    }

    /// Time passes for everything that a signup leaves.
    pub async fn let_an_hour_pass(&self) {
        self.sql(
            "UPDATE users SET created_at = created_at - interval '61 minutes'; \
             UPDATE bootstrap_token_uses SET used_at = used_at - interval '61 minutes', \
               expires_at = expires_at - interval '61 minutes'; \
             UPDATE signup_attempts SET begun_at = begun_at - interval '61 minutes'; \
             UPDATE webauthn_challenges SET expires_at = expires_at - interval '61 minutes'",
        )
        .await;
    }

    /// Every row of the audit log is refused from now on.
    pub async fn break_audit_log(&self) {
        self.sql("ALTER TABLE audit_log ADD CONSTRAINT is_full CHECK (false) NOT VALID").await;
    }
}

async fn count(connection: &mut AsyncPgConnection, table: &str) -> i64 {
    let query = format!("SELECT count(*) AS number FROM {table}");
    sql_query(query).get_result::<Number>(connection).await.unwrap().number
}
