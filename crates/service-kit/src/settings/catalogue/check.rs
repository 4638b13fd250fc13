//! Whether what people are told of a service's variables is what the service does: for the tests
//! of the services.

use std::collections::BTreeSet;

use super::{Described, Unset};
use crate::settings::{Faults, Source};
use crate::telemetry;

/// Those without which `serve` does not start, with their examples.
pub fn required(described: &[Described]) -> impl Iterator<Item = (&'static str, &'static str)> {
    let required = described.iter().filter(|it| it.unset == Unset::Required);
    required.map(|it| (it.name, it.example))
}

/// What is described and not among those that are `asked` for (as by
/// [`Reader::asked`](crate::settings::Reader::asked)), what is asked for and not described, and
/// what is described twice: a sentence for each.
#[must_use]
pub fn differences(described: &[Described], asked: &BTreeSet<String>) -> Vec<String> {
    let mut found = Vec::new();
    let mut names = BTreeSet::new();
    for it in described {
        if !names.insert(it.name) {
            found.push(format!("{} is described twice", it.name));
        }
    }
    let covers = |asked: &str, name: &str| match asked.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => name == asked,
    };
    for name in &names {
        let is_asked = *name == telemetry::VARIABLE || asked.iter().any(|it| covers(it, name));
        if !is_asked {
            found.push(format!("{name} is described and nobody reads it"));
        }
    }
    for it in asked {
        if !names.iter().any(|name| covers(it, name)) {
            found.push(format!("{it} is read and not described"));
        }
    }
    found
}

/// Where `serve` demands something else than what is described as required, or does not take the
/// examples or the defaults: a sentence for each.
#[must_use]
pub fn faults(
    described: &[Described],
    serve: impl Fn(Source) -> Result<(), Faults>,
) -> Vec<String> {
    let mut found = Vec::new();
    let mut expect = |given: Vec<(&str, &str)>, demanded: Option<&str>, what: &str| {
        let faults = serve(Source::from_pairs(given)).err().map_or_else(Vec::new, |it| it.0);
        let named: Vec<&str> = faults.iter().map(|fault| fault.name.as_str()).collect();
        if named != demanded.into_iter().collect::<Vec<_>>() {
            found.push(format!("with {what}, serve complains of {named:?}"));
        }
    };
    let examples = || described.iter().map(|it| (it.name, it.example));
    expect(required(described).collect(), None, "the examples of what is required alone");
    expect(examples().collect(), None, "all examples");
    let defaults = described.iter().filter_map(|it| match it.unset {
        Unset::Default(value) => Some((it.name, value)),
        Unset::Required | Unset::Means(_) => None,
    });
    expect(required(described).chain(defaults).collect(), None, "all defaults");
    for it in described {
        let rest = examples().filter(|(name, _)| *name != it.name).collect();
        let demanded = (it.unset == Unset::Required).then_some(it.name);
        expect(rest, demanded, &format!("all examples but that of {}", it.name));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Reader, Text};

    const ONE: Described = Described::required("ONE", "One.").example("1");
    const TWO: Described = Described::with_default("TWO", "Two.", "2");

    /// A service that demands `ONE`, can do without `TWO`.
    fn serve(source: Source) -> Result<(), Faults> {
        let mut reader = Reader::new(source);
        let one = reader.read::<Text>("ONE");
        let _ = reader.read::<u16>("TWO");
        let value = reader.require(one).map(drop);
        reader.finish(value)
    }

    #[test]
    fn what_is_described_as_it_is_has_no_fault() {
        assert_eq!(faults(&[ONE, TWO], serve), [""; 0]);
    }

    #[test]
    fn what_is_described_otherwise_than_it_is_shows() {
        let optional = Described { unset: Unset::Means("Nothing."), ..ONE };
        assert!(!faults(&[optional, TWO], serve).is_empty());
        let required = Described { unset: Unset::Required, ..TWO };
        assert_eq!(faults(&[ONE, required], serve).len(), 1);
        assert!(!faults(&[ONE, TWO.example("two")], serve).is_empty());
    }

    #[test]
    fn what_is_read_and_what_is_described_are_compared_both_ways() {
        let asked = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        assert_eq!(differences(&[ONE, TWO], &asked(&["ONE", "TWO"])), [""; 0]);
        assert_eq!(differences(&[ONE, TWO], &asked(&["ONE", "T*"])), [""; 0]);
        assert_eq!(
            differences(&[ONE, ONE, TWO], &asked(&["ONE", "THREE", "F*"])),
            [
                "ONE is described twice",
                "TWO is described and nobody reads it",
                "F* is read and not described",
                "THREE is read and not described",
            ]
        );
    }
}
