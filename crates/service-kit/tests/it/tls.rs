//! TLS towards a real Postgres and a real Redis, with certificates of an authority that only
//! those know who were told (section 9 of the contracts).

use std::sync::LazyLock;

use diesel::sql_query;
use diesel_async::RunQueryDsl;
use service_kit::db;
use service_kit::redis::Redis;
use service_kit::settings::{CaCertificates, DatabaseSettings, DatabaseUrl, RedisUrl, Setting};
use test_support::postgres::{Cluster, Options};
use test_support::redis::RedisServer;
use test_support::tls::{Authority, Certificate};

/// A name that is not this machine's, so that `sslmode` is `require` where it is absent. `hostaddr`
/// leads the driver here all the same; the certificate is judged by the name.
const HOST: &str = "db.example";

static AUTHORITY: LazyLock<Authority> = LazyLock::new(Authority::new);
static POSTGRES: LazyLock<Cluster> = LazyLock::new(|| postgres(AUTHORITY.issue(&[HOST])));

fn postgres(certificate: Certificate) -> Cluster {
    let options =
        Options { max_connections: 20, certificate: Some(certificate), ..Options::default() };
    Cluster::start(&options).unwrap()
}

fn trusting(authority: &Authority) -> Option<CaCertificates> {
    Some(CaCertificates::parse(authority.pem()).unwrap())
}

#[derive(diesel::QueryableByName)]
struct Encrypted {
    #[diesel(sql_type = diesel::sql_types::Bool)]
    ssl: bool,
}

/// Whether a connection is encrypted, as the server says, or why there is none.
async fn connect(
    cluster: &Cluster,
    host: &str,
    mode: &str,
    ca: Option<CaCertificates>,
) -> Result<bool, String> {
    let mode = if mode.is_empty() { String::new() } else { format!("&sslmode={mode}") };
    let port = cluster.port();
    let url = format!("postgres://postgres@{host}:{port}/postgres?hostaddr=127.0.0.1{mode}");
    let url = DatabaseUrl::parse(&url).unwrap();
    let connected = db::connect(&DatabaseSettings { url, ca }).await;
    let mut connection = connected.map_err(|error| error.to_string())?;
    let encrypted: Encrypted =
        sql_query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
            .get_result(&mut connection)
            .await
            .unwrap();
    Ok(encrypted.ssl)
}

#[tokio::test]
async fn a_postgres_elsewhere_is_spoken_to_in_tls_unless_told_otherwise() {
    for (mode, encrypted) in
        [("", true), ("require", true), ("prefer", true), ("allow", true), ("disable", false)]
    {
        assert_eq!(connect(&POSTGRES, HOST, mode, None).await, Ok(encrypted), "{mode}");
    }
}

#[tokio::test]
async fn a_postgres_without_tls_is_not_spoken_to_in_the_clear_where_tls_is_required() {
    let plain = Cluster::start(&Options { max_connections: 20, ..Options::default() }).unwrap();
    for mode in ["", "require", "verify-full"] {
        let refused = connect(&plain, HOST, mode, trusting(&AUTHORITY)).await.unwrap_err();
        assert!(refused.contains("TLS"), "{mode}: {refused}");
    }
    assert_eq!(connect(&plain, HOST, "prefer", None).await, Ok(false));
}

#[tokio::test]
async fn verify_full_takes_the_certificate_of_a_known_authority_for_the_right_name_alone() {
    let right = connect(&POSTGRES, HOST, "verify-full", trusting(&AUTHORITY)).await;
    assert_eq!(right, Ok(true));

    let elsewhere = connect(&POSTGRES, "other.example", "verify-full", trusting(&AUTHORITY)).await;
    assert!(elsewhere.unwrap_err().contains("not valid for name"));
    let stranger = connect(&POSTGRES, HOST, "verify-full", trusting(&Authority::new())).await;
    assert!(stranger.unwrap_err().contains("invalid peer certificate"));
    let untold = connect(&POSTGRES, HOST, "verify-full", None).await;
    assert!(untold.unwrap_err().contains("UnknownIssuer"));
}

#[tokio::test]
async fn verify_full_refuses_a_certificate_that_has_ended_and_require_does_not() {
    let old = postgres(AUTHORITY.issue_expired(&[HOST]));
    let refused = connect(&old, HOST, "verify-full", trusting(&AUTHORITY)).await.unwrap_err();
    assert!(refused.contains("expired"), "{refused}");
    assert_eq!(connect(&old, HOST, "require", None).await, Ok(true));
}

/// Whether a Redis is reached and takes writes, or why not.
async fn write(url: &str, ca: Option<&CaCertificates>) -> Result<(), String> {
    let url = RedisUrl::parse(url).unwrap();
    let redis = Redis::new(&url, ca).map_err(|error| error.to_string())?;
    redis.check().await.map_err(|error| error.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_over_tls_is_known_by_its_authority_and_its_name() {
    let server = RedisServer::start_with_tls(&AUTHORITY.issue(&["localhost"])).unwrap();
    let port = server.port();
    let (by_name, by_address) =
        (format!("rediss://localhost:{port}"), format!("rediss://127.0.0.1:{port}"));
    let ca = trusting(&AUTHORITY);
    assert_eq!(write(&by_name, ca.as_ref()).await, Ok(()));

    assert!(write(&by_address, ca.as_ref()).await.unwrap_err().contains("not valid for name"));
    let stranger = trusting(&Authority::new());
    assert!(write(&by_name, stranger.as_ref()).await.unwrap_err().contains("certificate"));
    assert!(write(&by_name, None).await.unwrap_err().contains("certificate"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_whose_certificate_nobody_vouches_for_is_taken_where_the_address_says_insecure() {
    let server = RedisServer::start_with_tls(&Authority::new().issue_expired(&["h"])).unwrap();
    let insecure = format!("{}#insecure", server.url());
    assert_eq!(write(&insecure, None).await, Ok(()));
    assert_eq!(write(&insecure, trusting(&AUTHORITY).as_ref()).await, Ok(()));
    assert!(write(&server.url(), None).await.is_err());

    let in_the_clear = server.url().replacen("rediss:", "redis:", 1);
    assert!(write(&in_the_clear, None).await.is_err());
}
