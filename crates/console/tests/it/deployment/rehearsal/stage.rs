//! What stands around the two apps.

use diesel_async::{AsyncConnection as _, AsyncPgConnection, SimpleAsyncConnection as _};
use test_support::postgres::{Cluster, Options};
use test_support::postmark::Postmark;
use test_support::redis::RedisServer;
use test_support::tls::Authority;

use super::app::App;

/// A Postgres and a Redis that speak TLS, a stand-in for Postmark, and both apps.
pub(super) struct Stage {
    authority: Authority,
    cluster: Cluster,
    redis: RedisServer,
    pub(super) postmark: Postmark,
    pub(super) console: App,
    pub(super) raptor: App,
}

impl Stage {
    pub(super) async fn set_up() -> Self {
        let authority = Authority::new();
        let certificate = Some(authority.issue(&["localhost"]));
        let options = Options { max_connections: 60, certificate, ..Options::default() };
        let cluster = Cluster::start(&options).unwrap();
        // As Heroku's: nobody vouches for it.
        let redis = RedisServer::start_with_tls(&Authority::new().issue(&["redis"])).unwrap();
        let console = App::new("console", cluster.url("console")).await;
        let raptor = App::new("raptor-api", cluster.url("raptor-api")).await;
        Self { authority, cluster, redis, postmark: Postmark::start(), console, raptor }
    }

    /// Changes what somebody who deploys has to change, and what is given beside, and starts both.
    pub(super) async fn start(&mut self, raptor: &[(&str, &str)], console: &[(&str, &str)]) {
        let mut admin = AsyncPgConnection::establish(&self.cluster.url("postgres")).await.unwrap();
        for app in ["console", "raptor-api"] {
            for statement in [
                format!("CREATE ROLE \"{app}\" LOGIN"),
                format!("CREATE DATABASE \"{app}\" OWNER \"{app}\""),
            ] {
                admin.batch_execute(&statement).await.unwrap();
            }
        }
        let port = self.cluster.port();
        let database =
            |app: &str| format!("postgres://{app}:x@localhost:{port}/{app}?sslmode=verify-full");
        let ca = self.authority.pem();
        self.raptor.set(&[
            ("DATABASE_URL", &database("raptor-api")),
            ("DATABASE_CA_CERT", ca),
            ("REDIS_URL", &format!("{}#insecure", self.redis.url())),
            ("CONSOLE_INTERNAL_URL", &self.console.url()),
        ]);
        self.raptor.set(raptor);
        self.console.set(&[
            ("DATABASE_URL", &database("console")),
            ("DATABASE_CA_CERT", ca),
            ("RAPTOR_INTERNAL_URL", &self.raptor.url()),
            ("POSTMARK_API_URL", &self.postmark.url()),
            ("POSTMARK_SERVER_TOKEN", &self.postmark.server_token()),
        ]);
        self.console.set(console);
        for app in [&mut self.raptor, &mut self.console] {
            app.start().await;
            app.ready().await;
        }
    }

    /// Both end when they are told to.
    pub(super) async fn stop(mut self) {
        self.console.stop().await;
        self.raptor.stop().await;
    }
}
