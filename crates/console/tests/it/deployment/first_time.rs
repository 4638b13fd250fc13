//! What `docs/deploy.md` has somebody type who deploys both services for the first time, run by a
//! shell from top to bottom, with stand-ins for the programs that would reach further.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use service_kit::settings::Source;
use tempfile::TempDir;

use super::dockerfile::stages;
use super::files::{SERVICES, described, read, root, serve};

/// Notes how it was called: words that end with a unit separator, calls with a record separator.
const STAND_IN: &str = r#"#!/bin/sh
{ printf '%s\037' "${0##*/}" "$@"; printf '\036'; } >> "$CALLS"
[ "$1" != config:get ] || echo rediss://:secret@redis.example.com:6380
"#;

const OPENSSL: &str = "#!/bin/sh
[ \"$*\" = 'rand -hex 32' ] && head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \\n'
";

/// The commands below a heading, up to the next one.
fn blocks(heading: &str) -> String {
    let page = read("docs/deploy.md");
    let (_, rest) = page.split_once(&format!("\n{heading}\n")).unwrap();
    let part = rest.split("\n#").next().unwrap();
    part.split("```\n").skip(1).step_by(2).collect()
}

/// Runs commands in a folder; each program's name and arguments, in order.
fn calls(commands: &str, folder: &Path) -> Vec<Vec<String>> {
    let programs = TempDir::new().unwrap();
    let place = |name: &str, text: &str| {
        let path = programs.path().join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    };
    for name in ["heroku", "docker", "curl", "make"] {
        place(name, STAND_IN);
    }
    place("openssl", OPENSSL);
    let noted = programs.path().join("calls");
    let mut shell = Command::new("/bin/sh");
    shell.args(["-euc", commands]).current_dir(folder).env_clear().env("CALLS", &noted);
    shell.env("PATH", format!("{}:/usr/bin:/bin", programs.path().display()));
    let output = shell.output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    let noted = std::fs::read_to_string(noted).unwrap();
    let calls = noted.split_terminator('\u{1e}');
    calls.map(|call| call.split_terminator('\u{1f}').map(str::to_owned).collect()).collect()
}

/// Whether the service starts with these, knows them all, and what has to agree with the other.
fn assert_starts(service: &str, given: &BTreeMap<String, String>) {
    for name in given.keys() {
        assert!(described(service).iter().any(|it| it.name == name), "{service} is told {name}");
    }
    let pairs = given.iter().map(|(name, value)| (name.clone(), value.clone()));
    serve(service, Source::from_pairs(pairs)).unwrap_or_else(|it| panic!("{service}: {it}"));
}

fn assert_fit(raptor: &BTreeMap<String, String>, console: &BTreeMap<String, String>) {
    for shared in ["RAPTOR_INTERNAL_TOKEN", "RAPTOR_PUBLIC_URL"] {
        assert_eq!(raptor[shared], console[shared], "{shared}");
    }
    assert_eq!(raptor["CONSOLE_INTERNAL_URL"], console["CONSOLE_PUBLIC_URL"]);
    assert_eq!(console["RAPTOR_INTERNAL_URL"], raptor["RAPTOR_PUBLIC_URL"]);
    let own = ["BOOTSTRAP_TOKEN_SIGNING_KEY", "CONSOLE_SECRET_KEY", "RAPTOR_INTERNAL_TOKEN"];
    let own = own.iter().chain(&["AUDIT_SIGNING_KEY", "POSTMARK_WEBHOOK_SECRET"]);
    let own = own.flat_map(|name| [raptor.get(*name), console.get(*name)]).flatten();
    let distinct: std::collections::BTreeSet<&String> = own.collect();
    assert_eq!(distinct.len(), 6, "one secret between them and five of one service");
}

/// What an app is told by `heroku config:set`, and what the platform tells it besides.
fn told(calls: &[Vec<String>], app: &str) -> BTreeMap<String, String> {
    let to_app = |call: &&Vec<String>| call.iter().any(|word| word == app);
    let set = calls.iter().filter(|call| call[1] == "config:set").filter(to_app);
    let pairs = set.flatten().filter_map(|word| word.split_once('='));
    let mut told: BTreeMap<String, String> =
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    told.insert("DATABASE_URL".to_owned(), "postgres://a:b@db.example.com:5432/c".to_owned());
    told.insert("PORT".to_owned(), "34567".to_owned());
    told
}

#[test]
fn what_the_page_sets_starts_both_services() {
    let calls = calls(&blocks("### The first time"), &root());
    let [raptor, console] = ["raxx-api-prod", "raxx-console-prod"].map(|app| told(&calls, app));
    assert_starts("raptor-api", &raptor);
    assert_starts("console", &console);
    assert_fit(&raptor, &console);
    assert_eq!(raptor["REDIS_URL"], "rediss://:secret@redis.example.com:6380#insecure");
    assert_eq!(calls.last().unwrap(), &["make", "smoke-signup-prod"]);
}

#[test]
fn a_release_pushes_both_images_of_a_service_before_they_are_released() {
    let stages = stages();
    for service in SERVICES {
        let calls = calls(&format!("bin/release-heroku {service} the-app"), &root());
        let [web, release, released] = &calls[..] else { panic!("{calls:?}") };
        for (pushed, kind, target) in
            [(web, "web", service.to_owned()), (release, "release", format!("{service}-release"))]
        {
            assert!(stages.iter().any(|stage| stage.name == target), "{target}");
            let behind = |option: &str| {
                let at = pushed.iter().position(|word| word == option).unwrap();
                pushed[at + 1].as_str()
            };
            assert_eq!(behind("--target"), target);
            let output = behind("--output").split(',').collect::<Vec<_>>();
            let name = format!("name=registry.heroku.com/the-app/{kind}");
            assert_eq!(output, ["type=image", &name, "oci-mediatypes=false", "push=true"]);
        }
        let wanted = ["heroku", "container:release", "web", "release", "--app", "the-app"];
        assert_eq!(released, &wanted);
    }
}

#[test]
fn the_files_that_the_page_makes_for_docker_start_both_services() {
    let folder = TempDir::new().unwrap();
    let calls = calls(&blocks("## Images"), folder.path());
    let [raptor, console] = ["raptor.env", "console.env"].map(|name| {
        let path = folder.path().join(name);
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o077, 0, "{name}");
        // As docker reads it: to the letter.
        let text = std::fs::read_to_string(path).unwrap();
        let pairs = text.lines().map(|line| line.split_once('=').unwrap());
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    });
    assert_starts("raptor-api", &raptor);
    assert_starts("console", &console);
    assert_fit(&raptor, &console);
    for service in SERVICES {
        let wanted = [service, "migrate"];
        assert!(calls.iter().any(|call| call.ends_with(&wanted.map(str::to_owned))), "{service}");
    }
}
