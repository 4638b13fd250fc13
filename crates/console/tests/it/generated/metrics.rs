//! `docs/metrics.md`, from what both services tell.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use service_kit::metrics::Scope;
use test_support::generated::assert_current;

use crate::observability::{Metric, Scrape, busy};

const HEAD: &str = "# Metrics

Every metric of both services, as `GET /metrics` tells of it. This page is made from a scrape of both
(`make generated`). How to scrape, and what the alerts and the dashboard make of it:
[observability.md](observability.md).

*Add up*: each process tells of itself, so `sum` over the processes of a service. *Each*: it says how
one process stands, so neither. *Largest*: it comes from the database and is the same from every process,
so `max`, never `sum`.

On Linux there is besides what every Prometheus client tells of its process: `process_cpu_seconds_total`,
`process_open_fds`, `process_max_fds`, `process_resident_memory_bytes`, `process_virtual_memory_bytes`,
`process_threads`, `process_start_time_seconds`.
";

/// One row, whichever service has it.
struct Row {
    kind: String,
    labels: BTreeSet<String>,
    help: String,
    together: &'static str,
    services: BTreeSet<&'static str>,
}

impl Row {
    fn of(metric: &Metric) -> Self {
        let notes =
            [(Scope::Process, "add up"), (Scope::Each, "each"), (Scope::Database, "largest")];
        let scoped = notes.iter().find_map(|(scope, word)| {
            Some((metric.help.strip_suffix(scope.note())?.trim_end(), *word))
        });
        let (help, together) = scoped.unwrap();
        let labels = metric.labels().into_iter().filter(|label| *label != "le");
        Self {
            kind: metric.kind.clone(),
            labels: labels.map(str::to_owned).collect(),
            help: help.to_owned(),
            together,
            services: BTreeSet::new(),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_of_metrics_is_current() {
    let system = busy(&[], &[]).await;
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    for (service, client) in
        [("Console", &system.console.client), ("Raptor", &system.raptor.client)]
    {
        let scrape = Scrape::of(client).await;
        for (name, metric) in scrape.0.iter().filter(|(name, _)| !name.starts_with("process_")) {
            let row = rows.entry(name.clone()).or_insert_with(|| Row::of(metric));
            row.services.insert(service);
        }
    }
    let mut page = HEAD.to_owned();
    for (title, services) in [
        ("Both services", &["Console", "Raptor"][..]),
        ("Raptor", &["Raptor"]),
        ("Console", &["Console"]),
    ] {
        let _ = write!(page, "\n## {title}\n\n| metric | type | labels | meaning | processes |\n");
        page.push_str("| --- | --- | --- | --- | --- |\n");
        for (name, row) in rows.iter().filter(|(_, row)| row.services.iter().eq(services)) {
            let labels: Vec<_> = row.labels.iter().map(|label| format!("`{label}`")).collect();
            let (labels, Row { kind, help, together, .. }) = (labels.join(", "), row);
            let _ = writeln!(page, "| `{name}` | {kind} | {labels} | {help} | {together} |");
        }
    }
    assert_current("docs/metrics.md", &page);
}
