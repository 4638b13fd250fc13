//! What the services are told (section 9 of the contracts).

use service_kit::session::RandomToken;

use super::databases::Databases;
use super::ports::Port;
use super::service::Environment;

/// Who the mails are from.
const FROM: &str = "Raxx beta <beta@example.com>";

/// Where everything is reached, as a browser on this machine names it.
#[derive(Debug, Clone)]
pub(super) struct Addresses {
    pub(super) raptor: String,
    pub(super) console: String,
    pub(super) mailbox: String,
}

/// The ports of the three servers, kept until each of them starts.
#[derive(Debug)]
pub(super) struct Ports {
    pub(super) raptor: Port,
    pub(super) console: Port,
    pub(super) mailbox: Port,
}

impl Ports {
    /// The usual ones where they are free.
    pub(super) fn find() -> std::io::Result<Self> {
        Ok(Self {
            raptor: Port::find(8080)?,
            console: Port::find(8081)?,
            mailbox: Port::find_on_loopback(8082)?,
        })
    }

    /// Their addresses.
    pub(super) fn addresses(&self) -> Addresses {
        Addresses {
            raptor: self.raptor.url(),
            console: self.console.url(),
            mailbox: self.mailbox.url(),
        }
    }
}

/// The variables of both services, and what the mailbox has to know.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) raptor: Environment,
    pub(super) console: Environment,
    pub(super) postmark_token: String,
    pub(super) webhook: Webhook,
}

/// Where the Console hears what became of its mails.
#[derive(Debug, Clone)]
pub(super) struct Webhook {
    pub(super) url: String,
    pub(super) password: String,
}

impl Settings {
    /// Fresh secrets for this run.
    pub(super) fn new(ports: &Ports, databases: &Databases, redis: &str) -> Self {
        let secret = || RandomToken::generate().expose().to_owned();
        let addresses = ports.addresses();
        let postmark_token = secret();
        let webhook = Webhook {
            url: format!("{}/api/webhooks/postmark", loopback(&ports.console)),
            password: secret(),
        };
        let shared = Environment::from([
            ("RAPTOR_INTERNAL_TOKEN", secret()),
            ("RAPTOR_PUBLIC_URL", addresses.raptor.clone()),
            ("LOG_FORMAT", "json".to_owned()),
        ]);
        let mut raptor = shared.clone();
        raptor.extend([
            ("PORT", ports.raptor.number().to_string()),
            ("DATABASE_URL", databases.raptor.clone()),
            ("REDIS_URL", redis.to_owned()),
            ("BOOTSTRAP_TOKEN_SIGNING_KEY", secret()),
            ("CONSOLE_INTERNAL_URL", loopback(&ports.console)),
            // All testers of the demo share one address, and a minute.
            ("PUBLIC_RATE_LIMIT", "600".to_owned()),
        ]);
        let mut console = shared;
        console.extend([
            ("PORT", ports.console.number().to_string()),
            ("DATABASE_URL", databases.console.clone()),
            ("RAPTOR_INTERNAL_URL", loopback(&ports.raptor)),
            ("CONSOLE_PUBLIC_URL", addresses.console),
            ("CONSOLE_SECRET_KEY", secret()),
            ("POSTMARK_SERVER_TOKEN", postmark_token.clone()),
            ("POSTMARK_FROM", FROM.to_owned()),
            ("POSTMARK_API_URL", loopback(&ports.mailbox)),
            ("POSTMARK_WEBHOOK_SECRET", webhook.password.clone()),
        ]);
        Self { raptor, console, postmark_token, webhook }
    }
}

/// Where the services find each other: by address, for a name may mean two of them.
fn loopback(port: &Port) -> String {
    format!("http://127.0.0.1:{}", port.number())
}
