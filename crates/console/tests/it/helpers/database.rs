//! What the database holds.

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

    /// Makes every INSERT into `audit_log` fail from now on.
    pub async fn break_audit_log(&self) {
        self.database.break_audit_log("true").await;
    }

    /// The audit rows of one action, without their id and time.
    pub async fn audited(&self, action: &str) -> Vec<Value> {
        let query = format!(
            "SELECT actor, target_type, target_id, payload FROM audit_log \
             WHERE action = '{action}' ORDER BY id"
        );
        self.rows(&query).await
    }

    /// Switches `beta_ghost_reset` in its row.
    pub async fn switch_ghost_reset(&self, on: bool) {
        self.sql(&format!(
            "UPDATE feature_flags SET enabled = {on} WHERE name = 'beta_ghost_reset'"
        ))
        .await;
    }
}
