//! Transactions whose task goes away, and limits of time.

use diesel::sql_query;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use service_kit::db::{Connection, DbError, Pool, transaction};
use service_kit::settings::{DatabaseSettings, DatabaseUrl, Setting};
use test_support::postgres::TestDatabase;
use test_support::wait::eventually;
use tokio::sync::oneshot;

fn pool(database: &TestDatabase) -> Pool {
    let url = DatabaseUrl::parse(&database.url()).unwrap();
    Pool::new(&DatabaseSettings { url, ca: None }, 2).unwrap()
}

#[derive(diesel::QueryableByName)]
struct Free {
    #[diesel(sql_type = diesel::sql_types::Bool)]
    free: bool,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_whose_task_is_dropped_gives_its_locks_back_at_once() {
    let database = TestDatabase::create_empty().await;
    let pool = pool(&database);
    let (locked, seen) = oneshot::channel();
    let work = async |connection: &mut Connection| {
        connection.batch_execute("SELECT pg_advisory_xact_lock(7)").await?;
        locked.send(()).unwrap();
        std::future::pending::<Result<(), DbError>>().await
    };
    tokio::select! {
        _ = transaction(&pool, work) => panic!("it cannot end"),
        _ = seen => {}
    }
    eventually("the lock is free", || async {
        let free = sql_query("SELECT pg_try_advisory_lock(7) AS free");
        let mut other = database.connect().await;
        free.get_result::<Free>(&mut other).await.unwrap().free.then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_finished_transaction_gives_its_connection_back_to_the_pool() {
    let database = TestDatabase::create_empty().await;
    let pool = pool(&database);
    for _ in 0..5 {
        let done: Result<(), DbError> = transaction(&pool, async |connection: &mut Connection| {
            Ok(connection.batch_execute("SELECT 1").await?)
        })
        .await;
        done.unwrap();
        let failed: Result<(), DbError> =
            transaction(&pool, async |connection: &mut Connection| {
                Ok(connection.batch_execute("SELECT 1/0").await?)
            })
            .await;
        assert!(matches!(failed, Err(DbError::Query(_))), "{failed:?}");
    }
    let usage = pool.usage();
    assert_eq!((usage.open, usage.idle), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_that_outlives_its_limit_makes_the_database_count_as_away() {
    let database = TestDatabase::create_empty().await;
    let mut connection = pool(&database).get().await.unwrap();
    let endless = "SET statement_timeout = '20ms'; SELECT count(*) FROM generate_series(1, 1e12)";
    let error = connection.batch_execute(endless).await.map_err(DbError::from).unwrap_err();
    assert!(matches!(error, DbError::Unavailable(_)), "{error:?}");
}
