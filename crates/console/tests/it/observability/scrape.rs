//! Reading `/metrics` (<https://prometheus.io/docs/instrumenting/exposition_formats/>).

use std::collections::{BTreeMap, BTreeSet};

use crate::helpers::Client;

/// One metric as a service tells of it.
#[derive(Debug, Default)]
pub struct Metric {
    pub help: String,
    pub kind: String,
    pub samples: Vec<Sample>,
}

/// One line.
#[derive(Debug)]
pub struct Sample {
    pub name: String,
    pub labels: BTreeMap<String, String>,
    pub value: f64,
}

/// All metrics of one service, by name.
#[derive(Debug)]
pub struct Scrape(pub BTreeMap<String, Metric>);

impl Metric {
    /// The names of its labels.
    pub fn labels(&self) -> BTreeSet<&str> {
        self.samples.iter().flat_map(|sample| sample.labels.keys().map(String::as_str)).collect()
    }

    /// Whether a sample has this label with this value.
    pub fn has(&self, label: &str, value: &str) -> bool {
        self.samples.iter().any(|sample| sample.labels.get(label).is_some_and(|it| it == value))
    }
}

impl Scrape {
    /// Asks a service on this machine.
    pub async fn of(client: &Client) -> Self {
        let reply = client.get("/metrics").await;
        assert_eq!(reply.status, 200, "{reply:?}");
        Self::read(&reply.text)
    }

    fn read(text: &str) -> Self {
        let mut metrics: BTreeMap<String, Metric> = BTreeMap::new();
        for line in text.lines() {
            if let Some((name, help)) = header(line, "# HELP ") {
                metrics.entry(name.to_owned()).or_default().help = help.to_owned();
            } else if let Some((name, kind)) = header(line, "# TYPE ") {
                metrics.entry(name.to_owned()).or_default().kind = kind.to_owned();
            } else {
                let sample = sample(line);
                let family = family(&sample.name, &metrics);
                metrics.get_mut(&family).unwrap().samples.push(sample);
            }
        }
        Self(metrics)
    }

    /// The one value of `name` with exactly these labels.
    pub fn value(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let wanted =
            labels.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
        let samples = &self.0.get(&family(name, &self.0))?.samples;
        let found = samples.iter().find(|it| it.name == name && it.labels == wanted);
        found.map(|sample| sample.value)
    }
}

fn header<'a>(line: &'a str, start: &str) -> Option<(&'a str, &'a str)> {
    line.strip_prefix(start)?.split_once(' ')
}

/// A histogram's lines have endings that belong to its name.
pub fn family<T>(name: &str, known: &BTreeMap<String, T>) -> String {
    let endings = ["_bucket", "_sum", "_count"].iter();
    let mut bare = endings.filter_map(|ending| name.strip_suffix(ending));
    bare.find(|bare| known.contains_key(*bare)).unwrap_or(name).to_owned()
}

/// No value of ours holds a comma, a quotation mark or a brace, but for routes' braces.
fn sample(line: &str) -> Sample {
    let (series, value) = line.rsplit_once(' ').unwrap();
    let (name, labels) = series.split_once('{').unwrap_or((series, ""));
    let labels = labels.strip_suffix('}').unwrap_or_default();
    let pairs = labels.split("\",").filter(|pair| !pair.is_empty()).map(|pair| {
        let (label, value) = pair.split_once("=\"").unwrap_or_else(|| panic!("{line}"));
        (label.to_owned(), value.trim_end_matches('"').to_owned())
    });
    Sample { name: name.to_owned(), labels: pairs.collect(), value: value.parse().unwrap() }
}
