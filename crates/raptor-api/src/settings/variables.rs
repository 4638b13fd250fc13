//! Each variable read once, and what each command demands of them.

use std::collections::BTreeSet;

use ghost_contracts::service_token::{KeyRing, SigningKey};
use secrecy::SecretString;
use service_kit::audit::key::{AuditSettings, CheckpointUrl, SigningKey as AuditKey};
use service_kit::http::client_address::TrustedProxyHops;
use service_kit::http::rate_limit::RateLimit;
use service_kit::settings::{
    CaCertificates, DatabaseSettings, DatabaseUrl, Domain, Faults, Given, KeySecret, LogFormat,
    PublicUrl, Reader, RedisUrl, RelyingPartyId, ServiceUrl, Source, Switch, TraceVariables,
    published,
};

use super::{CommandSettings, Settings, Tuning};
use crate::domain::bootstrap_token::BootstrapKeys;

/// Where smoke accounts live unless `SMOKE_EMAIL_DOMAIN` says otherwise.
const SMOKE_EMAIL_DOMAIN: &str = "moosequest.net";
/// Requests a minute a client, unless `PUBLIC_RATE_LIMIT` says otherwise.
const PUBLIC_RATE_LIMIT: u32 = 60;
/// The port to listen on, unless `PORT` says otherwise.
const PORT: u16 = 8080;

/// Every variable as it was found. A malformed one is a fault for every command, a missing one
/// only for those that need it.
pub struct Variables {
    reader: Reader,
    port: Given<u16>,
    log_format: Given<LogFormat>,
    database_url: Given<DatabaseUrl>,
    database_ca: Given<CaCertificates>,
    internal_token: Given<KeySecret>,
    internal_token_previous: Given<KeySecret>,
    signing_key: Given<KeySecret>,
    signing_key_previous: Given<KeySecret>,
    public_url: Given<PublicUrl>,
    rp_id: Given<Domain>,
    console_url: Given<ServiceUrl>,
    redis_url: Given<RedisUrl>,
    redis_ca: Given<CaCertificates>,
    registration: Given<Switch>,
    rate_limit: Given<u32>,
    hops: Given<usize>,
    metrics_token: Given<SecretString>,
    metrics_token_previous: Given<SecretString>,
    smoke_domain: Given<Domain>,
    audit_key: Given<AuditKey>,
    audit_key_previous: Given<AuditKey>,
    checkpoint_url: Given<CheckpointUrl>,
    traces: TraceVariables,
}

impl Variables {
    /// Reads every variable once.
    #[must_use]
    pub fn read(source: Source) -> Self {
        let mut reader = Reader::new(source);
        let variables = Self {
            port: reader.read("PORT"),
            log_format: reader.read("LOG_FORMAT"),
            database_url: reader.read("DATABASE_URL"),
            database_ca: reader.read("DATABASE_CA_CERT"),
            internal_token: reader.read("RAPTOR_INTERNAL_TOKEN"),
            internal_token_previous: reader.read("RAPTOR_INTERNAL_TOKEN_PREVIOUS"),
            signing_key: reader.read("BOOTSTRAP_TOKEN_SIGNING_KEY"),
            signing_key_previous: reader.read("BOOTSTRAP_TOKEN_SIGNING_KEY_PREVIOUS"),
            public_url: reader.read("RAPTOR_PUBLIC_URL"),
            rp_id: reader.read("WEBAUTHN_RP_ID"),
            console_url: reader.read("CONSOLE_INTERNAL_URL"),
            redis_url: reader.read("REDIS_URL"),
            redis_ca: reader.read("REDIS_CA_CERT"),
            registration: reader.read("FLAG_WEBAUTHN_REGISTRATION"),
            rate_limit: reader.read("PUBLIC_RATE_LIMIT"),
            hops: reader.read("TRUSTED_PROXY_HOPS"),
            metrics_token: reader.read("METRICS_TOKEN"),
            metrics_token_previous: reader.read("METRICS_TOKEN_PREVIOUS"),
            smoke_domain: reader.read("SMOKE_EMAIL_DOMAIN"),
            audit_key: reader.read("AUDIT_SIGNING_KEY"),
            audit_key_previous: reader.read("AUDIT_SIGNING_KEY_PREVIOUS"),
            checkpoint_url: reader.read("AUDIT_CHECKPOINT_URL"),
            traces: TraceVariables::read(&mut reader),
            reader,
        };
        variables.check_rp_id()
    }

    /// The names of all that were looked for.
    #[must_use]
    pub fn asked(&self) -> &BTreeSet<String> {
        self.reader.asked()
    }

    /// Both variables are well-formed by themselves; whether they fit each other shows here.
    fn check_rp_id(mut self) -> Self {
        if let (Some(public), Some(wanted)) = (self.public_url.as_ref(), self.rp_id.as_ref())
            && let Err(reason) = RelyingPartyId::choose(public, Some(wanted))
        {
            self.reader.fault("WEBAUTHN_RP_ID", reason);
        }
        self
    }

