//! The `env.example` of each service, as a shell reads it.

use std::collections::BTreeMap;
use std::process::Command;

use service_kit::settings::Source;

use super::files::{SERVICES, described, read, serve};

/// What a shell has in its environment once it has read these lines.
fn sourced(text: &str) -> BTreeMap<String, String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(".env"), text).unwrap();
    let mut shell = Command::new("/bin/sh");
    shell.args(["-euc", "set -a; . ./.env; set +a; exec /usr/bin/env -0"]);
    let output = shell.env_clear().current_dir(folder.path()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let pairs = text.split('\0').filter_map(|pair| pair.split_once('='));
    pairs
        .filter(|(name, _)| !matches!(*name, "PWD" | "OLDPWD" | "SHLVL" | "_"))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// The example with nothing left out: every line of a comment that is no sentence.
fn with_all(text: &str) -> String {
    let lines = text.lines().map(|line| match line.strip_prefix('#') {
        Some(rest) if !rest.starts_with(' ') => rest,
        _ => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn copied_as_it_is_it_starts_the_service() {
    for service in SERVICES {
        let given = sourced(&read(&format!("deploy/{service}/env.example")));
        serve(service, Source::from_pairs(given)).unwrap_or_else(|it| panic!("{service}: {it}"));
    }
}

#[test]
fn it_holds_every_variable_of_the_service_with_its_example_and_no_other() {
    for service in SERVICES {
        let given = sourced(&with_all(&read(&format!("deploy/{service}/env.example"))));
        let told = described(service).iter();
        let told = told.map(|it| (it.name.to_owned(), it.example.to_owned()));
        assert_eq!(given, told.collect::<BTreeMap<_, _>>());
    }
}

#[test]
fn both_examples_fit_each_other() {
    let [raptor, console] =
        SERVICES.map(|service| sourced(&read(&format!("deploy/{service}/env.example"))));
    for shared in ["RAPTOR_INTERNAL_TOKEN", "RAPTOR_PUBLIC_URL"] {
        assert_eq!(raptor[shared], console[shared], "{shared}");
    }
    assert_ne!(raptor["DATABASE_URL"], console["DATABASE_URL"]);
}
