//! A Postgres that hangs, is full of others, or speaks another language; a Redis that hangs.

use std::time::Duration;

use diesel::sql_query;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use service_kit::db::{Connection, DbError, Patience, Pool, Transient, retry_once, transaction};
use service_kit::redis::Redis;
use service_kit::settings::{DatabaseSettings, DatabaseUrl, RedisUrl, Setting};
use test_support::postgres::TestDatabase;
use test_support::relay::Relay;
use test_support::wait::{eventually, within};

/// Nobody in a test waits as long as a service does.
const SHORT: Patience = Patience {
    connection: Duration::from_millis(300),
    answer: Duration::from_millis(400),
    queue: 3,
};

fn pool(url: &str, size: usize) -> Pool {
    let url = DatabaseUrl::parse(url).unwrap();
    Pool::with_patience(&DatabaseSettings { url, ca: None }, size, SHORT).unwrap()
}

async fn ask(pool: &Pool) -> Result<(), DbError> {
    let mut connection = pool.get().await?;
    Ok(connection.batch_execute("SELECT 1").await?)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_falls_silent_in_mid_statement_counts_as_away_and_is_found_again() {
    let database = TestDatabase::create_empty().await;
    let (relay, url) = Relay::in_front_of(&database.url());
    let pool = pool(&url, 2);
    let mut connection = pool.get().await.unwrap();
    relay.stall();
    let asked = within("the silence ends", connection.batch_execute("SELECT 1")).await;
    let error = DbError::from(asked.unwrap_err());
    assert!(matches!(error, DbError::Unavailable(_)), "{error:?}");
    drop(connection);
    let error = within("nobody connects", ask(&pool)).await.unwrap_err();
    assert!(matches!(error, DbError::Unavailable(_)), "{error:?}");
    relay.restore();
    eventually("it is there again", async || ask(&pool).await.ok()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_that_takes_its_time_is_no_silence_once_it_has_answered() {
    let database = TestDatabase::create_empty().await;
    let pool = pool(&database.url(), 1);
    let mut connection = pool.get().await.unwrap();
    connection.batch_execute("SELECT pg_sleep(0.2)").await.unwrap();
    let server: fn() -> _ = || sql_query("SELECT pg_backend_pid()::bigint AS number");
    let pid = server().get_result::<Number>(&mut connection).await.unwrap().number;
    // Idle for longer than an answer may take.
    let idle = Duration::from_secs(1);
    eventually("it was idle", async || {
        let mut other = database.connect().await;
        let since = format!(
            "SELECT count(*) AS number FROM pg_stat_activity WHERE pid = {pid} \
             AND state = 'idle' AND now() - state_change > interval '{} ms'",
            idle.as_millis()
        );
        let found = sql_query(since).get_result::<Number>(&mut other).await.unwrap().number;
        (found == 1).then_some(())
    })
    .await;
    assert_eq!(server().get_result::<Number>(&mut connection).await.unwrap().number, pid);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_is_let_go_in_mid_statement_gives_its_locks_back() {
    let database = TestDatabase::create_empty().await;
    let pool = pool(&database.url(), 1);
    let work = async |connection: &mut Connection| {
        connection.batch_execute("SELECT pg_advisory_xact_lock(7)").await?;
        Ok::<_, DbError>(connection.batch_execute("SELECT pg_sleep(600)").await?)
    };
    let working = tokio::time::timeout(Duration::from_millis(200), transaction(&pool, work)).await;
    assert!(working.is_err(), "{working:?}");
    // The server learns of it when it looks up from its statement; the pool need not wait.
    eventually("the pool has room", async || ask(&pool).await.ok()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_in_vain_for_a_connection_is_told_and_many_who_wait_are_a_crowd() {
    let database = TestDatabase::create_empty().await;
    let pool = pool(&database.url(), 1);
    let busy = pool.get().await.unwrap();
    assert!(!pool.is_crowded());
    let waiting: Vec<_> = (0..3)
        .map(|_| {
            let pool = pool.clone();
            tokio::spawn(async move { ask(&pool).await })
        })
        .collect();
    eventually("three wait", async || pool.is_crowded().then_some(())).await;
    for waited in waiting {
        let error = waited.await.unwrap().unwrap_err();
        assert!(matches!(error, DbError::Unavailable(_)), "{error:?}");
    }
    assert!(!pool.is_crowded());
    drop(busy);
    ask(&pool).await.unwrap();
}

#[derive(diesel::QueryableByName)]
struct Number {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    number: i64,
}

#[derive(Debug)]
struct Deadlock(DbError);

impl Transient for Deadlock {
    fn is_transient(&self) -> bool {
        self.0.is_transient()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_told_by_its_words_is_asked_for_in_english() {
    let database = TestDatabase::create_empty().await;
    let name = database.name();
    // Any locale will do that is not English for certain: which are translated depends on the
    // machine.
    database.sql(&format!("ALTER DATABASE {name} SET lc_messages = 'C.utf8'")).await;
    let pool = pool(&database.url(), 1);
    let english = "SELECT (current_setting('lc_messages') = 'C')::int::bigint AS number";
    let mut connection = pool.get().await.unwrap();
    let spoken = sql_query(english).get_result::<Number>(&mut connection).await.unwrap();
    assert_eq!(spoken.number, 1);
    drop(connection);
    for (statement, away) in [
        ("SET statement_timeout = '20ms'; SELECT pg_sleep(60)", true),
        ("SELECT pg_terminate_backend(pg_backend_pid())", true),
        ("SELECT 1/0", false),
    ] {
        let mut connection = pool.get().await.unwrap();
        let error = DbError::from(connection.batch_execute(statement).await.unwrap_err());
        assert_eq!(matches!(error, DbError::Unavailable(_)), away, "{statement}: {error:?}");
        drop(connection);
    }
    let raised = "DO $$ BEGIN RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01'; END $$";
    let attempts = std::sync::atomic::AtomicU32::new(0);
    let work = async || {
        attempts.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let mut connection = pool.get().await.map_err(Deadlock)?;
        connection.batch_execute(raised).await.map_err(|error| Deadlock(error.into()))
    };
    assert!(retry_once(work).await.is_err());
    assert_eq!(attempts.into_inner(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_falls_silent_counts_as_away_and_another_in_its_place_is_found() {
    let (relay, url) = Relay::in_front_of(&test_support::redis::test_database_url());
    let redis = Redis::new(&RedisUrl::parse(&url).unwrap(), None).unwrap();
    redis.check().await.unwrap();
    relay.stall();
    within("the silence ends", redis.check()).await.unwrap_err();
    relay.restore();
    eventually("it is there again", async || redis.check().await.ok()).await;
}
