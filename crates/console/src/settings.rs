//! The Console's variables (section 9 of the contracts): read once, every fault named together.

pub mod catalogue;
mod variables;

use ghost_contracts::EmailAddress;
use ghost_contracts::service_token::KeyRing;
use secrecy::SecretString;
use service_kit::audit::key::AuditSettings;
use service_kit::clock::Clock;
use service_kit::db::Patience;
use service_kit::http::client_address::TrustedProxyHops;
use service_kit::settings::{
    DatabaseSettings, PublicUrl, RelyingPartyId, ServiceUrl, Setting, TraceSettings,
};

use crate::domain::flag::Overrides;

pub use variables::Variables;

/// `POSTMARK_API_URL` where it is unset: Postmark's own.
const POSTMARK: &str = "https://api.postmarkapp.com";
/// Connections to the database of one process.
const POOL_SIZE: usize = 10;

/// Everything that `serve` needs.
#[derive(Clone)]
pub struct Settings {
    /// `PORT`; 0 takes any that is free.
    pub port: u16,
    /// `DATABASE_URL`, `DATABASE_CA_CERT`.
    pub database: DatabaseSettings,
    /// `CONSOLE_PUBLIC_URL`.
    pub public_url: PublicUrl,
    /// The host of the public URL, or `WEBAUTHN_RP_ID`.
    pub rp_id: RelyingPartyId,
    /// `RAPTOR_PUBLIC_URL`: where invitations point.
    pub raptor_public_url: PublicUrl,
    /// `RAPTOR_INTERNAL_URL`.
    pub raptor_internal_url: ServiceUrl,
    /// `RAPTOR_INTERNAL_TOKEN`, `RAPTOR_INTERNAL_TOKEN_PREVIOUS`: for the service tokens of both
    /// directions.
    pub internal_keys: KeyRing,
    /// `CONSOLE_SECRET_KEY`, `CONSOLE_SECRET_KEY_PREVIOUS`.
    pub secret_keys: SecretKeys,
    /// `POSTMARK_SERVER_TOKEN`, `POSTMARK_FROM`, `POSTMARK_API_URL`.
    pub postmark: PostmarkSettings,
    /// `POSTMARK_WEBHOOK_SECRET`.
    pub postmark_webhook_secret: Option<SecretString>,
    /// `POSTMARK_WEBHOOK_SECRET_PREVIOUS`.
    pub postmark_webhook_secret_previous: Option<SecretString>,
    /// `SMOKE_EMAIL_DOMAIN`.
    pub smoke_email_domain: String,
    /// `TRUSTED_PROXY_HOPS`.
    pub trusted_proxy_hops: TrustedProxyHops,
    /// `METRICS_TOKEN`.
    pub metrics_token: Option<SecretString>,
    /// `METRICS_TOKEN_PREVIOUS`.
    pub metrics_token_previous: Option<SecretString>,
    /// `FLAG_<NAME>`.
    pub flag_overrides: Overrides,
    /// `AUDIT_SIGNING_KEY`, `AUDIT_SIGNING_KEY_PREVIOUS`, `AUDIT_CHECKPOINT_URL`.
    pub audit: AuditSettings,
    /// `OTEL_EXPORTER_OTLP_ENDPOINT` and what belongs to it.
    pub traces: Option<TraceSettings>,
    /// Names of keys that everybody can read in the examples, where the public URL is https.
    pub published_keys: Vec<&'static str>,
    /// What no variable says.
    pub tuning: Tuning,
}

/// The secrets that key walkthrough tokens.
#[derive(Clone)]
pub struct SecretKeys {
    /// Signs and verifies.
    pub current: SecretString,
    /// Verifies alone, during a rotation.
    pub previous: Option<SecretString>,
}

/// How mail is handed to Postmark.
#[derive(Clone)]
pub struct PostmarkSettings {
    /// The server token.
    pub server_token: SecretString,
    /// The sender.
    pub from: Sender,
    /// The base to which `/email` is added, without a slash at the end.
    pub api_url: ApiUrl,
}

/// What differs between a service in production and one in a test.
#[derive(Clone)]
pub struct Tuning {
    /// HTTP workers; where none is given one a core.
    pub workers: Option<usize>,
    /// Connections to the database.
    pub pool_size: usize,
    /// How long requests wait for them, and how many.
    pub patience: Patience,
    /// What dates tokens.
    pub clock: Clock,
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            workers: None,
            pool_size: POOL_SIZE,
            patience: Patience::default(),
            clock: Clock::system(),
        }
    }
}

/// `POSTMARK_SERVER_TOKEN`: what goes into a header as it is. White space at its ends, a line break
/// that came with a file above all, is no part of it.
#[derive(Clone)]
pub struct ServerToken(pub SecretString);

impl Setting for ServerToken {
    fn parse(text: &str) -> Result<Self, String> {
        if text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self(text.into()))
        } else {
            Err("holds a space, a line break or another character that no token of Postmark's has"
                .to_owned())
        }
    }
}

/// `POSTMARK_FROM`: an address, or `Name <address>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender(String);

impl Sender {
    /// As Postmark wants it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Setting for Sender {
    fn parse(text: &str) -> Result<Self, String> {
        let bare = text.strip_suffix('>').and_then(|rest| rest.rsplit_once('<'));
        let address = bare.map_or(text, |(_, address)| address);
        if text.chars().any(char::is_control) || EmailAddress::parse(address).is_err() {
            return Err("must be an e-mail address, or Name <address>".to_owned());
        }
        Ok(Self(text.to_owned()))
    }
}

/// The base of Postmark's API; it may have a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiUrl(String);

impl Default for ApiUrl {
    fn default() -> Self {
        Self(POSTMARK.to_owned())
    }
}

impl ApiUrl {
    /// The base, without a slash at the end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Setting for ApiUrl {
    fn parse(text: &str) -> Result<Self, String> {
        let url = url::Url::parse(text).ok().filter(|url| {
            matches!(url.scheme(), "http" | "https")
                && url.query().is_none()
                && url.fragment().is_none()
        });
        let url = url.ok_or("must be an address such as https://api.postmarkapp.com")?;
        Ok(Self(url.as_str().trim_end_matches('/').to_owned()))
    }
}
