//! Each variable read once, and what each command demands of them.

use std::collections::{BTreeMap, BTreeSet};

use ghost_contracts::service_token::{KeyRing, SigningKey};
use secrecy::SecretString;
use service_kit::audit::key::{AuditSettings, CheckpointUrl, SigningKey as AuditKey};
use service_kit::http::client_address::TrustedProxyHops;
use service_kit::settings::{
    CaCertificates, DatabaseSettings, DatabaseUrl, Domain, Faults, Given, KeySecret, LogFormat,
    PublicUrl, Reader, RelyingPartyId, ServiceUrl, Source, Switch, TraceVariables, published,
};

use super::{ApiUrl, PostmarkSettings, SecretKeys, Sender, ServerToken, Settings, Tuning};
use crate::domain::flag::Overrides;

/// `PORT` where it is unset.
const DEFAULT_PORT: u16 = 8081;
/// `SMOKE_EMAIL_DOMAIN` where it is unset.
const DEFAULT_SMOKE_DOMAIN: &str = "moosequest.net";
/// What the names of flag variables begin with.
const FLAG_PREFIX: &str = "FLAG_";

/// Every variable, read once, so that each malformed one is reported whatever the command needs.
pub struct Variables {
    reader: Reader,
    port: Given<u16>,
    log_format: Given<LogFormat>,
    database_url: Given<DatabaseUrl>,
    database_ca: Given<CaCertificates>,
    public_url: Given<PublicUrl>,
    rp_id: Given<Domain>,
    raptor_public_url: Given<PublicUrl>,
    raptor_internal_url: Given<ServiceUrl>,
    internal_token: Given<KeySecret>,
    internal_token_previous: Given<KeySecret>,
    secret_key: Given<KeySecret>,
    secret_key_previous: Given<KeySecret>,
    postmark_token: Given<ServerToken>,
    postmark_from: Given<Sender>,
    postmark_url: Given<ApiUrl>,
    webhook_secret: Given<SecretString>,
    webhook_secret_previous: Given<SecretString>,
    smoke_domain: Given<Domain>,
    hops: Given<usize>,
    metrics_token: Given<SecretString>,
    audit_key: Given<AuditKey>,
    audit_key_previous: Given<AuditKey>,
    checkpoint_url: Given<CheckpointUrl>,
    metrics_token_previous: Given<SecretString>,
    traces: TraceVariables,
    flags: BTreeMap<String, Switch>,
}

impl Variables {
    /// Reads them all.
    #[must_use]
    pub fn read(source: Source) -> Self {
        let mut reader = Reader::new(source);
        Self {
            port: reader.read("PORT"),
            log_format: reader.read("LOG_FORMAT"),
            database_url: reader.read("DATABASE_URL"),
            database_ca: reader.read("DATABASE_CA_CERT"),
            public_url: reader.read("CONSOLE_PUBLIC_URL"),
            rp_id: reader.read("WEBAUTHN_RP_ID"),
            raptor_public_url: reader.read("RAPTOR_PUBLIC_URL"),
            raptor_internal_url: reader.read("RAPTOR_INTERNAL_URL"),
            internal_token: reader.read("RAPTOR_INTERNAL_TOKEN"),
            internal_token_previous: reader.read("RAPTOR_INTERNAL_TOKEN_PREVIOUS"),
            secret_key: reader.read("CONSOLE_SECRET_KEY"),
            secret_key_previous: reader.read("CONSOLE_SECRET_KEY_PREVIOUS"),
            postmark_token: reader.read("POSTMARK_SERVER_TOKEN"),
            postmark_from: reader.read("POSTMARK_FROM"),
            postmark_url: reader.read("POSTMARK_API_URL"),
            webhook_secret: reader.read("POSTMARK_WEBHOOK_SECRET"),
            webhook_secret_previous: reader.read("POSTMARK_WEBHOOK_SECRET_PREVIOUS"),
            smoke_domain: reader.read("SMOKE_EMAIL_DOMAIN"),
            hops: reader.read("TRUSTED_PROXY_HOPS"),
            metrics_token: reader.read("METRICS_TOKEN"),
            audit_key: reader.read("AUDIT_SIGNING_KEY"),
            audit_key_previous: reader.read("AUDIT_SIGNING_KEY_PREVIOUS"),
            checkpoint_url: reader.read("AUDIT_CHECKPOINT_URL"),
            metrics_token_previous: reader.read("METRICS_TOKEN_PREVIOUS"),
            traces: TraceVariables::read(&mut reader),
            flags: reader.read_each(FLAG_PREFIX),
            reader,
        }
    }

    /// The names of all that were looked for; a prefix with `*` behind it.
    #[must_use]
    pub fn asked(&self) -> &BTreeSet<String> {
        self.reader.asked()
    }

    /// How log lines look; a malformed value is reported with the rest.
    #[must_use]
    pub fn log_format(&self) -> LogFormat {
        self.log_format.as_ref().copied().unwrap_or(LogFormat::Json)
    }

