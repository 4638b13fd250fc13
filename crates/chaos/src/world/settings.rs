//! What the services are told (section 9 of the contracts): fresh secrets for each run.

use std::net::SocketAddr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use super::process::Environment;

/// Where browsers believe that testers go. What is asked goes to the processes' own ports.
pub(crate) const RAPTOR_ORIGIN: &str = "http://raptor.localhost";

/// Where browsers believe that operators go.
pub(crate) const CONSOLE_ORIGIN: &str = "http://console.localhost";

/// The secrets of a run.
#[derive(Debug, Clone)]
pub(crate) struct Secrets {
    pub(crate) internal: String,
    bootstrap: String,
    console: String,
    webhook: String,
    postmark: String,
}

/// Where a process of either service finds the others.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Surroundings<'a> {
    pub(crate) port: u16,
    pub(crate) postgres: SocketAddr,
    pub(crate) database: &'a str,
    /// The other service.
    pub(crate) peer: SocketAddr,
    /// Redis for Raptor, Postmark for the Console.
    pub(crate) third: SocketAddr,
}

impl Secrets {
    /// Draws them.
    pub(crate) fn draw(postmark: String) -> Self {
        let secret = || {
            let bytes = [Uuid::new_v4().into_bytes(), Uuid::new_v4().into_bytes()].concat();
            URL_SAFE_NO_PAD.encode(bytes)
        };
        Self {
            internal: secret(),
            bootstrap: secret(),
            console: secret(),
            webhook: secret(),
            postmark,
        }
    }

    /// All of them, to be looked for where they must not be.
    pub(crate) fn all(&self) -> [&str; 5] {
        [&self.internal, &self.bootstrap, &self.console, &self.webhook, &self.postmark]
    }

    fn shared(&self, around: Surroundings<'_>) -> Environment {
        Environment::from([
            ("PORT", around.port.to_string()),
            (
                "DATABASE_URL",
                format!("postgres://postgres@{}/{}", around.postgres, around.database),
            ),
            ("RAPTOR_INTERNAL_TOKEN", self.internal.clone()),
            ("RAPTOR_PUBLIC_URL", RAPTOR_ORIGIN.to_owned()),
            ("LOG_FORMAT", "json".to_owned()),
        ])
    }

    /// The variables of a `raptor-api`.
    pub(crate) fn raptor(&self, around: Surroundings<'_>) -> Environment {
        let mut variables = self.shared(around);
        variables.extend([
            ("REDIS_URL", format!("redis://{}", around.third)),
            ("BOOTSTRAP_TOKEN_SIGNING_KEY", self.bootstrap.clone()),
            ("CONSOLE_INTERNAL_URL", format!("http://{}", around.peer)),
            // Everybody here has one address.
            ("PUBLIC_RATE_LIMIT", "0".to_owned()),
        ]);
        variables
    }

    /// The variables of a Console.
    pub(crate) fn console(&self, around: Surroundings<'_>) -> Environment {
        let mut variables = self.shared(around);
        variables.extend([
            ("RAPTOR_INTERNAL_URL", format!("http://{}", around.peer)),
            ("CONSOLE_PUBLIC_URL", CONSOLE_ORIGIN.to_owned()),
            ("CONSOLE_SECRET_KEY", self.console.clone()),
            ("POSTMARK_SERVER_TOKEN", self.postmark.clone()),
            ("POSTMARK_FROM", "Raxx beta <beta@example.com>".to_owned()),
            ("POSTMARK_API_URL", format!("http://{}", around.third)),
            ("POSTMARK_WEBHOOK_SECRET", self.webhook.clone()),
        ]);
        variables
    }
}
