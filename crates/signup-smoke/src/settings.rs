//! The variables of the smoke test (section 11 of the contracts).

use ghost_contracts::EmailAddress;
use service_kit::clock::Clock;
use service_kit::settings::{Domain, Faults, Reader, ServiceUrl, Setting, Source, Text};
use url::Url;

use crate::address::SmokeAddress;
use crate::runner::Runner;

/// The API where nothing else is said.
const API_URL: &str = "https://api.raxx.app";
/// The Heroku app where nothing else is said.
const HEROKU_APP: &str = "raxx-api-prod";
/// The domain of smoke accounts where nothing else is said.
const SMOKE_EMAIL_DOMAIN: &str = "moosequest.net";
/// The operator where nothing else is said.
const OPERATOR_EMAIL: &str = "kris@moosequest.net";

/// What a run is about.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `RAXX_SMOKE_EMAIL`, or one for this second alone.
    pub email: SmokeAddress,
    /// `RAXX_SMOKE_API_URL`: an origin, without a slash at the end.
    pub api: String,
    /// `RAXX_SMOKE_ORIGIN`: what the synthetic browser says it is.
    pub origin: String,
    /// `RAXX_SMOKE_RUNNER`, `HEROKU_APP`.
    pub runner: Runner,
}

impl Settings {
    /// Reads every variable, and lets nobody through by accident.
    ///
    /// # Errors
    ///
    /// Everything that is wrong or stands in the way, together.
    pub fn read(source: Source, clock: &Clock) -> Result<Self, Faults> {
        let mut reader = Reader::new(source);
        let allowed = reader.read::<Text>("RAXX_SMOKE_ALLOW_PROD").optional();
        let api = reader.read::<ServiceUrl>("RAXX_SMOKE_API_URL");
        let origin = reader.read::<ServiceUrl>("RAXX_SMOKE_ORIGIN");
        let app = reader.read::<App>("HEROKU_APP");
        let runner = reader.read::<Kind>("RAXX_SMOKE_RUNNER");
        let operator = reader.read::<Address>("RAXX_OPERATOR_EMAIL");
        let domain = reader.read::<Domain>("SMOKE_EMAIL_DOMAIN");
        let email = reader.read::<Address>("RAXX_SMOKE_EMAIL");

        if allowed.is_none_or(|Text(text)| text != "1") {
            let reason = "must be 1: this test writes to a live deployment";
            reader.fault("RAXX_SMOKE_ALLOW_PROD", reason.to_owned());
        }
        let api = api.optional().map_or_else(|| API_URL.to_owned(), |url| url.as_str().to_owned());
        let origin = origin.optional().map_or_else(|| api.clone(), |url| url.as_str().to_owned());
        let App(app) = app.or(App(HEROKU_APP.to_owned()));
        let runner = match runner.or(Kind::Heroku) {
            Kind::Heroku => Runner::Heroku { app },
            Kind::Local => Runner::Local,
        };
        let Domain(domain) = domain.or(Domain(SMOKE_EMAIL_DOMAIN.to_owned()));
        let operator = operator.optional().or_else(|| Address::parse(OPERATOR_EMAIL).ok());
        let email = email.optional().or_else(|| {
            let now = clock.now().timestamp();
            Address::parse(&format!("smoke-test+{now}@{domain}")).ok()
        });
        let admitted = email.zip(operator).map(|(Address(email), Address(operator))| {
            SmokeAddress::admit(email, &operator, &domain)
        });
        let email = match admitted {
            Some(Err(reason)) => {
                reader.fault("RAXX_SMOKE_EMAIL", reason);
                None
            }
            admitted => admitted.and_then(Result::ok),
        };
        reader.finish(email.map(|email| Self { email, api, origin, runner }))
    }

    /// Whether the API is on this machine, where no proxy has to be passed.
    #[must_use]
    pub fn is_local(&self) -> bool {
        match Url::parse(&self.api).ok().as_ref().and_then(Url::host) {
            Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }
}

struct Address(EmailAddress);

impl Setting for Address {
    fn parse(text: &str) -> Result<Self, String> {
        let parsed = EmailAddress::parse(text);
        parsed.map(Self).map_err(|_| "must be an e-mail address".to_owned())
    }
}

enum Kind {
    Heroku,
    Local,
}

impl Setting for Kind {
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "heroku" => Ok(Self::Heroku),
            "local" => Ok(Self::Local),
            _ => Err("must be heroku or local".to_owned()),
        }
    }
}

/// The name of a Heroku app. It becomes an argument, so it must not look like an option.
struct App(String);

impl Setting for App {
    fn parse(text: &str) -> Result<Self, String> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if text.starts_with(|first: char| first.is_ascii_lowercase()) && text.bytes().all(plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err("must be the name of a Heroku app: lower-case letters, digits and dashes"
                .to_owned())
        }
    }
}
