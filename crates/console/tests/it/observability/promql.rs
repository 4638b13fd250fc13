//! What an expression asks for.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use promql_parser::label::{MatchOp, Matcher};
use promql_parser::parser::{self, Expr, VectorSelector};
use promql_parser::util::{ExprVisitor, walk_expr};

/// A metric that is selected, with the labels that it is selected by.
#[derive(Debug)]
pub struct Selected {
    pub name: String,
    pub matchers: Vec<Matcher>,
}

/// All that an expression names.
#[derive(Debug, Default)]
pub struct Asked {
    pub selected: Vec<Selected>,
    /// Labels that it groups or joins by.
    pub grouped: BTreeSet<String>,
}

/// Reads an expression, in which Grafana may have its own variables for a range of time.
///
/// # Errors
/// What is wrong with it.
pub fn read(expression: &str) -> Result<Asked, String> {
    let plain = expression.replace("$__rate_interval", "5m").replace("$__range", "1h");
    let mut asked = Asked::default();
    let parsed = parser::parse(&plain).map_err(|error| format!("{expression}: {error}"))?;
    let Ok(_) = walk_expr(&mut asked, &parsed);
    Ok(asked)
}

impl Asked {
    fn select(&mut self, selector: &VectorSelector) {
        let matchers = selector.matchers.matchers.iter();
        let or = selector.matchers.or_matchers.iter().flatten();
        self.selected.push(Selected {
            name: selector.name.clone().unwrap_or_default(),
            matchers: matchers.chain(or).cloned().collect(),
        });
    }
}

impl ExprVisitor for Asked {
    type Error = Infallible;

    fn pre_visit(&mut self, expression: &Expr) -> Result<bool, Infallible> {
        let grouping = match expression {
            Expr::VectorSelector(selector) => {
                self.select(selector);
                None
            }
            Expr::MatrixSelector(matrix) => {
                self.select(&matrix.vs);
                None
            }
            Expr::Aggregate(aggregate) => aggregate.modifier.as_ref(),
            Expr::Binary(binary) => {
                binary.modifier.as_ref().and_then(|modifier| modifier.matching.as_ref())
            }
            _ => None,
        };
        self.grouped.extend(grouping.iter().flat_map(|it| it.labels().labels.iter().cloned()));
        Ok(true)
    }
}

/// Labels and values of a metric in one of the services: what may be selected.
pub type Known = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

/// Labels that Prometheus adds to what it scrapes.
const ADDED: [&str; 2] = ["job", "instance"];
/// Labels whose values depend on what was asked of a service.
const OPEN: [&str; 6] = ["job", "instance", "route", "status", "method", "le"];

/// What of a matcher no value meets: each alternative of `a|b` has to be there.
fn unmet<'a>(op: &MatchOp, asked: &'a str, values: &BTreeSet<String>) -> Vec<&'a str> {
    let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_/-".contains(&b));
    match op {
        MatchOp::Re(regex) | MatchOp::NotRe(regex) if !asked.split('|').all(plain) => {
            let met = values.iter().any(|value| regex.is_match(value));
            if met { Vec::new() } else { vec![asked] }
        }
        _ => asked.split('|').filter(|asked| !values.contains(*asked)).collect(),
    }
}

/// What an expression asks for and nobody has.
pub fn missing(asked: &Asked, known: &Known) -> Vec<String> {
    let mut missing = Vec::new();
    for Selected { name, matchers } in &asked.selected {
        let Some(labels) = known.get(name) else {
            missing.push(format!("no service has {name:?}"));
            continue;
        };
        for Matcher { op, name: label, value } in matchers {
            let added = ADDED.contains(&label.as_str());
            match labels.get(label) {
                None if !added => missing.push(format!("{name} has no label {label}")),
                Some(values) if !OPEN.contains(&label.as_str()) => {
                    let never = unmet(op, value, values).into_iter();
                    missing.extend(never.map(|it| format!("{name} is never {label}={it:?}")));
                }
                _ => {}
            }
        }
    }
    for label in &asked.grouped {
        let has = |it: &Selected| known.get(&it.name).is_some_and(|it| it.contains_key(label));
        if !ADDED.contains(&label.as_str()) && !asked.selected.iter().any(has) {
            missing.push(format!("grouped by {label}, which nothing in it has"));
        }
    }
    missing
}

#[test]
fn what_nobody_has_is_found() {
    let values = |values: &[&str]| values.iter().map(ToString::to_string).collect();
    let labels = BTreeMap::from([("state".to_owned(), values(&["healthy"]))]);
    let known = Known::from([("testers".to_owned(), labels)]);
    for good in [
        "sum by (job, state) (testers)",
        "rate(testers{state=\"healthy\", job=\"console\"}[$__rate_interval]) > 1",
    ] {
        assert_eq!(missing(&read(good).unwrap(), &known), [""; 0], "{good}");
    }
    for (bad, words) in [
        ("max(people)", "people"),
        ("testers{stage=\"opened\"}", "no label stage"),
        ("testers{state=\"ill\"}", "never state"),
        ("testers{state=~\"il.*\"}", "never state"),
        ("testers{state=~\"healthy|ill\"}", "never state"),
        ("testers{state=~\"health\"}", "never state"),
        ("sum by (route) (testers)", "grouped by route"),
    ] {
        let missing = missing(&read(bad).unwrap(), &known);
        assert!(missing.iter().any(|it| it.contains(words)), "{bad}: {missing:?}");
    }
    assert!(read("sum by (testers").is_err());
}
