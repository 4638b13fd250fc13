//! `docs/configuration.md`: every variable of both services, from what they say of them.

use std::collections::BTreeSet;

use service_kit::settings::catalogue::{Described, Unset};
use test_support::generated::assert_current;

const BEFORE: &str = "\
# Configuration

<!-- Made from crates/*/src/settings/catalogue.rs by `make generated`. -->

Both services are told everything by variables of their environment, read once, at the start. All
that are missing or wrong are named together, without their values, and the exit status is 2. Empty
is unset. *Required* means: `serve` does not start without it. A command demands only what it uses,
and names every malformed variable all the same; `--help` needs none.

| variable | service | meaning | where unset | secret |
| --- | --- | --- | --- | --- |
";

const AFTER: &str = "
`console retention run` requires `AUDIT_SIGNING_KEY`, too, unless it only looks (`--dry-run`).

- An `env.example` with all of them: [raptor-api](../deploy/raptor-api/env.example),
  [console](../deploy/console/env.example). How they are set on Heroku and in containers:
  [deploy.md](deploy.md).
- How each secret is changed without downtime: [runbooks/rotate-keys.md](runbooks/rotate-keys.md).
- What the audit log's three are for: [audit.md](audit.md).
- The smoke test has [variables of its own](runbooks/signup-e2e-smoke.md#running-it).
- Debug builds know `FAIL_POINTS` besides ([testing.md](testing.md#fail-points)).
- Another variable: a row in the service's `src/settings/catalogue.rs` and a line where it is read,
  in `src/settings/variables.rs`. Tests compare the two, and this page is made from them.
";

#[test]
fn the_page_of_the_configuration_is_current() {
    let raptor = raptor_api::settings::catalogue::VARIABLES;
    let console = console::settings::catalogue::VARIABLES;
    let rows = raptor.iter().map(|it| row(it, find(console, it.name), "Raptor"));
    let known: BTreeSet<&str> = raptor.iter().map(|it| it.name).collect();
    let others = console.iter().filter(|it| !known.contains(it.name));
    let others = others.map(|it| row(it, None, "Console"));
    let table: String = rows.chain(others).collect();
    assert_current("docs/configuration.md", &format!("{BEFORE}{table}{AFTER}"));
}

fn find<'a>(described: &'a [Described], name: &str) -> Option<&'a Described> {
    described.iter().find(|it| it.name == name)
}

/// One line. What both services have is the same but for a default.
fn row(it: &Described, others: Option<&Described>, service: &str) -> String {
    if let Some(others) = others {
        assert_eq!((it.meaning, it.secret), (others.meaning, others.secret), "{}", it.name);
    }
    let service = if others.is_some() { "both" } else { service };
    let unset = match others {
        Some(others) if others.unset != it.unset => {
            format!("{}, the Console {}", unset(it), unset(others))
        }
        _ => unset(it),
    };
    let secret = if it.secret { "yes" } else { "" };
    format!("| `{}` | {service} | {} | {unset} | {secret} |\n", it.name, it.meaning)
}

fn unset(it: &Described) -> String {
    match it.unset {
        Unset::Required => "*required*".to_owned(),
        Unset::Default(value) => format!("`{value}`"),
        Unset::Means(words) => words.to_owned(),
    }
}
