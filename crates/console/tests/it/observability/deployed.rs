//! The alert rules and the dashboard under `deploy/observability` ask only for what there is.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::promql::{self, Known};
use super::scrape::{Scrape, family};
use super::traffic::busy;

/// What a service tells on Linux alone.
const PROCESS: [&str; 4] = [
    "process_cpu_seconds_total",
    "process_open_fds",
    "process_resident_memory_bytes",
    "process_start_time_seconds",
];

#[derive(Deserialize)]
struct RuleFile {
    groups: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    name: String,
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
struct Rule {
    alert: String,
    expr: String,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
}

fn file(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/observability");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

fn rules() -> Vec<Rule> {
    let file: RuleFile = serde_saphyr::from_str(&file("alerts.yml")).unwrap();
    assert!(file.groups.iter().all(|group| !group.name.is_empty()));
    file.groups.into_iter().flat_map(|group| group.rules).collect()
}

/// Every expression of the dashboard, with the title of its panel.
fn panels(value: &Value, title: &str, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) => {
            let title = members.get("title").and_then(Value::as_str).unwrap_or(title);
            if let Some(expression) = members.get("expr").and_then(Value::as_str) {
                found.push((title.to_owned(), expression.to_owned()));
            }
            members.values().for_each(|member| panels(member, title, found));
        }
        Value::Array(values) => values.iter().for_each(|value| panels(value, title, found)),
        _ => {}
    }
}

/// What both services together have, and what Prometheus itself adds.
async fn known() -> Known {
    let system = busy(&[], &[]).await;
    let mut known = Known::from([("up".to_owned(), BTreeMap::new())]);
    for client in [&system.console.client, &system.raptor.client] {
        for (name, metric) in Scrape::of(client).await.0 {
            assert_eq!(family(&name, &BTreeMap::<String, ()>::new()), name);
            for sample in metric.samples {
                let labels = known.entry(sample.name).or_default();
                for (label, value) in sample.labels {
                    labels.entry(label).or_default().insert(value);
                }
            }
        }
    }
    if cfg!(not(target_os = "linux")) {
        known.extend(PROCESS.map(|name| (name.to_owned(), BTreeMap::new())));
    }
    known
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn alerts_and_dashboard_name_metrics_labels_and_values_that_there_are() {
    let known = known().await;
    let dashboard: Value = serde_json::from_str(&file("dashboard.json")).unwrap();
    let mut asked = Vec::new();
    panels(&dashboard["panels"], "", &mut asked);
    assert!(asked.len() > 15, "{asked:?}");
    asked.extend(rules().into_iter().map(|rule| (rule.alert, rule.expr)));
    let mut faults = Vec::new();
    for (title, expression) in asked {
        match promql::read(&expression) {
            Ok(asked) => {
                let missing = promql::missing(&asked, &known);
                faults.extend(missing.into_iter().map(|it| format!("{title}: {it}")));
            }
            Err(error) => faults.push(format!("{title}: {error}")),
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn every_alert_says_what_is_wrong_what_to_do_and_how_much_it_matters() {
    let rules = rules();
    let mut names: Vec<_> = rules.iter().map(|rule| rule.alert.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), rules.len(), "two alerts have one name");
    for Rule { alert, labels, annotations, .. } in &rules {
        for wanted in ["summary", "description", "runbook"] {
            let text = annotations.get(wanted).map_or("", String::as_str);
            assert!(text.len() > 10, "{alert} has no {wanted}");
        }
        let runbook = &annotations["runbook"];
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(runbook);
        assert!(runbook.starts_with("docs/") && page.is_file(), "{alert}: {runbook}");
        let severity = labels.get("severity").map(String::as_str);
        assert!(matches!(severity, Some("page" | "ticket")), "{alert}: {severity:?}");
    }
}
