//! The variables of section 9, through the binary.

use std::process::{Command, Output};

use raptor_api::settings::catalogue::VARIABLES;
use raptor_api::settings::{Settings, Variables};
use service_kit::settings::Source;
use service_kit::settings::catalogue::{Unset, check};

use crate::helpers::variables;

fn raptor(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_raptor-api"));
    command.args(arguments).env_clear().envs(variables.iter().copied()).output().unwrap()
}

fn errors(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn everything_that_is_missing_is_named_at_once() {
    let errors = errors(&raptor(&["serve"], &[]));
    for name in [
        "DATABASE_URL",
        "RAPTOR_INTERNAL_TOKEN",
        "BOOTSTRAP_TOKEN_SIGNING_KEY",
        "RAPTOR_PUBLIC_URL",
        "CONSOLE_INTERNAL_URL",
    ] {
        assert!(errors.contains(&format!("{name} ")), "{name}: {errors}");
    }
    for optional in ["PORT", "REDIS_URL", "METRICS_TOKEN", "RAPTOR_INTERNAL_TOKEN_PREVIOUS"] {
        assert!(!errors.contains(optional), "{optional}: {errors}");
    }
}

const MALFORMED: [(&str, &str); 21] = [
    ("PORT", "eighty"),
    ("DATABASE_URL", "mysql://secret-value@h/d"),
    ("RAPTOR_INTERNAL_TOKEN", "secret-value"),
    ("RAPTOR_INTERNAL_TOKEN_PREVIOUS", "secret-value"),
    ("BOOTSTRAP_TOKEN_SIGNING_KEY", "secret-value"),
    ("BOOTSTRAP_TOKEN_SIGNING_KEY_PREVIOUS", "secret-value"),
    ("RAPTOR_PUBLIC_URL", "http://127.0.0.1:8080"),
    ("WEBAUTHN_RP_ID", "not a domain"),
    ("CONSOLE_INTERNAL_URL", "http://console.example/path"),
    ("REDIS_URL", "http://redis.example"),
    ("DATABASE_CA_CERT", "no PEM"),
    ("REDIS_CA_CERT", "no PEM"),
    ("FLAG_WEBAUTHN_REGISTRATION", "yes"),
    ("PUBLIC_RATE_LIMIT", "-1"),
    ("TRUSTED_PROXY_HOPS", "one"),
    ("SMOKE_EMAIL_DOMAIN", "not a domain"),
    ("LOG_FORMAT", "xml"),
    ("AUDIT_SIGNING_KEY", "secret-value"),
    ("AUDIT_SIGNING_KEY_PREVIOUS", "secret-value"),
    ("AUDIT_CHECKPOINT_URL", "http://example.net/secret-value"),
    ("METRICS_TOKEN", ""),
];

#[test]
fn everything_that_is_malformed_is_named_at_once_by_every_command_without_its_value() {
    let mint = ["mint-bootstrap-token", "--email", "ada@example.com"];
    let show = ["show-account", "--email", "ada@example.com"];
    let offline = ["audit", "verify", "--export", "/dev/null"];
    for arguments in [&["serve"][..], &["migrate"], &mint, &show, &offline] {
        let errors = errors(&raptor(arguments, &MALFORMED));
        for (name, value) in MALFORMED.iter().filter(|(_, value)| !value.is_empty()) {
            assert!(errors.contains(&format!("  {name} ")), "{name}: {errors}");
            assert!(!errors.contains("secret-value"), "{value}: {errors}");
        }
        assert!(errors.lines().count() <= 24, "more than one screen: {errors}");
    }
}

#[test]
fn each_command_demands_only_what_it_uses() {
    let names = |arguments: &[&str]| {
        let errors = errors(&raptor(arguments, &[]));
        errors
            .lines()
            .skip(1)
            .map(|line| line.split_whitespace().next().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&["migrate"]), ["DATABASE_URL"]);
    assert_eq!(names(&["ghost-check", "--email", "a@b.example"]), ["DATABASE_URL"]);
    assert_eq!(names(&["show-account", "--email", "a@b.example"]), ["DATABASE_URL"]);
    let delete = ["delete-account", "--email", "smoke-test+1@moosequest.net", "--if-smoke-test"];
    assert_eq!(names(&delete), ["DATABASE_URL"]);
    assert_eq!(names(&["audit", "verify"]), ["DATABASE_URL"]);
    let mint = ["mint-bootstrap-token", "--email", "a@b.example"];
    assert_eq!(names(&mint), ["BOOTSTRAP_TOKEN_SIGNING_KEY", "DATABASE_URL"]);
}

#[test]
fn an_empty_variable_is_unset() {
    let errors = errors(&raptor(&["migrate"], &[("DATABASE_URL", ""), ("LOG_FORMAT", "")]));
    assert!(errors.contains("DATABASE_URL  is required"), "{errors}");
    assert!(!errors.contains("LOG_FORMAT"), "{errors}");
}

#[test]
fn a_relying_party_that_is_no_parent_of_the_host_is_refused() {
    let mut given = variables("postgres://localhost/none", "http://localhost:1");
    given.push(("WEBAUTHN_RP_ID", "elsewhere.example".to_owned()));
    let given: Vec<_> = given.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let errors = errors(&raptor(&["serve"], &given));
    assert!(errors.contains("WEBAUTHN_RP_ID  must be raptor.localhost"), "{errors}");
    assert_eq!(errors.lines().count(), 2, "{errors}");
}

#[test]
fn help_needs_no_variable() {
    for arguments in [&["--help"][..], &["serve", "--help"], &["mint-bootstrap-token", "--help"]] {
        let output = raptor(arguments, &[]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert!(!output.stdout.is_empty());
    }
}

#[test]
fn every_variable_is_described_and_nothing_else() {
    let variables = Variables::read(Source::default());
    assert_eq!(check::differences(VARIABLES, variables.asked()), [""; 0]);
}

#[test]
fn what_is_described_as_required_is_what_serve_demands_and_it_takes_the_examples() {
    let faults = check::faults(VARIABLES, |source| Variables::read(source).for_serve().map(drop));
    assert_eq!(faults, [""; 0]);
}

#[test]
fn a_default_is_what_the_description_says() {
    let defaults = VARIABLES.iter().filter_map(|it| match it.unset {
        Unset::Default(value) => Some((it.name, value)),
        Unset::Required | Unset::Means(_) => None,
    });
    let given = check::required(VARIABLES).chain(defaults);
    let served = |source| {
        let settings: Settings = Variables::read(source).for_serve().unwrap();
        let Settings { port, log_format, registration, rate_limit, hops, smoke_domain, .. } =
            settings;
        (port, log_format, registration, rate_limit.0, hops.0, smoke_domain)
    };
    let without = served(Source::from_pairs(check::required(VARIABLES)));
    assert_eq!(served(Source::from_pairs(given)), without);
}
