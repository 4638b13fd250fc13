//! The two places where ceremonies wait, tested by the same stories.

use redis::Commands;

use super::TestApp;

/// Makes of each story two tests: with challenges in Postgres and in Redis.
macro_rules! on_both_stores {
    ($($(#[$doc:meta])* async fn $name:ident($app:ident: TestApp) $story:block)+) => {$(
        $(#[$doc])*
        mod $name {
            #[allow(unused_imports, reason = "not every story needs every name")]
            use super::*;

            async fn story($app: TestApp) $story

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn with_challenges_in_postgres() {
                story(TestApp::start().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn with_challenges_in_redis() {
                story(TestApp::start_with_redis().await).await;
            }
        }
    )+};
}

pub(crate) use on_both_stores;

impl TestApp {
    /// How many ceremonies are open.
    pub async fn open_ceremonies(&self) -> usize {
        match self.redis() {
            Some(mut redis) => redis.keys::<_, Vec<String>>("webauthn:*").unwrap().len(),
            None => usize::try_from(self.count("webauthn_challenges").await).unwrap(),
        }
    }

    /// For how many seconds the only open ceremony lives.
    pub async fn ceremony_life(&self) -> i64 {
        match self.redis() {
            Some(mut redis) => {
                let keys: Vec<String> = redis.keys("webauthn:*").unwrap();
                assert_eq!(keys.len(), 1);
                redis.ttl(&keys[0]).unwrap()
            }
            None => {
                let life = "SELECT round(extract(epoch FROM expires_at - now()))";
                self.number(&format!("{life} FROM webauthn_challenges")).await
            }
        }
    }

    /// Ends the life of every open ceremony.
    pub async fn expire_ceremonies(&self) {
        match self.redis() {
            Some(mut redis) => {
                for key in redis.keys::<_, Vec<String>>("webauthn:*").unwrap() {
                    redis.expire::<_, ()>(key, 0).unwrap();
                }
            }
            None => self.sql("UPDATE webauthn_challenges SET expires_at = now()").await,
        }
    }

    /// Leaves of every open ceremony what another version could have written.
    pub async fn garble_ceremonies(&self) {
        const STATE: &str = r#"{"version": 2}"#;
        match self.redis() {
            Some(mut redis) => {
                for key in redis.keys::<_, Vec<String>>("webauthn:*").unwrap() {
                    redis.set::<_, _, ()>(key, STATE).unwrap();
                }
            }
            None => self.sql(&format!("UPDATE webauthn_challenges SET state = '{STATE}'")).await,
        }
    }

    fn redis(&self) -> Option<redis::Connection> {
        let url = self.redis_url.as_deref()?;
        Some(redis::Client::open(url).unwrap().get_connection().unwrap())
    }
}
