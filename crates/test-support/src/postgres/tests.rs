use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::QueryableByName;
use diesel::sql_types::Text;
use diesel_async::{RunQueryDsl as _, SimpleAsyncConnection as _};

use super::*;
use crate::wait;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    value: String,
}

async fn value(connection: &mut diesel_async::AsyncPgConnection, sql: &str) -> Option<String> {
    let rows: Vec<Row> = diesel::sql_query(sql).load(connection).await.unwrap();
    rows.into_iter().next().map(|row| row.value)
}

async fn migrate(url: String) -> Result<(), String> {
    // Panics where there is one thread, as diesel-async's migration harness does.
    tokio::task::block_in_place(|| ());
    let mut connection = template::connect(&url).await;
    let sql = "CREATE TABLE greeting AS SELECT 'hello'::text AS value";
    connection.batch_execute(sql).await.map_err(|error| error.to_string())
}

#[tokio::test]
async fn databases_are_clones_of_a_template_that_is_made_once() {
    let made = AtomicUsize::new(0);
    let template = Template {
        name: "once",
        fingerprint: uuid::Uuid::new_v4().to_string(),
        migrate: |url| {
            made.fetch_add(1, Ordering::Relaxed);
            migrate(url)
        },
    };
    let create = || TestDatabase::create(&template);
    let databases = tokio::join!(create(), create(), create(), create());
    for database in [&databases.0, &databases.1, &databases.2, &databases.3] {
        let mut connection = database.connect().await;
        let greeting = value(&mut connection, "SELECT value FROM greeting").await;
        assert_eq!(greeting.as_deref(), Some("hello"));
    }
    assert_eq!(made.into_inner(), 1);
}

#[tokio::test]
async fn other_migrations_make_another_template() {
    let template = |fingerprint: &str| Template {
        name: "changed",
        fingerprint: fingerprint.to_owned(),
        migrate: migrate_to(fingerprint.to_owned()),
    };
    for version in ["1", "2", "1"] {
        let database = TestDatabase::create(&template(version)).await;
        let found = value(&mut database.connect().await, "SELECT value FROM version").await;
        assert_eq!(found.as_deref(), Some(version));
    }
}

fn migrate_to(
    version: String,
) -> impl Fn(String) -> Pin<Box<dyn Future<Output = Result<(), String>>>> {
    move |url| {
        let sql = format!("CREATE TABLE version AS SELECT '{version}'::text AS value");
        Box::pin(async move {
            let mut connection = template::connect(&url).await;
            connection.batch_execute(&sql).await.map_err(|error| error.to_string())
        })
    }
}

#[tokio::test]
async fn what_one_test_writes_no_other_sees() {
    let template = Template { name: "apart", fingerprint: "1".to_owned(), migrate };
    let (one, other) =
        tokio::join!(TestDatabase::create(&template), TestDatabase::create(&template));
    assert_ne!(one.url(), other.url());
    one.connect().await.batch_execute("DELETE FROM greeting").await.unwrap();
    let left = value(&mut other.connect().await, "SELECT value FROM greeting").await;
    assert_eq!(left.as_deref(), Some("hello"));
}

#[tokio::test]
async fn a_dropped_database_is_gone_even_while_it_is_used() {
    let database = TestDatabase::create_empty().await;
    let name = database.name().to_owned();
    let _user = database.connect().await;
    drop(database);
    let mut admin = template::connect(&shared().url("postgres")).await;
    let sql = format!("SELECT datname::text AS value FROM pg_database WHERE datname = '{name}'");
    assert_eq!(value(&mut admin, &sql).await, None);
}

#[tokio::test]
async fn a_cluster_takes_settings_and_goes_with_its_handle() {
    let settings = vec![("work_mem".to_owned(), "5MB".to_owned())];
    let cluster = Cluster::start(&Options { settings, ..Options::default() }).unwrap();
    let mut connection = template::connect(&cluster.url("postgres")).await;
    let setting = "SELECT current_setting('work_mem') AS value";
    assert_eq!(value(&mut connection, setting).await.as_deref(), Some("5MB"));
    let address = ("127.0.0.1", cluster.port());
    drop(cluster);
    wait::eventually("nobody listens", || async move {
        tokio::net::TcpStream::connect(address).await.is_err().then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_server_that_is_stopped_at_once_comes_back_with_what_was_committed() {
    let settings = vec![("synchronous_commit".to_owned(), "on".to_owned())];
    let cluster = Cluster::start(&Options { settings, ..Options::default() }).unwrap();
    let mut before = template::connect(&cluster.url("postgres")).await;
    before.batch_execute("CREATE TABLE kept AS SELECT 'yes'::text AS value").await.unwrap();
    cluster.restart_at_once(std::time::Duration::from_millis(10)).unwrap();
    assert!(before.batch_execute("SELECT 1").await.is_err(), "the old connection is gone");
    let mut after = template::connect(&cluster.url("postgres")).await;
    assert_eq!(value(&mut after, "SELECT value FROM kept").await.as_deref(), Some("yes"));
    // And once more: the watchdog knows the new server.
    cluster.restart_at_once(std::time::Duration::ZERO).unwrap();
    let mut after = template::connect(&cluster.url("postgres")).await;
    assert_eq!(value(&mut after, "SELECT value FROM kept").await.as_deref(), Some("yes"));
}
