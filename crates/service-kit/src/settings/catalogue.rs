//! What people are told of each variable: `docs/configuration.md`, the `env.example` and the
//! `app.json` of each service are made of it.

pub mod check;

/// One variable of a service. A test of each service compares its list of these with what it
/// really reads and demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Described {
    /// Its name.
    pub name: &'static str,
    /// What it says, in one sentence or two.
    pub meaning: &'static str,
    /// What holds without it.
    pub unset: Unset,
    /// A value that `serve` takes, good for a try-out on one machine. Never a real secret.
    pub example: &'static str,
    /// Whether whoever knows the value can do harm with it.
    pub secret: bool,
    /// Who sets it on Heroku.
    pub heroku: Heroku,
}

/// What holds where a variable is unset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unset {
    /// `serve` does not start.
    Required,
    /// As if this were its value.
    Default(&'static str),
    /// What these words say.
    Means(&'static str),
}

/// Who sets a variable on Heroku.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heroku {
    /// Whoever deploys, where it is required or wanted.
    Owner,
    /// `app.json`, to this.
    Value(&'static str),
    /// Heroku draws it: a secret that nothing else has to know.
    Drawn,
    /// An add-on.
    AddOn,
    /// The platform, for each process; it does not belong into `app.json`.
    Platform,
}

impl Described {
    /// An optional setting that is no secret; the other fields say so where it is not so.
    const fn new(name: &'static str, meaning: &'static str, unset: Unset) -> Self {
        Self { name, meaning, unset, example: "", secret: false, heroku: Heroku::Owner }
    }

    /// Without which `serve` does not start.
    #[must_use]
    pub const fn required(name: &'static str, meaning: &'static str) -> Self {
        Self::new(name, meaning, Unset::Required)
    }

    /// With a value that counts where none is set; it is the example as well.
    #[must_use]
    pub const fn with_default(
        name: &'static str,
        meaning: &'static str,
        default: &'static str,
    ) -> Self {
        Self { example: default, ..Self::new(name, meaning, Unset::Default(default)) }
    }

    /// Without which something else holds.
    #[must_use]
    pub const fn optional(name: &'static str, meaning: &'static str, unset: &'static str) -> Self {
        Self::new(name, meaning, Unset::Means(unset))
    }

    /// With this value as the example.
    #[must_use]
    pub const fn example(self, example: &'static str) -> Self {
        Self { example, ..self }
    }

    /// As a secret, with this value as the example.
    #[must_use]
    pub const fn secret(self, example: &'static str) -> Self {
        Self { example, secret: true, ..self }
    }

    /// Set on Heroku by somebody else than the owner.
    #[must_use]
    pub const fn on_heroku(self, heroku: Heroku) -> Self {
        Self { heroku, ..self }
    }
}

/// A PEM that is read without a fault and that no server has.
pub const EXAMPLE_PEM: &str = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----";
/// A second key that is long enough and drawn by nobody.
const EXAMPLE_PREVIOUS: &str = "an-example-of-32-bytes-or-more-that-was-in-use-before";
/// What a variable of a key that is accepted besides says where it is unset.
pub const NO_SECOND_KEY: &str = "No second one is accepted.";

/// `PORT`, but for its default.
pub const PORT: Described = Described::with_default(
    "PORT",
    "Where to listen, on every address of the machine; 0 takes any port that is free.",
    "8080",
)
.on_heroku(Heroku::Platform);

/// `DATABASE_URL`.
pub const DATABASE_URL: Described = Described::required(
    "DATABASE_URL",
    "The service's own Postgres. `sslmode` in it is read by us: `require` where it is absent and \
     the host is another machine; `verify-full` checks the certificate.",
)
.secret("postgres://postgres:postgres@localhost:5432/postgres")
.on_heroku(Heroku::AddOn);

/// `DATABASE_CA_CERT`.
pub const DATABASE_CA_CERT: Described = Described::optional(
    "DATABASE_CA_CERT",
    "PEM: the authority for `sslmode=verify-full`.",
    "The system's authorities count.",
)
.example(EXAMPLE_PEM);

/// `RAPTOR_INTERNAL_TOKEN`.
pub const RAPTOR_INTERNAL_TOKEN: Described = Described::required(
    "RAPTOR_INTERNAL_TOKEN",
    "The secret of the tokens between the two services, 32 bytes or more; the same for both.",
)
.secret("an-example-of-32-bytes-or-more-the-same-for-both-services");

/// `RAPTOR_INTERNAL_TOKEN_PREVIOUS`.
pub const RAPTOR_INTERNAL_TOKEN_PREVIOUS: Described = previous(
    "RAPTOR_INTERNAL_TOKEN_PREVIOUS",
    "A second `RAPTOR_INTERNAL_TOKEN` that is accepted, during a rotation.",
);

/// `RAPTOR_PUBLIC_URL`.
pub const RAPTOR_PUBLIC_URL: Described = Described::required(
    "RAPTOR_PUBLIC_URL",
    "Where testers reach Raptor: an origin, https on anything but localhost. Its host is the \
     relying party of Raptor's passkeys.",
)
.example("http://localhost:8080");

/// `WEBAUTHN_RP_ID`.
pub const WEBAUTHN_RP_ID: Described = Described::optional(
    "WEBAUTHN_RP_ID",
    "The relying party of the service's passkeys: its public host or a parent domain of that.",
    "The public host.",
)
.example("localhost");

/// `TRUSTED_PROXY_HOPS`.
pub const TRUSTED_PROXY_HOPS: Described = Described::with_default(
    "TRUSTED_PROXY_HOPS",
    "How many routers stand in front and add to `X-Forwarded-For`; 1 on Heroku.",
    "0",
)
.on_heroku(Heroku::Value("1"));

/// `METRICS_TOKEN`.
pub const METRICS_TOKEN: Described = Described::optional(
    "METRICS_TOKEN",
    "The bearer that `/metrics` asks for.",
    "`/metrics` is answered to loopback alone.",
)
.secret("an-example-of-a-token-for-metrics");

/// `METRICS_TOKEN_PREVIOUS`.
pub const METRICS_TOKEN_PREVIOUS: Described = previous(
    "METRICS_TOKEN_PREVIOUS",
    "A second `METRICS_TOKEN` that is accepted, during a rotation.",
);

/// `SMOKE_EMAIL_DOMAIN`.
pub const SMOKE_EMAIL_DOMAIN: Described = Described::with_default(
    "SMOKE_EMAIL_DOMAIN",
    "Accounts of the smoke test are `smoke-test+…@` this domain.",
    "moosequest.net",
);

/// `AUDIT_SIGNING_KEY`.
pub const AUDIT_SIGNING_KEY: Described = Described::optional(
    "AUDIT_SIGNING_KEY",
    "Signs the checkpoints of the audit log: an Ed25519 seed of 64 hex digits, another one for \
     each service (`openssl rand -hex 32`).",
    "No checkpoint leaves, and the start warns.",
)
.secret("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");

/// `AUDIT_SIGNING_KEY_PREVIOUS`.
pub const AUDIT_SIGNING_KEY_PREVIOUS: Described = Described::optional(
    "AUDIT_SIGNING_KEY_PREVIOUS",
    "The `AUDIT_SIGNING_KEY` before, which verifies and signs nothing.",
    "What an earlier key signed is not verified.",
)
.secret("fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210");

/// `AUDIT_CHECKPOINT_URL`.
pub const AUDIT_CHECKPOINT_URL: Described = Described::optional(
    "AUDIT_CHECKPOINT_URL",
    "Takes the checkpoints of the audit log as POSTs.",
    "They leave as log lines alone.",
)
.secret("https://checkpoints.example.com/raxx");

/// `LOG_FORMAT`.
pub const LOG_FORMAT: Described = Described::with_default(
    "LOG_FORMAT",
    "How log lines look: `json`, one object a line, or `pretty`, for a person at a terminal.",
    "json",
);

/// `RUST_LOG`, which [`crate::telemetry`] reads.
pub const RUST_LOG: Described = Described::optional(
    crate::telemetry::VARIABLE,
    "How much is logged, as `tracing` reads it.",
    "`info`, from commands `warn`.",
)
.example("info");

/// `OTEL_EXPORTER_OTLP_ENDPOINT`.
pub const OTLP_ENDPOINT: Described = Described::optional(
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "The collector of traces: the base to which `/v1/traces` is added; OTLP over HTTP with \
     protobuf. With headers it is https, or on this machine.",
    "Nothing is traced.",
)
.example("http://localhost:4318");

/// `OTEL_EXPORTER_OTLP_HEADERS`.
pub const OTLP_HEADERS: Described = Described::optional(
    "OTEL_EXPORTER_OTLP_HEADERS",
    "Headers for the collector: `name=value,name=value`, the values percent-encoded.",
    "None is sent.",
)
.secret("x-example=of-a-key");

/// `OTEL_TRACES_SAMPLER_ARG`.
pub const TRACES_SHARE: Described = Described::with_default(
    "OTEL_TRACES_SAMPLER_ARG",
    "The share of the public's requests that is traced, from 0 to 1.",
    "1",
);

/// A key that is accepted besides the one in use.
#[must_use]
pub const fn previous(name: &'static str, meaning: &'static str) -> Described {
    Described::optional(name, meaning, NO_SECOND_KEY).secret(EXAMPLE_PREVIOUS)
}
