//! What the database holds.

use diesel::sql_types::{BigInt, Jsonb};
use diesel::{QueryableByName, sql_query};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use serde_json::Value;

use super::TestApp;

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

impl TestApp {
    /// Runs statements.
    pub async fn sql(&self, statements: &str) {
        self.database.connect().await.batch_execute(statements).await.unwrap();
    }

    /// The rows of a query, each as an object.
    pub async fn rows(&self, query: &str) -> Vec<Value> {
        let query = format!("SELECT to_jsonb(rows) AS row FROM ({query}) rows");
        let rows: Vec<Json> =
            sql_query(query).load(&mut self.database.connect().await).await.unwrap();
        rows.into_iter().map(|json| json.row).collect()
    }

    /// The one number that a query gives.
    pub async fn number(&self, query: &str) -> i64 {
        let query = format!("SELECT number::bigint FROM ({query}) AS rows(number)");
        let row: Number =
            sql_query(query).get_result(&mut self.database.connect().await).await.unwrap();
        row.number
    }

    /// How many rows a table has.
    pub async fn count(&self, table: &str) -> i64 {
        self.number(&format!("SELECT count(*) FROM {table}")).await
    }

    /// Makes an account without a passkey that is `minutes` old; its id.
    pub async fn account(&self, email: &str, minutes: u32) -> i64 {
        let sql = format!(
            "INSERT INTO users (email, created_at) \
             VALUES ('{email}', now() - interval '{minutes} minutes')"
        );
        self.sql(&sql).await;
        self.number(&format!("SELECT id FROM users WHERE email = '{email}'")).await
    }

    /// Makes every INSERT into `audit_log` fail from now on.
    pub async fn break_audit_log(&self) {
        self.sql(
            "CREATE FUNCTION refuse_audit() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'the audit log is full'; END $$; \
             CREATE TRIGGER refuse_audit BEFORE INSERT ON audit_log \
             FOR EACH ROW EXECUTE FUNCTION refuse_audit();",
        )
        .await;
    }

    /// The audit rows of one action, without their id and time.
    pub async fn audit(&self, action: &str) -> Vec<Value> {
        let query = format!(
            "SELECT actor_user_id, target_kind, target_id, context FROM audit_log \
             WHERE action = '{action}' ORDER BY id"
        );
        self.rows(&query).await
    }
}

impl TestApp {
    /// Takes the database away from the service, until it is given back.
    pub async fn cut_off_database(&self) {
        let name = self.database.name();
        // A statement of its own each: in one transaction the lock on the catalogue would keep
        // the others from being ended.
        let mut admin = self.admin().await;
        for statement in [
            format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false"),
            format!(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{name}'"
            ),
        ] {
            admin.batch_execute(&statement).await.unwrap();
        }
    }

    /// Gives it back.
    pub async fn give_back_database(&self) {
        let allow = format!("ALTER DATABASE {} ALLOW_CONNECTIONS true", self.database.name());
        self.admin().await.batch_execute(&allow).await.unwrap();
    }

    /// Sets a parameter of the server for all connections from now on, and ends those that are.
    pub async fn set_for_new_connections(&self, parameter: &str, value: &str) {
        self.cut_off_database().await;
        let name = self.database.name();
        let set = format!("ALTER DATABASE {name} SET {parameter} = '{value}'");
        self.admin().await.batch_execute(&set).await.unwrap();
        self.give_back_database().await;
    }

    async fn admin(&self) -> AsyncPgConnection {
        let url = test_support::postgres::shared().url("postgres");
        AsyncPgConnection::establish(&url).await.unwrap()
    }
}
