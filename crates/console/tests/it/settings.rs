//! Settings, through the binary: every fault named at once, on one screen, exit status 2.

use std::collections::BTreeMap;

use console::settings::catalogue::VARIABLES;
use console::settings::{Settings, Variables};
use service_kit::settings::Source;
use service_kit::settings::catalogue::{Unset, check};

use super::helpers::binary::run;
use super::helpers::variables;

/// What `serve` cannot do without.
const REQUIRED: [&str; 8] = [
    "DATABASE_URL",
    "CONSOLE_PUBLIC_URL",
    "RAPTOR_PUBLIC_URL",
    "RAPTOR_INTERNAL_URL",
    "RAPTOR_INTERNAL_TOKEN",
    "CONSOLE_SECRET_KEY",
    "POSTMARK_SERVER_TOKEN",
    "POSTMARK_FROM",
];

/// One malformed value for each variable that can be malformed.
const MALFORMED: [(&str, &str); 24] = [
    ("PORT", "eighty"),
    ("LOG_FORMAT", "xml"),
    ("DATABASE_URL", "mysql://root:hunter2@db/app"),
    ("DATABASE_CA_CERT", "no certificate"),
    ("CONSOLE_PUBLIC_URL", "https://127.0.0.1"),
    ("WEBAUTHN_RP_ID", "-not-a-domain-"),
    ("RAPTOR_PUBLIC_URL", "http://raxx.example"),
    ("RAPTOR_INTERNAL_URL", "raptor:8080/path"),
    ("RAPTOR_INTERNAL_TOKEN", "short-token-secret"),
    ("RAPTOR_INTERNAL_TOKEN_PREVIOUS", "short-token-secret"),
    ("CONSOLE_SECRET_KEY", "short-key-secret"),
    ("CONSOLE_SECRET_KEY_PREVIOUS", "short-key-secret"),
    ("POSTMARK_SERVER_TOKEN", "postmark-server\n-token"),
    ("POSTMARK_FROM", "nobody"),
    ("POSTMARK_API_URL", "api.postmarkapp.com"),
    ("SMOKE_EMAIL_DOMAIN", "not a domain"),
    ("TRUSTED_PROXY_HOPS", "many"),
    ("AUDIT_SIGNING_KEY", "short-key-secret"),
    ("AUDIT_SIGNING_KEY_PREVIOUS", "short-key-secret"),
    ("AUDIT_CHECKPOINT_URL", "http://checkpoints.example/hunter2"),
    ("FLAG_BETA_GHOST_RESET", "yes"),
    ("FLAG_ANOTHER", "on"),
    ("FLAG_A_THIRD", "true"),
    ("FLAG_A_FOURTH", "2"),
];

fn good() -> BTreeMap<&'static str, String> {
    variables("postgres://postgres@127.0.0.1:1/nowhere")
}

