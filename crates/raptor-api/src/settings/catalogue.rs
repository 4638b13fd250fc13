//! What people are told of Raptor's variables.

use service_kit::settings::catalogue::{
    AUDIT_CHECKPOINT_URL, AUDIT_SIGNING_KEY, AUDIT_SIGNING_KEY_PREVIOUS, DATABASE_CA_CERT,
    DATABASE_URL, Described, EXAMPLE_PEM, Heroku, LOG_FORMAT, METRICS_TOKEN,
    METRICS_TOKEN_PREVIOUS, OTLP_ENDPOINT, OTLP_HEADERS, PORT, RAPTOR_INTERNAL_TOKEN,
    RAPTOR_INTERNAL_TOKEN_PREVIOUS, RAPTOR_PUBLIC_URL, RUST_LOG, SMOKE_EMAIL_DOMAIN, TRACES_SHARE,
    TRUSTED_PROXY_HOPS, WEBAUTHN_RP_ID, previous,
};

/// Every variable that Raptor reads, the most important first.
pub const VARIABLES: &[Described] = &[
    PORT,
    DATABASE_URL.example("postgres://raptor:raptor@localhost:5432/raptor"),
    DATABASE_CA_CERT,
    RAPTOR_PUBLIC_URL,
    WEBAUTHN_RP_ID,
    Described::required(
        "CONSOLE_INTERNAL_URL",
        "Where Raptor reaches the Console, for its internal calls: an origin.",
    )
    .example("http://127.0.0.1:8081"),
    RAPTOR_INTERNAL_TOKEN,
    RAPTOR_INTERNAL_TOKEN_PREVIOUS,
    Described::required(
        "BOOTSTRAP_TOKEN_SIGNING_KEY",
        "The key of the tokens that let one account be created, 32 bytes or more.",
    )
    .secret("an-example-of-32-bytes-or-more-for-bootstrap-tokens")
    .on_heroku(Heroku::Drawn),
    previous(
        "BOOTSTRAP_TOKEN_SIGNING_KEY_PREVIOUS",
        "A second `BOOTSTRAP_TOKEN_SIGNING_KEY` that is accepted, during a rotation.",
    ),
    Described::optional(
        "REDIS_URL",
        "Where the challenges of passkey ceremonies live: `redis://`, or `rediss://` for TLS, \
         with `#insecure` at its end where any certificate will do.",
        "They live in Postgres.",
    )
    .secret("redis://localhost:6379"),
    Described::optional(
        "REDIS_CA_CERT",
        "PEM: the authority for `rediss://`.",
        "The system's authorities count.",
    )
    .example(EXAMPLE_PEM),
    Described::with_default(
        "FLAG_WEBAUTHN_REGISTRATION",
        "Whether accounts can be created: `1` or `0`.",
        "1",
    ),
    Described::with_default(
        "PUBLIC_RATE_LIMIT",
        "How many requests a minute one client may send to the public pages and calls; 0 is \
         without a limit.",
        "60",
    ),
    TRUSTED_PROXY_HOPS,
    METRICS_TOKEN,
    METRICS_TOKEN_PREVIOUS,
    SMOKE_EMAIL_DOMAIN,
    AUDIT_SIGNING_KEY,
    AUDIT_SIGNING_KEY_PREVIOUS,
    AUDIT_CHECKPOINT_URL,
    OTLP_ENDPOINT,
    OTLP_HEADERS,
    TRACES_SHARE,
    LOG_FORMAT,
    RUST_LOG,
];