    /// What `serve` needs.
    ///
    /// # Errors
    /// Every variable that is missing or malformed.
    pub fn for_serve(mut self) -> Result<Settings, Faults> {
        let overrides = self.overrides();
        let published_keys = published(&self.public_url, [&self.internal_token, &self.secret_key]);
        let reader = &mut self.reader;
        let database = database(reader, self.database_url, self.database_ca);
        let public_url = reader.require(self.public_url);
        let rp_id = public_url.as_ref().and_then(|public_url| {
            let chosen = RelyingPartyId::choose(public_url, self.rp_id.as_ref());
            chosen.map_err(|reason| reader.fault("WEBAUTHN_RP_ID", reason)).ok()
        });
        let raptor_public_url = reader.require(self.raptor_public_url);
        let raptor_internal_url = reader.require(self.raptor_internal_url);
        let internal_token = reader.require(self.internal_token);
        let secret_key = reader.require(self.secret_key);
        let postmark_token = reader.require(self.postmark_token);
        let postmark_from = reader.require(self.postmark_from);
        let settings = (|| {
            Some(Settings {
                port: self.port.or(DEFAULT_PORT),
                database: database?,
                public_url: public_url?,
                rp_id: rp_id?,
                raptor_public_url: raptor_public_url?,
                raptor_internal_url: raptor_internal_url?,
                internal_keys: key_ring(internal_token?, self.internal_token_previous.optional())?,
                secret_keys: SecretKeys {
                    current: secret_key?.0,
                    previous: self.secret_key_previous.optional().map(|key| key.0),
                },
                postmark: PostmarkSettings {
                    server_token: postmark_token?.0,
                    from: postmark_from?,
                    api_url: self.postmark_url.optional().unwrap_or_default(),
                },
                postmark_webhook_secret: self.webhook_secret.optional(),
                postmark_webhook_secret_previous: self.webhook_secret_previous.optional(),
                smoke_email_domain: self
                    .smoke_domain
                    .optional()
                    .map_or_else(|| DEFAULT_SMOKE_DOMAIN.to_owned(), |domain| domain.0),
                trusted_proxy_hops: TrustedProxyHops(self.hops.or(0)),
                metrics_token: self.metrics_token.optional(),
                metrics_token_previous: self.metrics_token_previous.optional(),
                flag_overrides: overrides,
                traces: self.traces.optional(),
                audit: AuditSettings {
                    key: self.audit_key.optional(),
                    previous: self.audit_key_previous.optional(),
                    checkpoint_url: self.checkpoint_url.optional(),
                },
                published_keys,
                tuning: Tuning::default(),
            })
        })();
        self.reader.finish(settings)
    }

    /// What `health` needs: where the service listens.
    ///
    /// # Errors
    /// Every malformed variable, since `serve` cannot have started with one.
    pub fn for_health(self) -> Result<u16, Faults> {
        let port = self.port.or(DEFAULT_PORT);
        self.reader.finish(Some(port))
    }

    /// What `migrate` needs.
    ///
    /// # Errors
    /// As [`Self::for_serve`].
    pub fn for_migrate(mut self) -> Result<DatabaseSettings, Faults> {
        let database = database(&mut self.reader, self.database_url, self.database_ca);
        self.reader.finish(database)
    }

    /// What `flag set` needs.
    ///
    /// # Errors
    /// As [`Self::for_serve`].
    pub fn for_flag(mut self) -> Result<(DatabaseSettings, Overrides), Faults> {
        let overrides = self.overrides();
        let database = database(&mut self.reader, self.database_url, self.database_ca);
        self.reader.finish(database.map(|database| (database, overrides)))
    }

    /// What the commands about the audit log need: the database, where they read it, and the keys
    /// that are there.
    ///
    /// # Errors
    /// As [`Self::for_serve`].
    pub fn for_audit(
        mut self,
        needs_database: bool,
    ) -> Result<(Option<DatabaseSettings>, AuditSettings), Faults> {
        let audit = AuditSettings {
            key: self.audit_key.optional(),
            previous: self.audit_key_previous.optional(),
            checkpoint_url: None,
        };
        if needs_database {
            let database = database(&mut self.reader, self.database_url, self.database_ca);
            return self.reader.finish(database.map(|database| (Some(database), audit)));
        }
        self.reader.finish(Some((None, audit)))
    }

    /// What `retention run` needs: the key alone where it is to `sign` tombstones.
    ///
    /// # Errors
    /// As [`Self::for_serve`].
    pub fn for_retention(
        mut self,
        sign: bool,
    ) -> Result<(DatabaseSettings, Option<AuditKey>), Faults> {
        let database = database(&mut self.reader, self.database_url, self.database_ca);
        if sign && !self.audit_key.is_malformed() && self.audit_key.as_ref().is_none() {
            let why = "is required and not set: a month of the audit log is removed only against a \
                       tombstone that it signs (try: openssl rand -hex 32)";
            self.reader.fault("AUDIT_SIGNING_KEY", why.to_owned());
        }
        let key = self.audit_key.optional();
        self.reader.finish(database.map(|database| (database, key)))
    }

    /// What `admin invite` needs.
    ///
    /// # Errors
    /// As [`Self::for_serve`].
    pub fn for_admin(mut self) -> Result<(DatabaseSettings, PublicUrl), Faults> {
        let database = database(&mut self.reader, self.database_url, self.database_ca);
        let public_url = self.reader.require(self.public_url);
        self.reader.finish(database.zip(public_url))
    }

    fn overrides(&self) -> Overrides {
        let pairs = self
            .flags
            .iter()
            .filter_map(|(variable, switch)| Some((variable.strip_prefix(FLAG_PREFIX)?, switch.0)));
        Overrides::new(pairs)
    }
}

fn database(
    reader: &mut Reader,
    url: Given<DatabaseUrl>,
    ca: Given<CaCertificates>,
) -> Option<DatabaseSettings> {
    Some(DatabaseSettings { url: reader.require(url)?, ca: ca.optional() })
}

/// The lengths were judged when the variables were read.
fn key_ring(current: KeySecret, previous: Option<KeySecret>) -> Option<KeyRing> {
    let previous = previous.map(|key| SigningKey::new(key.0)).transpose().ok()?;
    Some(KeyRing::new(SigningKey::new(current.0).ok()?, previous))
}