/// The variables that a screen of faults names, each on a line of its own.
fn named(screen: &str) -> Vec<&str> {
    let indented = screen.lines().filter_map(|line| line.strip_prefix("  "));
    indented.filter_map(|line| line.split_whitespace().next()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_that_is_missing_is_named_together() {
    let ended = run(&["serve"], &BTreeMap::new()).await;
    assert_eq!(ended.status, 2, "{ended:?}");
    let mut expected = REQUIRED;
    expected.sort_unstable();
    assert_eq!(named(&ended.stderr), expected);
    assert_eq!(ended.stdout, "");
    assert!(ended.stderr.lines().count() <= 24, "more than a screen:\n{}", ended.stderr);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn empty_is_unset() {
    let mut given = good();
    given.insert("CONSOLE_SECRET_KEY", String::new());
    given.insert("POSTMARK_FROM", "  ".to_owned());
    given.insert("PORT", String::new());
    let ended = run(&["serve"], &given).await;
    assert_eq!(ended.status, 2);
    assert_eq!(named(&ended.stderr), ["CONSOLE_SECRET_KEY", "POSTMARK_FROM"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_that_is_malformed_is_named_together_and_no_value_is_shown() {
    let given: BTreeMap<_, _> =
        MALFORMED.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    for command in [&["serve"][..], &["migrate"], &["flag", "set", "beta_ghost_reset", "on"]] {
        let ended = run(command, &given).await;
        assert_eq!(ended.status, 2, "{ended:?}");
        let named = named(&ended.stderr);
        for (name, _) in MALFORMED {
            assert!(named.contains(&name), "{command:?} {name} in {}", ended.stderr);
        }
        for secret in ["hunter2", "short-token-secret", "short-key-secret"] {
            assert!(!ended.stderr.contains(secret), "{}", ended.stderr);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_malformed_variable_is_a_fault_by_itself() {
    for (name, value) in MALFORMED {
        let mut given = good();
        given.insert(name, value.to_owned());
        let ended = run(&["serve"], &given).await;
        assert_eq!((ended.status, named(&ended.stderr)), (2, vec![name]), "{}", ended.stderr);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_relying_party_is_the_host_or_a_parent_of_it() {
    let mut given = good();
    given.insert("WEBAUTHN_RP_ID", "elsewhere.example".to_owned());
    let ended = run(&["serve"], &given).await;
    assert_eq!((ended.status, named(&ended.stderr)), (2, vec!["WEBAUTHN_RP_ID"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_command_demands_only_what_it_uses() {
    let nothing = BTreeMap::new();
    let demands = |arguments: &'static [&'static str]| {
        let nothing = &nothing;
        async move {
            let ended = run(arguments, nothing).await;
            assert_eq!(ended.status, 2, "{ended:?}");
            named(&ended.stderr).into_iter().map(ToOwned::to_owned).collect::<Vec<_>>()
        }
    };
    assert_eq!(demands(&["migrate"]).await, ["DATABASE_URL"]);
    assert_eq!(demands(&["audit", "export"]).await, ["DATABASE_URL"]);
    assert_eq!(demands(&["flag", "set", "x", "on"]).await, ["DATABASE_URL"]);
    let invite = &["admin", "invite", "--email", "a@b.example", "--role", "support"];
    assert_eq!(demands(invite).await, ["CONSOLE_PUBLIC_URL", "DATABASE_URL"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn help_needs_nothing() {
    for arguments in [&["--help"][..], &["serve", "--help"], &["admin", "invite", "--help"]] {
        let ended = run(arguments, &BTreeMap::new()).await;
        assert_eq!(ended.status, 0, "{ended:?}");
        assert!(ended.stdout.contains("Usage:"), "{ended:?}");
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
        let variables = Variables::read(source);
        let log_format = variables.log_format();
        let Settings { port, postmark, smoke_email_domain, trusted_proxy_hops, .. } =
            variables.for_serve().unwrap();
        (port, log_format, postmark.api_url, smoke_email_domain, trusted_proxy_hops.0)
    };
    let without = served(Source::from_pairs(check::required(VARIABLES)));
    assert_eq!(served(Source::from_pairs(given)), without);
}

#[test]
fn keys_that_everybody_can_read_are_named_where_the_public_url_is_https() {
    let published = |given: &[(&'static str, &'static str)]| {
        let source = Source::from_pairs(check::required(VARIABLES).chain(given.iter().copied()));
        Variables::read(source).for_serve().unwrap().published_keys
    };
    let https = ("CONSOLE_PUBLIC_URL", "https://console.example");
    assert_eq!(published(&[]), [""; 0]);
    assert_eq!(published(&[https]), ["RAPTOR_INTERNAL_TOKEN", "CONSOLE_SECRET_KEY"]);
    let own = "fdd0a3dca7e36a1d2a6f4a6a5d0f4a4f64b7c3f1b7f1a2d1";
    let compose = "demo-only-between-the-services-0123456789";
    let changed = [https, ("CONSOLE_SECRET_KEY", own), ("RAPTOR_INTERNAL_TOKEN", compose)];
    assert_eq!(published(&changed), ["RAPTOR_INTERNAL_TOKEN"]);
}
