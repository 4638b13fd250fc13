//! What the database holds.

use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use serde_json::Value;

use super::TestApp;

impl TestApp {
    /// Runs statements.
    pub async fn sql(&self, statements: &str) {
        self.database.sql(statements).await;
    }

    /// The rows of a query, each as an object.
    pub async fn rows(&self, query: &str) -> Vec<Value> {
        self.database.rows(query).await
    }

    /// The one number that a query gives.
    pub async fn number(&self, query: &str) -> i64 {
        self.database.number(query).await
    }

    /// How many rows of a table there are (`table`, or `table WHERE …`).
    pub async fn count(&self, table: &str) -> i64 {
        self.database.count(table).await
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
        self.database.break_audit_log("true").await;
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
