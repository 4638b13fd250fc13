//! How Postgres carries the predicate out at 100,000 users: by indexes alone, in both forms.

use diesel::sql_types::Text;
use diesel::{QueryableByName, sql_query};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use raptor_api::db::ghost::{ABOUT_MANY, ABOUT_ONE};

use crate::helpers::TestApp;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    #[diesel(column_name = "QUERY PLAN")]
    line: String,
}

const FILL: &str = "
    INSERT INTO users (email) SELECT 'user-' || n || '@example.com' FROM generate_series(1, 100000) n;
    INSERT INTO webauthn_credentials (user_id, credential_id, passkey)
    SELECT id, int8send(id), '{}' FROM users WHERE id % 10 <> 0;
    INSERT INTO customer_sessions (user_id)
    SELECT id FROM users, generate_series(1, 2) WHERE id % 10 <> 0;
    ANALYZE users; ANALYZE webauthn_credentials; ANALYZE customer_sessions;";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_predicate_uses_indexes_alone() {
    let app = TestApp::start().await;
    let mut connection = app.database.connect().await;
    connection.batch_execute(FILL).await.unwrap();
    let emails: Vec<String> = (0..500).map(|n| format!("'user-{}@example.com'", n * 200)).collect();
    for (name, sql, argument) in [
        ("one", ABOUT_ONE, "'user-77@example.com'".to_owned()),
        ("many", ABOUT_MANY, format!("ARRAY[{}]", emails.join(", "))),
    ] {
        let kind = if name == "one" { "text" } else { "text[]" };
        let prepare = format!("PREPARE {name}({kind}) AS {sql}");
        connection.batch_execute(&prepare).await.unwrap();
        // As the first executions of a prepared statement are planned, and as all later ones.
        for mode in ["force_custom_plan", "force_generic_plan"] {
            let set = format!("SET plan_cache_mode = {mode}");
            connection.batch_execute(&set).await.unwrap();
            let explain = format!("EXPLAIN (COSTS OFF) EXECUTE {name}({argument})");
            let lines: Vec<Line> = sql_query(explain).load(&mut connection).await.unwrap();
            let plan: Vec<String> = lines.into_iter().map(|line| line.line).collect();
            let plan = plan.join("\n");
            assert!(!plan.contains("Seq Scan"), "{name}, {mode}:\n{plan}");
            for index in [
                "users_email_key",
                "webauthn_credentials_user_id_idx",
                "customer_sessions_user_id_idx",
            ] {
                assert!(plan.contains(index), "{index} is not used. {name}, {mode}:\n{plan}");
            }
        }
    }
}