    /// What `serve` needs.
    ///
    /// # Errors
    ///
    /// Every variable that is missing or malformed.
    pub fn for_serve(mut self) -> Result<Settings, Faults> {
        let published_keys = published(&self.public_url, [&self.internal_token, &self.signing_key]);
        let reader = &mut self.reader;
        let database_url = reader.require(self.database_url);
        let internal_token = reader.require(self.internal_token);
        let signing_key = reader.require(self.signing_key);
        let public_url = reader.require(self.public_url);
        let console_url = reader.require(self.console_url);
        let settings = (|| {
            let public_url = public_url?;
            let rp_id = RelyingPartyId::choose(&public_url, self.rp_id.as_ref()).ok()?;
            let database = DatabaseSettings { url: database_url?, ca: self.database_ca.optional() };
            Some(Settings {
                port: self.port.or(PORT),
                log_format: self.log_format.or(LogFormat::Json),
                database,
                redis: self.redis_url.optional(),
                redis_ca: self.redis_ca.optional(),
                public_url,
                rp_id,
                internal_keys: key_ring(internal_token?, self.internal_token_previous)?,
                bootstrap_keys: bootstrap_keys(signing_key?, self.signing_key_previous)?,
                console_url: console_url?,
                registration: self.registration.or(Switch(true)).0,
                rate_limit: RateLimit(self.rate_limit.or(PUBLIC_RATE_LIMIT)),
                hops: TrustedProxyHops(self.hops.or(0)),
                metrics_token: self.metrics_token.optional(),
                metrics_token_previous: self.metrics_token_previous.optional(),
                smoke_domain: smoke_domain(self.smoke_domain),
                audit: AuditSettings {
                    key: self.audit_key.optional(),
                    previous: self.audit_key_previous.optional(),
                    checkpoint_url: self.checkpoint_url.optional(),
                },
                traces: self.traces.optional(),
                published_keys,
                tuning: Tuning::default(),
            })
        })();
        self.reader.finish(settings)
    }

    /// What `health` needs: where the service listens.
    ///
    /// # Errors
    ///
    /// Every malformed variable, since `serve` cannot have started with one.
    pub fn for_health(self) -> Result<u16, Faults> {
        let port = self.port.or(PORT);
        self.reader.finish(Some(port))
    }

    /// What `migrate` and the commands that only use the database need.
    ///
    /// # Errors
    ///
    /// Every malformed variable, and a missing `DATABASE_URL`.
    pub fn for_database(mut self) -> Result<CommandSettings, Faults> {
        let url = self.reader.require(self.database_url);
        let settings = url.map(|url| CommandSettings {
            log_format: self.log_format.or(LogFormat::Json),
            database: DatabaseSettings { url, ca: self.database_ca.optional() },
            smoke_domain: smoke_domain(self.smoke_domain),
        });
        self.reader.finish(settings)
    }

    /// What the commands about the audit log need: the database, where they read it, and the keys
    /// that are there.
    ///
    /// # Errors
    ///
    /// As [`Self::for_database`].
    pub fn for_audit(
        self,
        needs_database: bool,
    ) -> Result<(Option<CommandSettings>, AuditSettings), Faults> {
        let audit = AuditSettings {
            key: self.audit_key.clone().optional(),
            previous: self.audit_key_previous.clone().optional(),
            checkpoint_url: None,
        };
        if needs_database {
            return Ok((Some(self.for_database()?), audit));
        }
        self.reader.finish(Some((None, audit)))
    }

    /// What `mint-bootstrap-token` needs: the database and the signing key.
    ///
    /// # Errors
    ///
    /// Every malformed variable, and which of the two are missing.
    pub fn for_minting(mut self) -> Result<(CommandSettings, BootstrapKeys), Faults> {
        let key = self.reader.require(self.signing_key.clone());
        let keys = key.and_then(|key| bootstrap_keys(key, self.signing_key_previous.clone()));
        match (self.for_database(), keys) {
            (Ok(settings), Some(keys)) => Ok((settings, keys)),
            (Err(faults), _) => Err(faults),
            (Ok(_), None) => Err(Faults(Vec::new())),
        }
    }
}

fn smoke_domain(given: Given<Domain>) -> String {
    given.or(Domain(SMOKE_EMAIL_DOMAIN.to_owned())).0
}

/// A [`KeySecret`] is long enough, so neither of these two says no to one.
fn key_ring(current: KeySecret, previous: Given<KeySecret>) -> Option<KeyRing> {
    let previous = previous.optional().map(|KeySecret(secret)| SigningKey::new(secret));
    Some(KeyRing::new(SigningKey::new(current.0).ok()?, previous.transpose().ok()?))
}

fn bootstrap_keys(current: KeySecret, previous: Given<KeySecret>) -> Option<BootstrapKeys> {
    BootstrapKeys::new(&current.0, previous.optional().as_ref().map(|KeySecret(secret)| secret))
}
