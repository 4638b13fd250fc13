//! What a person sees while something the service stands on is away, what the databases hold
//! then, and that it heals by itself.

mod clients;
mod console;
mod disk;
mod postgres;
mod redis;
mod server;

use std::time::Duration;

use raptor_api::MIGRATIONS;
use raptor_api::settings::Variables;
use service_kit::db::Patience;
use service_kit::settings::Source;
use test_support::postgres::{Cluster, Options as ClusterOptions};
use test_support::wait::eventually;

use crate::helpers::{Ask, Options, Reply, TestApp};

const EMAIL: &str = "ada@example.com";

/// Nobody in a test waits as long as in production.
const SHORT: Patience = Patience {
    connection: Duration::from_millis(700),
    answer: Duration::from_millis(700),
    queue: 100,
};

/// A service on that database.
async fn start_on(database_url: &str) -> TestApp {
    start_with(database_url, SHORT).await
}

async fn start_with(database_url: &str, patience: Patience) -> TestApp {
    let variables = vec![("DATABASE_URL", database_url.to_owned())];
    TestApp::start_with(Options { variables, patience, ..Options::default() }).await
}

/// A server of the test's own, with our schema in its database `raptor`.
async fn own_cluster(options: ClusterOptions) -> (Cluster, String) {
    let cluster = start_cluster(options).await;
    let url = create_database(&cluster, "").await;
    (cluster, url)
}

async fn start_cluster(options: ClusterOptions) -> Cluster {
    let started = tokio::task::spawn_blocking(move || Cluster::start(&options)).await;
    started.unwrap().unwrap()
}

/// The database `raptor`, made with those clauses, and our schema in it.
async fn create_database(cluster: &Cluster, clauses: &str) -> String {
    sql(&cluster.url("postgres"), &format!("CREATE DATABASE raptor {clauses}")).await;
    let url = cluster.url("raptor");
    migrate(&url).await;
    url
}

async fn migrate(url: &str) {
    let source = Source::from_pairs([("DATABASE_URL", url)]);
    let settings = Variables::read(source).for_database().unwrap();
    service_kit::migrate::run(&settings.database, MIGRATIONS).await.unwrap();
}

/// Runs one statement on a connection of its own.
async fn sql(url: &str, statement: &str) {
    try_sql(url, statement).await.unwrap_or_else(|error| panic!("{error}: {statement}"));
}

async fn try_sql(url: &str, statement: &str) -> Result<(), String> {
    use diesel_async::{AsyncConnection as _, AsyncPgConnection, SimpleAsyncConnection as _};
    let connection = AsyncPgConnection::establish(url).await;
    let mut connection = connection.map_err(|error| error.to_string())?;
    connection.batch_execute(statement).await.map_err(|error| error.to_string())
}

/// The one number that a query gives.
async fn number(url: &str, query: &str) -> i64 {
    use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl as _};
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        number: i64,
    }
    let mut connection = AsyncPgConnection::establish(url).await.unwrap();
    let query = format!("SELECT number::bigint FROM ({query}) AS rows(number)");
    let row: Row = diesel::sql_query(query).get_result(&mut connection).await.unwrap();
    row.number
}

/// 503, and when to come back.
#[track_caller]
fn assert_away(reply: &Reply) {
    reply.assert_error(503, "service_unavailable");
    assert_eq!(reply.header("retry-after"), "5");
}

/// Everything that needs the database says so, to a program and to a person; the rest goes on.
async fn assert_all_away(app: &TestApp, token: &str) {
    let client = &app.client;
    let cookie = format!("raptor_session={}", "A".repeat(43));
    let (check, batch, preview, timeline, delete, begin, login, session, page, ready) = tokio::join!(
        client.ghost_check(EMAIL),
        client.ghost_check_batch(&[EMAIL]),
        client.ghost_preview(EMAIL),
        client.signup_timeline(EMAIL),
        client.ghost_delete(EMAIL),
        client.begin(token),
        client.login_begin(),
        client.session(&cookie),
        client.send(Ask::get("/signup?token=a.b").cookie(&cookie).html()),
        client.get("/readyz"),
    );
    for reply in [check, batch, preview, timeline, delete, begin, login, session] {
        assert_away(&reply);
    }
    assert!([400, 503].contains(&page.status), "{page:?}");
    let signup = client.page(&format!("/signup?token={token}")).await;
    assert_eq!(signup.status, 503, "{signup:?}");
    assert!(signup.text.contains("<h1"), "{signup:?}");
    assert_eq!(signup.header("retry-after"), "5");
    assert_eq!((ready.status, ready.json()["status"].as_str()), (503, Some("unavailable")));
    assert_eq!(ready.json()["checks"]["database"], "unavailable");
    assert_eq!(client.get("/healthz").await.status, 200);
    assert_eq!(client.page("/").await.status, 200);
}

/// It is ready again, and does its work.
async fn assert_heals(app: &TestApp, token: &str) {
    eventually("the service is ready again", async || {
        (app.client.get("/readyz").await.status == 200).then_some(())
    })
    .await;
    eventually("a signup begins", async || {
        (app.client.begin(token).await.status == 200).then_some(())
    })
    .await;
}
