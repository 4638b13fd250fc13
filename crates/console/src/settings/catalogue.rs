//! What people are told of the Console's variables.

use service_kit::settings::catalogue::{
    AUDIT_CHECKPOINT_URL, AUDIT_SIGNING_KEY, AUDIT_SIGNING_KEY_PREVIOUS, DATABASE_CA_CERT,
    DATABASE_URL, Described, Heroku, LOG_FORMAT, METRICS_TOKEN, METRICS_TOKEN_PREVIOUS,
    OTLP_ENDPOINT, OTLP_HEADERS, PORT, RAPTOR_INTERNAL_TOKEN, RAPTOR_INTERNAL_TOKEN_PREVIOUS,
    RAPTOR_PUBLIC_URL, RUST_LOG, SMOKE_EMAIL_DOMAIN, TRACES_SHARE, TRUSTED_PROXY_HOPS, Unset,
    WEBAUTHN_RP_ID, previous,
};

/// Every variable that the Console reads, the most important first. Those of the flags are read by
/// their prefix: one stands for all.
pub const VARIABLES: &[Described] = &[
    Described { unset: Unset::Default("8081"), ..PORT }.example("8081"),
    DATABASE_URL.example("postgres://console:console@localhost:5432/console"),
    DATABASE_CA_CERT,
    Described::required(
        "CONSOLE_PUBLIC_URL",
        "Where operators reach the Console: an origin, https on anything but localhost. Its host \
         is the relying party of the operators' passkeys.",
    )
    .example("http://localhost:8081"),
    WEBAUTHN_RP_ID,
    RAPTOR_PUBLIC_URL,
    Described::required(
        "RAPTOR_INTERNAL_URL",
        "Where the Console reaches Raptor, for its internal calls: an origin.",
    )
    .example("http://127.0.0.1:8080"),
    RAPTOR_INTERNAL_TOKEN,
    RAPTOR_INTERNAL_TOKEN_PREVIOUS,
    Described::required(
        "CONSOLE_SECRET_KEY",
        "The key of the links in invitations, 32 bytes or more.",
    )
    .secret("an-example-of-32-bytes-or-more-for-invitations")
    .on_heroku(Heroku::Drawn),
    previous(
        "CONSOLE_SECRET_KEY_PREVIOUS",
        "A second `CONSOLE_SECRET_KEY` that is accepted, during a rotation.",
    ),
    Described::required(
        "POSTMARK_SERVER_TOKEN",
        "Hands mail to Postmark. With `POSTMARK_API_TEST` Postmark takes it and sends nothing.",
    )
    .secret("POSTMARK_API_TEST"),
    Described::required(
        "POSTMARK_FROM",
        "The sender of all mail: an address, or `Name <address>`.",
    )
    .example("Raxx beta <beta@example.com>"),
    Described::with_default(
        "POSTMARK_API_URL",
        "The base of Postmark's API, to which `/email` is added.",
        "https://api.postmarkapp.com",
    ),
    Described::optional(
        "POSTMARK_WEBHOOK_SECRET",
        "The password with which Postmark reports what became of a mail.",
        "`/api/webhooks/postmark` is 404.",
    )
    .secret("an-example-of-a-password-for-webhooks"),
    previous(
        "POSTMARK_WEBHOOK_SECRET_PREVIOUS",
        "A second `POSTMARK_WEBHOOK_SECRET` that is accepted, during a rotation.",
    ),
    Described::optional(
        "FLAG_BETA_GHOST_RESET",
        "`1` or `0`: overrides the row of the flag `beta_ghost_reset`. A variable `FLAG_<NAME>` \
         does so for each flag.",
        "The row counts.",
    )
    .example("1"),
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
