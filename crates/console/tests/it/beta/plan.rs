//! How Postgres carries the pages of the list out with many testers: along indexes, whatever is
//! looked for and in whatever order.

use console::db::interrupted_reset::TESTERS;
use console::db::roster::statement;
use console::domain::order::Sort;
use console::domain::roster::Filter;
use console::domain::tester::StateFilter;
use diesel::sql_types::Text;
use diesel::{QueryableByName, sql_query};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

use crate::helpers::migrated_database;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    #[diesel(column_name = "QUERY PLAN")]
    line: String,
}

/// 60 in 100 healthy, 15 invited, 10 ghosts of both kinds, 15 whose invitation ended.
const FILL: &str = "
    INSERT INTO beta_testers (email, name, account_state, account_state_since, account_seen_at)
    SELECT 'user-' || n || '@example.com', (ARRAY['Ada', 'Grace', 'Alan'])[1 + n % 3] || ' ' || n,
        CASE WHEN n % 100 < 60 THEN 'healthy' WHEN n % 100 < 65 THEN 'ghost_empty_shell'
             ELSE 'ghost_no_users_row' END,
        now() - n * interval '1 minute', now()
    FROM generate_series(1, 20000) n;
    INSERT INTO beta_walkthrough_tokens (tester_email, expires_at, consumed_at, revoked_at)
    SELECT email, now() + CASE WHEN id % 100 < 93 THEN 1 ELSE -1 END * interval '7 days',
        CASE WHEN id % 100 < 70 THEN now() END, CASE WHEN id % 100 BETWEEN 85 AND 92 THEN now() END
    FROM beta_testers;
    INSERT INTO mail_outbox (tester_id, token_id, kind, to_email, from_email, status)
    SELECT tester.id, token.id, 'invitation', email, 'b@x.example',
        CASE WHEN token.id % 500 = 0 THEN 'failed' ELSE 'accepted' END
    FROM beta_testers AS tester JOIN beta_walkthrough_tokens AS token ON tester_email = email;
    INSERT INTO beta_ghost_resets (tester_id, actor, finished_at, outcome)
    SELECT id, 'x', now(), 'completed' FROM beta_testers WHERE id % 10 = 0;
    ANALYZE;";

async fn plan(connection: &mut AsyncPgConnection, statement: &str, arguments: &str) -> String {
    let types = "text, text, timestamptz, bigint, bigint";
    let types = if statement.contains("$5") { types } else { "bigint" };
    // The driver does not keep these statements: each is planned for its own parameters.
    connection
        .batch_execute(&format!(
            "SET plan_cache_mode = force_custom_plan; PREPARE page ({types}) AS {statement}"
        ))
        .await
        .unwrap();
    let explain = format!("EXPLAIN (COSTS OFF) EXECUTE page ({arguments})");
    let lines: Vec<Line> = sql_query(explain).load(connection).await.unwrap();
    connection.batch_execute("DEALLOCATE page").await.unwrap();
    lines.into_iter().map(|line| line.line).collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_of_the_list_walks_along_an_index() {
    let database = migrated_database().await;
    let mut connection = database.connect().await;
    connection.batch_execute(FILL).await.unwrap();
    let states = [None].into_iter().chain(StateFilter::ALL.map(Some));
    for state in states {
        for sort in Sort::ALL {
            for search in [None, Some("user"), Some("grace 77"), Some("nobody")] {
                let filter = Filter { search: search.map(str::to_owned), state };
                let pattern = search.map_or("NULL".to_owned(), |text| format!("'%{text}%'"));
                for continued in [false, true] {
                    let arguments =
                        format!("{pattern}, 'Grace 10000', now() - interval '7 days', 10000, 51");
                    let statement = statement(&filter, sort, continued);
                    let plan = plan(&mut connection, &statement, &arguments).await;
                    let what = format!("{filter:?} {sort:?} {continued}:\n{plan}");
                    assert!(!plan.contains("Seq Scan"), "{what}");
                    // The few that hold a rare text are found by it, not by reading all names.
                    if search == Some("nobody") && state.is_none() {
                        assert!(plan.contains("beta_testers_search_idx"), "{what}");
                    }
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whose_reset_was_interrupted_is_found_by_an_index() {
    let database = migrated_database().await;
    let mut connection = database.connect().await;
    connection.batch_execute(FILL).await.unwrap();
    let plan = plan(&mut connection, TESTERS, "5").await;
    let index = "beta_ghost_resets_open_idx";
    assert!(!plan.contains("Seq Scan") && plan.contains(index), "{plan}");
}
