//! The images that `deploy/Dockerfile` describes.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use service_kit::settings::catalogue::Unset;

use super::dockerfile::{Stage, stages};
use super::files::{SERVICES, described, read, root};

fn stage<'a>(stages: &'a [Stage], name: &str) -> &'a Stage {
    stages.iter().find(|stage| stage.name == name).unwrap_or_else(|| panic!("no stage {name}"))
}

#[test]
fn a_stage_builds_on_an_earlier_one_or_on_an_image_with_a_version() {
    let stages = stages();
    for (index, stage) in stages.iter().enumerate() {
        let earlier = |name: &str| stages[..index].iter().any(|earlier| earlier.name == name);
        assert!(!stage.name.is_empty() && !earlier(&stage.name), "{}", stage.name);
        let image = stage.from.split_once(':');
        let has_version = image.is_some_and(|(_, tag)| tag != "latest");
        assert!(earlier(&stage.from) || has_version, "{}", stage.from);
        let copies = stage.all("COPY").filter_map(|copy| copy.strip_prefix("--from="));
        for copy in copies {
            let (from, _) = copy.split_once(' ').unwrap();
            assert!(earlier(from), "{copy}");
        }
    }
}

#[test]
fn it_is_built_with_the_rust_of_the_workspace_and_run_on_the_same_debian() {
    let stages = stages();
    let manifest = read("Cargo.toml");
    let version = manifest.split("rust-version = \"").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(stage(&stages, "source").from, format!("rust:{version}-slim-bookworm"));
    assert_eq!(stage(&stages, "runtime").from, "debian:bookworm-slim");
}

#[test]
fn the_build_finds_whatever_it_names() {
    let script = root().join("bin/build-release");
    assert_ne!(script.metadata().unwrap().permissions().mode() & 0o111, 0);
    let script = read("bin/build-release");
    for stage in stages() {
        let commands: Vec<&str> = stage.all("RUN").chain([script.as_str()]).collect();
        let packages = commands.iter().flat_map(|text| text.split("--package ").skip(1));
        for package in packages {
            let package = package.split_whitespace().next().unwrap();
            assert!(root().join("crates").join(package).join("src/main.rs").is_file(), "{package}");
        }
        assert!(stage.all("COPY").all(|copy| copy == ". ." || copy.starts_with("--from=")));
    }
}

#[test]
fn what_another_checkout_left_in_the_cache_is_older_than_our_files() {
    let stages = stages();
    let runs = stages.iter().flat_map(|stage| stage.all("RUN"));
    let cached: Vec<&str> = runs.filter(|run| run.contains("target=/build/target")).collect();
    assert_eq!(cached.len(), 2);
    for run in cached {
        assert!(run.contains(",id=raxx-target,target=/build/target,"), "{run}");
        let (first, _) = run.split_once(" && ").unwrap();
        let (_, touched) = first.split_once("find ").unwrap();
        assert_eq!(touched, "crates migrations-* docs -type f -exec touch {} +");
    }
}

#[test]
fn the_build_is_given_all_that_programs_are_made_of_and_nothing_else() {
    let ignore = read(".dockerignore");
    let lines: Vec<&str> = ignore.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(lines.first(), Some(&"*"));
    let given: Vec<&str> = lines[1..].iter().map(|line| line.strip_prefix('!').unwrap()).collect();
    for name in &given {
        assert!(root().join(name).exists(), "{name}");
    }
    for name in ["Cargo.toml", "Cargo.lock", "crates"] {
        assert!(given.contains(&name), "{name}");
    }
    let embedded = embedded();
    assert!(embedded.iter().any(|path| path.starts_with("migrations-raptor")), "{embedded:?}");
    for path in embedded {
        assert!(given.iter().any(|given| path.starts_with(given)), "{}", path.display());
    }
}

/// What our programs have in them beside their code, from the root.
fn embedded() -> Vec<PathBuf> {
    let root = root().canonicalize().unwrap();
    let mut folders = vec![root.join("crates")];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") && !is_test(&path) {
                let text = std::fs::read_to_string(&path).unwrap();
                let beside = path.parent().unwrap();
                let package = path.ancestors().find(|it| it.join("Cargo.toml").is_file()).unwrap();
                for (start, from) in [
                    ("include_str!(\"", beside),
                    ("include_bytes!(\"", beside),
                    ("embed_migrations!(\"", package),
                ] {
                    let named = text.split(start).skip(1).filter_map(|it| it.split_once('"'));
                    found.extend(named.map(|(named, _)| from.join(named)));
                }
            }
        }
    }
    let real = found.iter().map(|path| path.canonicalize().unwrap());
    real.map(|path| path.strip_prefix(&root).unwrap().to_owned()).collect()
}

fn is_test(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "tests")
}

#[test]
fn each_service_is_an_image_of_its_own_that_runs_as_nobody_and_says_whether_it_lives() {
    let stages = stages();
    let runtime = stage(&stages, "runtime");
    let (user, group) = runtime.all("USER").last().unwrap().split_once(':').unwrap();
    assert!(user.parse::<u32>().unwrap() > 0 && group.parse::<u32>().unwrap() > 0);
    for service in SERVICES {
        let stage = stage(&stages, service);
        assert_eq!(stage.from, "runtime");
        assert_eq!(stage.all("USER").count(), 0);
        assert_eq!(stage.command("CMD").unwrap(), [service, "serve"]);
        assert_eq!(stage.command("HEALTHCHECK").unwrap(), [service, "health"]);
        assert_copies_the_program(stage, service);
        let port = described(service).iter().find(|it| it.name == "PORT").unwrap();
        let exposed = stage.all("EXPOSE").last().unwrap();
        assert!(matches!(port.unset, Unset::Default(default) if default == exposed), "{exposed}");
    }
}

#[test]
fn each_service_has_an_image_that_migrates_and_with_which_heroku_can_show_what_it_says() {
    let stages = stages();
    let release = stage(&stages, "release");
    assert_eq!(release.from, "runtime");
    assert!(release.all("RUN").any(|run| run.contains(" curl ")), "{release:?}");
    assert_eq!(release.all("USER").last(), stage(&stages, "runtime").all("USER").last());
    for service in SERVICES {
        let stage = stage(&stages, &format!("{service}-release"));
        assert_eq!(stage.from, "release");
        assert_eq!(stage.all("USER").count(), 0);
        assert_eq!(stage.command("CMD").unwrap(), [service, "migrate"]);
        assert_copies_the_program(stage, service);
    }
}

fn assert_copies_the_program(stage: &Stage, service: &str) {
    let copied: Vec<&str> = stage.all("COPY").collect();
    assert_eq!(copied, [format!("--from=build /deploy/{service} /usr/local/bin/")]);
}
