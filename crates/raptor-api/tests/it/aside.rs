//! What a transaction can do without, and what it cannot.

use diesel::sql_types::Text;
use diesel::{QueryableByName, sql_query};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use raptor_api::db::aside;
use service_kit::db::{Connection, DbError, Pool, transaction};
use service_kit::settings::{DatabaseSettings, DatabaseUrl, Setting};
use test_support::postgres::TestDatabase;

async fn database() -> (TestDatabase, Pool) {
    let database = TestDatabase::create_empty().await;
    database.sql("CREATE TABLE notes (text text PRIMARY KEY)").await;
    let url = DatabaseUrl::parse(&database.url()).unwrap();
    let pool = Pool::new(&DatabaseSettings { url, ca: None }, 1).unwrap();
    (database, pool)
}

async fn run(connection: &mut Connection, statements: &str) -> Result<(), DbError> {
    Ok(connection.batch_execute(statements).await?)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_fails_is_undone_and_the_transaction_goes_on() {
    let (database, pool) = database().await;
    let done: Result<(), DbError> = transaction(&pool, async |connection: &mut Connection| {
        run(connection, "INSERT INTO notes VALUES ('before')").await?;
        let good = "INSERT INTO notes VALUES ('good')";
        aside::write(connection, async |c: &mut Connection| run(c, good).await).await?.unwrap();
        let bad = "INSERT INTO notes VALUES ('bad'); INSERT INTO notes VALUES ('before')";
        aside::write(connection, async |c: &mut Connection| run(c, bad).await).await?.unwrap_err();
        run(connection, "INSERT INTO notes VALUES ('after')").await
    })
    .await;
    done.unwrap();
    let rows = database.rows("SELECT text FROM notes ORDER BY text").await;
    let texts: Vec<_> = rows.iter().map(|row| row["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["after", "before", "good"]);
    let usage = pool.usage();
    assert_eq!((usage.open, usage.idle), (1, 1));
}

/// Postgres answers the COMMIT of such a transaction with success, and rolls it back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_that_is_lost_with_it_fails() {
    let (database, pool) = database().await;
    let done: Result<(), DbError> = transaction(&pool, async |connection: &mut Connection| {
        run(connection, "INSERT INTO notes VALUES ('before')").await?;
        let no_way_back = "RELEASE SAVEPOINT diesel_savepoint_1; SELECT 1/0";
        let write = async |c: &mut Connection| run(c, no_way_back).await;
        let _nobody_cares = aside::write(connection, write).await?;
        Ok(())
    })
    .await;
    assert!(matches!(done, Err(DbError::Query(_))), "{done:?}");
    assert_eq!(database.count("notes").await, 0);
}

#[derive(QueryableByName)]
struct Shown {
    #[diesel(sql_type = Text)]
    lock_timeout: String,
}

async fn patience(connection: &mut Connection) -> Result<String, DbError> {
    let show = sql_query("SELECT current_setting('lock_timeout') AS lock_timeout");
    let Shown { lock_timeout } = show.get_result(connection).await?;
    Ok(lock_timeout)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_what_can_be_done_without_gives_up_early() {
    let (_database, pool) = database().await;
    let seen: Result<Vec<String>, DbError> =
        transaction(&pool, async |connection: &mut Connection| {
            let mut seen = vec![patience(connection).await?];
            let look = async |connection: &mut Connection| {
                seen.push(patience(connection).await?);
                Ok(())
            };
            aside::write(connection, look).await?.unwrap();
            seen.push(patience(connection).await?);
            let fault = async |c: &mut Connection| run(c, "SELECT 1/0").await;
            aside::write(connection, fault).await?.unwrap_err();
            seen.push(patience(connection).await?);
            Ok(seen)
        })
        .await;
    assert_eq!(seen.unwrap(), ["5s", "500ms", "5s", "5s"]);
}
