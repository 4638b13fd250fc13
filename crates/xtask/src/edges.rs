//! Which crate must not lean on which (`docs/architecture.md`). Development dependencies
//! are free.

use crate::step::{Failure, cargo};

/// A package of ours and what must not be anywhere in its tree; a `*` at the end stands for
/// any ending.
struct Rule {
    package: &'static str,
    without: &'static [&'static str],
}

const RULES: &[Rule] = &[
    Rule {
        package: "ghost-contracts",
        without: &[
            "actix*",
            "diesel*",
            "tokio-postgres",
            "service-kit",
            "raptor-api",
            "console",
            "test-support",
        ],
    },
    Rule { package: "service-kit", without: &["raptor-api", "console", "test-support"] },
    // libpq and OpenSSL would have to be on every machine that builds us.
    Rule { package: "raptor-api", without: &["console", "test-support", "pq-sys", "openssl-sys"] },
    Rule { package: "console", without: &["raptor-api", "test-support", "pq-sys", "openssl-sys"] },
    Rule {
        package: "signup-smoke",
        without: &["raptor-api", "console", "test-support", "pq-sys", "openssl-sys"],
    },
    Rule { package: "software-passkey", without: &["service-kit", "raptor-api", "console"] },
    Rule { package: "test-support", without: &["raptor-api", "console"] },
    Rule { package: "chaos", without: &["raptor-api", "console"] },
    Rule { package: "xtask", without: &["raptor-api", "console"] },
    Rule { package: "fuzz-targets", without: &["test-support"] },
];

/// Asks cargo for the tree of each package that has a rule.
pub(crate) fn check() -> Result<(), Failure> {
    let mut broken = Vec::new();
    for rule in RULES {
        broken.extend(violations(rule, &tree(rule.package)?));
    }
    if broken.is_empty() { Ok(()) } else { Err(Failure::Edges(broken)) }
}

/// One line a package, for all platforms.
fn tree(package: &str) -> Result<String, Failure> {
    let step = format!("cargo tree --package {package}");
    let output = cargo(&["tree", "--package", package, "--edges", "normal,build"])
        .args(["--prefix", "none", "--format", "{p}", "--target", "all"])
        .stderr(std::process::Stdio::inherit())
        .output()
        .map_err(|source| Failure::NotRun { step: step.clone(), source })?;
    if !output.status.success() {
        return Err(Failure::Step { step, status: output.status });
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn violations(rule: &Rule, tree: &str) -> Vec<String> {
    let mut found: Vec<&str> = tree
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| rule.without.iter().any(|pattern| matches(pattern, name)))
        .collect();
    found.sort_unstable();
    found.dedup();
    found.iter().map(|name| format!("{} must not depend on {name}", rule.package)).collect()
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => name == pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TREE: &str = "ours v0.1.0 (/somewhere)\nserde v1.0.0\nactix-web v4.0.0\n\
                        actix-web v4.0.0 (*)\nconsole-api v0.1.0\n";

    #[test]
    fn a_forbidden_crate_is_named_once() {
        let rule = Rule { package: "ours", without: &["actix*", "diesel*"] };
        assert_eq!(violations(&rule, TREE), ["ours must not depend on actix-web"]);
    }

    #[test]
    fn a_name_without_a_star_stands_for_itself_alone() {
        let rule = Rule { package: "ours", without: &["console", "serde"] };
        assert_eq!(violations(&rule, TREE), ["ours must not depend on serde"]);
    }
}
