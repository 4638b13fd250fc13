//! The variables of `raptor-api` (section 9 of the contracts): read once, every fault named together.

pub mod catalogue;
mod variables;

use ghost_contracts::service_token::KeyRing;
use secrecy::SecretString;
use service_kit::audit::key::AuditSettings;
use service_kit::clock::Clock;
use service_kit::db::Patience;
use service_kit::http::client_address::TrustedProxyHops;
use service_kit::http::rate_limit::RateLimit;
use service_kit::settings::{
    CaCertificates, DatabaseSettings, LogFormat, PublicUrl, RedisUrl, RelyingPartyId, ServiceUrl,
    TraceSettings,
};

use crate::domain::bootstrap_token::BootstrapKeys;

pub use variables::Variables;

/// What `serve` runs with.
#[derive(Clone)]
pub struct Settings {
    /// `PORT`; 0 takes any that is free.
    pub port: u16,
    /// `LOG_FORMAT`.
    pub log_format: LogFormat,
    /// `DATABASE_URL`, `DATABASE_CA_CERT`.
    pub database: DatabaseSettings,
    /// `REDIS_URL`; without it challenges live in Postgres.
    pub redis: Option<RedisUrl>,
    /// `REDIS_CA_CERT`.
    pub redis_ca: Option<CaCertificates>,
    /// `RAPTOR_PUBLIC_URL`.
    pub public_url: PublicUrl,
    /// `WEBAUTHN_RP_ID`, or the public host.
    pub rp_id: RelyingPartyId,
    /// `RAPTOR_INTERNAL_TOKEN` and the one before it.
    pub internal_keys: KeyRing,
    /// `BOOTSTRAP_TOKEN_SIGNING_KEY` and the one before it.
    pub bootstrap_keys: BootstrapKeys,
    /// `CONSOLE_INTERNAL_URL`.
    pub console_url: ServiceUrl,
    /// `FLAG_WEBAUTHN_REGISTRATION`.
    pub registration: bool,
    /// `PUBLIC_RATE_LIMIT`.
    pub rate_limit: RateLimit,
    /// `TRUSTED_PROXY_HOPS`.
    pub hops: TrustedProxyHops,
    /// `METRICS_TOKEN`.
    pub metrics_token: Option<SecretString>,
    /// `METRICS_TOKEN_PREVIOUS`.
    pub metrics_token_previous: Option<SecretString>,
    /// `SMOKE_EMAIL_DOMAIN`.
    pub smoke_domain: String,
    /// `AUDIT_SIGNING_KEY`, the one before it, `AUDIT_CHECKPOINT_URL`.
    pub audit: AuditSettings,
    /// `OTEL_EXPORTER_OTLP_ENDPOINT` and what belongs to it.
    pub traces: Option<TraceSettings>,
    /// Names of keys that everybody can read in the examples, where the public URL is https.
    pub published_keys: Vec<&'static str>,
    /// What no variable sets.
    pub tuning: Tuning,
}

/// What differs between a service in production and one in a test.
#[derive(Debug, Clone)]
pub struct Tuning {
    /// Threads that serve requests; one a core where it is not said.
    pub workers: Option<usize>,
    /// The most connections to Postgres.
    pub pool_size: usize,
    /// How long requests wait for them, and how many.
    pub patience: Patience,
    /// What dates tokens.
    pub clock: Clock,
}

impl Default for Tuning {
    fn default() -> Self {
        Self { workers: None, pool_size: 10, patience: Patience::default(), clock: Clock::system() }
    }
}

/// What a command without a server runs with.
#[derive(Clone)]
pub struct CommandSettings {
    /// `LOG_FORMAT`.
    pub log_format: LogFormat,
    /// `DATABASE_URL`, `DATABASE_CA_CERT`.
    pub database: DatabaseSettings,
    /// `SMOKE_EMAIL_DOMAIN`.
    pub smoke_domain: String,
}
