//! What every worker of a process shares, put together once from the settings.

use actix_web::web::{Data, ServiceConfig};
use ghost_contracts::service_token::Party;
use service_kit::audit::peer::Heads;
use service_kit::challenge::ChallengeStore;
use service_kit::clock::Clock;
use service_kit::db::Pool;
use service_kit::health::{self, Health, Readiness};
use service_kit::http::client_address::TrustedProxyHops;
use service_kit::http::errors::ErrorPages;
use service_kit::http::rate_limit::Refused;
use service_kit::metrics::Metrics;
use service_kit::migrate;
use service_kit::passkey::Passkeys;
use service_kit::service_client::ServiceClient;
use service_kit::service_token::Guard;
use service_kit::settings::PublicUrl;
use service_kit::stop::Background;
use service_kit::traces::Traces;

use crate::domain::flag::Overrides;
use crate::domain::ghost_reset::{Finished, GhostReset};
use crate::domain::invitation::Invitations;
use crate::domain::tester::SmokeEmailDomain;
use crate::domain::walkthrough_token::WalkthroughKeys;
use crate::gauges::Gauges;
use crate::http::error;
use crate::http::webhooks::postmark::WebhookSecret;
use crate::mail::Mailer;
use crate::mail::message::Links;
use crate::mail::postmark::Postmark;
use crate::raptor::{PATHS, RaptorClient};
use crate::settings::Settings;
use crate::startup::{MIGRATIONS, StartError};

/// The name that operators see in the passkey prompt.
const RELYING_PARTY: &str = "Raxx Console";
/// The program's version.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// All of it: handlers take each part as [`Data`].
#[derive(Clone)]
pub struct Shared {
    /// Connections to the Console's database.
    pub pool: Pool,
    /// What dates tokens.
    pub clock: Clock,
    /// Where operators reach the Console.
    pub public_url: PublicUrl,
    /// Work that outlives its request.
    pub background: Background,
    /// The account service.
    pub raptor: RaptorClient,
    /// The way mails go out.
    pub mailer: Mailer,
    /// The password of Postmark's webhook.
    pub webhook_secret: WebhookSecret,
    /// Whose addresses are never invited.
    pub smoke_email_domain: SmokeEmailDomain,
    /// Ceremonies of operators.
    pub passkeys: Data<Passkeys>,
    /// Where ceremonies wait.
    pub challenges: ChallengeStore,
    /// What variables say of flags.
    pub overrides: Overrides,
    /// The guard of the internal API.
    pub guard: Guard,
    /// What readiness looks at.
    pub health: Health,
    /// What is counted.
    pub metrics: Metrics,
    /// How things stand.
    pub gauges: Gauges,
    /// How ghost resets ended.
    pub finished: Finished,
    /// Where traces go.
    pub traces: Traces,
    /// Who stands in front.
    pub hops: TrustedProxyHops,
    /// Who is over a rate limit.
    pub refused: Refused,
}

impl Shared {
    pub(crate) fn new(settings: &Settings) -> Result<Self, StartError> {
        let pool = Pool::with_patience(
            &settings.database,
            settings.tuning.pool_size,
            settings.tuning.patience,
        )?;
        let clock = settings.tuning.clock.clone();
        let metrics = Metrics::new("console", VERSION)?;
        Ok(Self {
            passkeys: Data::new(Passkeys::new(
                &settings.public_url,
                &settings.rp_id,
                RELYING_PARTY,
            )?),
            challenges: ChallengeStore::Postgres(pool.clone()),
            overrides: settings.flag_overrides.clone(),
            guard: Guard {
                audience: Party::Console,
                keys: settings.internal_keys.clone(),
                clock: clock.clone(),
                pool: pool.clone(),
            },
            health: Health {
                pool: pool.clone(),
                migrations: migrate::versions(&MIGRATIONS)?,
                redis: None,
                metrics_token: settings.metrics_token.clone(),
                metrics_token_previous: settings.metrics_token_previous.clone(),
                gauges: health::Gauges::new(&metrics, &pool)?,
                readiness: Readiness::default(),
            },
            hops: settings.trusted_proxy_hops,
            refused: Refused::default(),
            public_url: settings.public_url.clone(),
            background: Background::default(),
            raptor: raptor(settings, &pool, &metrics)?,
            mailer: mailer(settings, &pool, &metrics)?,
            webhook_secret: WebhookSecret::new(
                settings.postmark_webhook_secret.clone(),
                settings.postmark_webhook_secret_previous.clone(),
            ),
            gauges: Gauges::new(&metrics)?,
            finished: Finished::new(&metrics)?,
            traces: Traces::new(settings.traces.as_ref(), "console", VERSION, &metrics)?,
            smoke_email_domain: SmokeEmailDomain(settings.smoke_email_domain.clone()),
            metrics,
            clock,
            pool,
        })
    }

    fn ghost_reset(&self) -> GhostReset {
        GhostReset {
            pool: self.pool.clone(),
            raptor: self.raptor.clone(),
            mailer: self.mailer.clone(),
            background: self.background.clone(),
            clock: self.clock.clone(),
            finished: self.finished.clone(),
        }
    }

    /// Everything that handlers ask for.
    pub(crate) fn install(&self, config: &mut ServiceConfig) {
        health::data(config, self.health.clone(), self.metrics.clone());
        config
            .app_data(Data::new(self.pool.clone()))
            .app_data(Data::new(self.clock.clone()))
            .app_data(Data::new(self.public_url.clone()))
            .app_data(Data::new(self.background.clone()))
            .app_data(Data::new(self.raptor.clone()))
            .app_data(Data::new(self.mailer.clone()))
            .app_data(Data::new(Invitations::new(
                self.pool.clone(),
                self.mailer.clone(),
                self.background.clone(),
            )))
            .app_data(Data::new(self.ghost_reset()))
            .app_data(Data::new(self.webhook_secret.clone()))
            .app_data(Data::new(self.smoke_email_domain.clone()))
            .app_data(self.passkeys.clone())
            .app_data(Data::new(self.challenges.clone()))
            .app_data(Data::new(self.overrides.clone()))
            .app_data(Data::new(self.guard.clone()))
            .app_data(Data::new(self.traces.clone()))
            .app_data(Data::new(self.hops))
            .app_data(Data::new(self.refused.clone()))
            .app_data(Data::new(ErrorPages(error::draw)));
    }
}

fn raptor(settings: &Settings, pool: &Pool, metrics: &Metrics) -> Result<RaptorClient, StartError> {
    let key = settings.internal_keys.current().clone();
    let (url, clock) = (settings.raptor_internal_url.clone(), settings.tuning.clock.clone());
    let heads = Heads::new(pool.clone());
    let calls = ServiceClient::new(url, key, Party::Console, clock, metrics.clone(), &PATHS)?;
    Ok(RaptorClient::new(calls, heads))
}

fn mailer(settings: &Settings, pool: &Pool, metrics: &Metrics) -> Result<Mailer, StartError> {
    let secrets = &settings.secret_keys;
    let keys = WalkthroughKeys::new(&secrets.current, secrets.previous.as_ref());
    let links = Links::new(settings.raptor_public_url.clone(), keys);
    let postmark = Postmark::new(&settings.postmark)?;
    Ok(Mailer::new(pool.clone(), postmark, settings.postmark.from.as_str(), links, metrics)?)
}
