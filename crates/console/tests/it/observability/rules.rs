//! Prometheus's rules for names, units and help texts
//! (<https://prometheus.io/docs/practices/naming/>).

use service_kit::metrics::Scope;

use super::scrape::{Metric, Scrape};
use super::traffic::busy;

/// Endings of units that are no base units, and what to take instead.
const OTHER_UNITS: [&str; 7] =
    ["_milliseconds", "_ms", "_minutes", "_hours", "_kilobytes", "_megabytes", "_percent"];

/// Everything that is wrong with a metric.
fn faults(name: &str, metric: &Metric) -> Vec<String> {
    let mut faults = Vec::new();
    let mut check = |ok: bool, fault: &str| {
        if !ok {
            faults.push(format!("{name} {fault}"));
        }
    };
    let snake = |text: &str| {
        text.starts_with(|first: char| first.is_ascii_lowercase())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
            && !text.contains("__")
            && !text.ends_with('_')
    };
    check(snake(name), "is not in snake case");
    check(metric.help.ends_with('.'), "has no help, or one that is no sentence");
    check(["counter", "gauge", "histogram"].contains(&&*metric.kind), "is of an unknown kind");
    let total = name.ends_with("_total");
    check((metric.kind == "counter") == total, "ends in _total, or does not, against its kind");
    let bare = name.strip_suffix("_total").unwrap_or(name);
    check(!OTHER_UNITS.iter().any(|unit| bare.ends_with(unit)), "is in no base unit");
    check(metric.kind != "histogram" || bare.ends_with("_seconds"), "has no unit");
    check(!name.contains(&metric.kind) || metric.kind.is_empty(), "names its kind");
    check(!metric.samples.is_empty(), "has no sample");
    for label in metric.labels() {
        check(snake(label), "has a label that is not in snake case");
        check(!name.contains(&format!("_by_{label}")), "names its label");
        check(!["job", "instance"].contains(&label), "has a label that is Prometheus's own");
    }
    let ours = !name.starts_with("process_");
    let scoped = [Scope::Process, Scope::Each, Scope::Database]
        .iter()
        .any(|it| metric.help.ends_with(it.note()));
    check(!ours || scoped, "does not say how the numbers of several processes go together");
    check(metric.samples.len() < 1000, "has too many series");
    faults
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_metric_keeps_the_rules() {
    let system = busy(&[], &[]).await;
    for client in [&system.console.client, &system.raptor.client] {
        let scrape = Scrape::of(client).await;
        assert!(scrape.0.len() > 10, "{scrape:?}");
        let found: Vec<_> =
            scrape.0.iter().flat_map(|(name, metric)| faults(name, metric)).collect();
        assert!(found.is_empty(), "{found:#?}");
    }
}

#[test]
fn a_metric_that_breaks_a_rule_is_found() {
    let metric = |kind: &str, help: &str| Metric {
        kind: kind.to_owned(),
        help: help.to_owned(),
        samples: Vec::new(),
    };
    let good = format!("Things. {}", Scope::Process.note());
    for (name, metric, words) in [
        ("things", metric("counter", &good), "_total"),
        ("things_total", metric("gauge", &good), "_total"),
        ("waitMilliseconds", metric("gauge", &good), "snake"),
        ("wait_ms", metric("gauge", &good), "base unit"),
        ("wait", metric("histogram", &good), "unit"),
        ("things", metric("gauge", ""), "help"),
        ("things", metric("gauge", "Things."), "several processes"),
    ] {
        let found = faults(name, &metric);
        assert!(found.iter().any(|fault| fault.contains(words)), "{name}: {found:?}");
    }
}
