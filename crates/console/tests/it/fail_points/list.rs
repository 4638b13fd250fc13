//! The lists of fail points against the code.

use std::collections::BTreeMap;
use std::path::Path;

use super::table;

/// The names of all points in the sources of a service, each with how often it is there.
fn passed_in(sources: &Path) -> BTreeMap<String, usize> {
    let mut names = BTreeMap::new();
    for entry in std::fs::read_dir(sources).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            names.extend(passed_in(&path));
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for call in text.split("fail_point::").skip(1) {
            let Some((kind, rest)) = call.split_once('(') else { continue };
            if ["database", "statement", "request", "answer", "other"].contains(&kind) {
                let name =
                    rest.trim_start().strip_prefix('"').and_then(|rest| rest.split_once('"'));
                let (name, _) = name.unwrap_or_else(|| panic!("a point without a name: {path:?}"));
                *names.entry(name.to_owned()).or_default() += 1;
            }
        }
    }
    names
}

#[track_caller]
fn assert_same(service: &str, listed: &[&[&str]]) {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(service).join("src");
    let passed = passed_in(&sources);
    let listed: BTreeMap<String, usize> =
        listed.concat().into_iter().map(|name| (name.to_owned(), 1)).collect();
    assert_eq!(passed, listed, "the points in the code of {service}, and its list of them");
}

#[test]
fn a_fail_point_is_in_the_code_once_and_in_the_list() {
    assert_same("console", &[&console::fail_points::GHOST_RESET, &console::fail_points::WAY_IN]);
    let raptor = [&raptor_api::fail_points::GHOST_RESET[..], &raptor_api::fail_points::WAY_IN];
    assert_same("raptor-api", &raptor);
}

#[test]
fn every_fail_point_of_the_reset_has_its_row_in_the_table() {
    let names = |points: &[table::Point]| points.iter().map(|point| point.name).collect::<Vec<_>>();
    assert_eq!(names(&table::CONSOLE), console::fail_points::GHOST_RESET);
    assert_eq!(names(&table::RAPTOR), raptor_api::fail_points::GHOST_RESET);
}

/// A point is in no other crate: nobody would walk to it.
#[test]
fn no_other_crate_of_ours_passes_a_fail_point() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for entry in std::fs::read_dir(crates).unwrap() {
        let path = entry.unwrap().path();
        let sources = path.join("src");
        if sources.is_dir() && !path.ends_with("console") && !path.ends_with("raptor-api") {
            assert_eq!(passed_in(&sources), BTreeMap::new(), "{path:?}");
        }
    }
}
