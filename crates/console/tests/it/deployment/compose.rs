//! `docker-compose.yml`. What its mailbox is told, xtask judges.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use service_kit::settings::Source;
use service_kit::stop::{GRACE, REQUEST_GRACE_SECONDS};

use super::dockerfile::stages;
use super::files::{SERVICES, described, read, root, serve};

fn compose() -> Value {
    serde_saphyr::from_str(&read("docker-compose.yml")).unwrap()
}

/// By name.
pub fn services() -> BTreeMap<String, Value> {
    serde_json::from_value(compose()["services"].clone()).unwrap()
}

/// What a service runs, where that stands here.
pub fn command(service: &Value) -> Option<Vec<String>> {
    service.get("command").map(|command| serde_json::from_value(command.clone()).unwrap())
}

fn environment(service: &Value) -> BTreeMap<String, String> {
    service
        .get("environment")
        .map(|given| serde_json::from_value(given.clone()).unwrap())
        .unwrap_or_default()
}

/// The services that run one of our programs: name, program, environment.
fn ours() -> Vec<(String, String, BTreeMap<String, String>)> {
    let all = services();
    let with_program = all.iter().filter_map(|(name, service)| {
        let program = command(service)?.first()?.clone();
        Some((name.clone(), program, environment(service)))
    });
    with_program.filter(|(_, program, _)| SERVICES.contains(&program.as_str())).collect()
}

#[test]
fn each_service_is_told_what_it_knows_and_starts_with_it() {
    let ours = ours();
    assert_eq!(ours.len(), 4);
    for (name, program, given) in ours {
        for variable in given.keys() {
            let known = described(&program).iter().any(|it| it.name == variable);
            assert!(known, "{name} is told {variable}");
        }
        serve(&program, Source::from_pairs(given))
            .unwrap_or_else(|faults| panic!("{name} {faults}"));
    }
}

#[test]
fn both_have_the_same_secret_between_them_and_the_same_address_of_raptor() {
    for variable in ["RAPTOR_INTERNAL_TOKEN", "RAPTOR_PUBLIC_URL"] {
        let values: Vec<String> =
            ours().into_iter().map(|(_, _, it)| it[variable].clone()).collect();
        assert!(values.iter().all(|value| *value == values[0]), "{variable}: {values:?}");
    }
}

#[test]
fn whatever_is_built_is_a_target_of_the_dockerfile() {
    let targets: Vec<String> = stages().into_iter().map(|stage| stage.name).collect();
    let services = services();
    let builds: Vec<&Value> =
        services.values().filter_map(|service| service.get("build")).collect();
    assert_eq!(builds.len(), 5);
    for build in builds {
        let text = |member: &str| build[member].as_str().unwrap().to_owned();
        assert!(root().join(text("context")).join(text("dockerfile")).is_file(), "{build}");
        assert!(targets.contains(&text("target")), "{build}");
    }
    for (name, service) in &services {
        let (_, tag) = service["image"].as_str().unwrap().split_once(':').unwrap_or_default();
        assert!(service.get("build").is_some() || !matches!(tag, "" | "latest"), "{name}");
    }
}

#[test]
fn what_is_built_is_never_asked_of_a_registry() {
    for (name, service) in services() {
        let policy = service.get("pull_policy").and_then(Value::as_str);
        assert_eq!(policy, service.get("build").map(|_| "build"), "{name}");
    }
}

#[test]
fn a_service_has_the_time_to_end_by_itself() {
    // The last traces, and a little for the process itself.
    let rest = Duration::from_secs(2);
    let needed = Duration::from_secs(REQUEST_GRACE_SECONDS) + GRACE + rest;
    for (name, ..) in ours() {
        let given = services()[&name]["stop_grace_period"].as_str().unwrap().to_owned();
        let given = Duration::from_secs(given.strip_suffix('s').unwrap().parse().unwrap());
        assert!(given > needed, "{name} has {given:?} and needs {needed:?}");
    }
}

#[test]
fn each_waits_for_services_that_are_there_and_can_say_so() {
    let services = services();
    let targets = stages();
    let says_how_it_is = |service: &Value| {
        let target = service.pointer("/build/target").and_then(Value::as_str);
        let image = targets.iter().find(|stage| Some(stage.name.as_str()) == target);
        service.get("healthcheck").is_some()
            || image.is_some_and(|stage| stage.command("HEALTHCHECK").is_some())
    };
    let mut found = 0;
    for (name, service) in &services {
        let waits = service.get("depends_on").and_then(Value::as_object).into_iter().flatten();
        for (other, wait) in waits {
            let other = services.get(other).unwrap_or_else(|| panic!("{name} waits for {other}"));
            match wait["condition"].as_str() {
                Some("service_healthy") => assert!(says_how_it_is(other), "{name}"),
                Some("service_completed_successfully") => {
                    assert_eq!(command(other).unwrap().last().unwrap(), "migrate");
                }
                Some("service_started") => {}
                condition => panic!("{name}: {condition:?}"),
            }
            found += 1;
        }
    }
    assert_eq!(found, 6);
}

#[test]
fn every_address_between_containers_names_a_service_and_its_port() {
    let services = services();
    let mut addresses = Vec::new();
    for (_, _, given) in ours() {
        let inner = ["DATABASE_URL", "REDIS_URL", "CONSOLE_INTERNAL_URL", "RAPTOR_INTERNAL_URL"];
        let inner = inner.iter().chain(&["POSTMARK_API_URL"]).filter_map(|it| given.get(*it));
        addresses.extend(inner.cloned());
    }
    assert_eq!(addresses.len(), 12);
    for address in addresses {
        let url = url::Url::parse(&address).unwrap();
        let service = services.get(url.host_str().unwrap()).unwrap_or_else(|| panic!("{address}"));
        let port = url.port().unwrap();
        let published = service.get("ports").map(|ports| ports[0].as_str().unwrap().to_owned());
        match published {
            Some(published) => assert!(published.ends_with(&format!(":{port}")), "{address}"),
            None => assert!([5432, 6379].contains(&port), "{address}"),
        }
    }
}

#[test]
fn a_browser_on_this_machine_alone_finds_everything_where_the_public_addresses_say() {
    let services = services();
    for (_, _, given) in ours() {
        for (variable, service) in
            [("RAPTOR_PUBLIC_URL", "raptor-api"), ("CONSOLE_PUBLIC_URL", "console")]
        {
            let Some(public) = given.get(variable) else { continue };
            let port = public.strip_prefix("http://localhost:").unwrap();
            let told = environment(&services[service])["PORT"].clone();
            let published = services[service]["ports"][0].as_str().unwrap().to_owned();
            assert_eq!(published, format!("127.0.0.1:{port}:{told}"));
        }
    }
    for (name, service) in &services {
        let ports = service.get("ports").and_then(Value::as_array).into_iter().flatten();
        for port in ports {
            assert!(port.as_str().unwrap().starts_with("127.0.0.1:"), "{name}: {port}");
        }
    }
}

#[test]
fn each_database_has_a_volume_of_its_own() {
    let compose = compose();
    let declared = compose["volumes"].as_object().unwrap();
    let used: Vec<String> = services()
        .values()
        .filter_map(|service| service.get("volumes")?.get(0)?.as_str().map(str::to_owned))
        .collect();
    assert_eq!((used.len(), declared.len()), (2, 2));
    for volume in used {
        let (name, _) = volume.split_once(':').unwrap();
        assert!(declared.contains_key(name), "{volume}");
    }
}
