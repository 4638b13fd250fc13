//! What `deploy/raptor-api` and `deploy/console` say of variables: `env.example` and `app.json`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;
use service_kit::settings::catalogue::{Described, Heroku, Unset};
use test_support::generated::assert_current;

/// A service, as it is deployed.
struct Service {
    /// Its program and its folder under `deploy`.
    name: &'static str,
    description: &'static str,
    variables: &'static [Described],
    addons: &'static [AddOn],
}

const RAPTOR: Service = Service {
    name: "raptor-api",
    description: "Raptor: accounts of testers, passkey signup, ghost check and delete",
    variables: raptor_api::settings::catalogue::VARIABLES,
    addons: &[
        AddOn { plan: "heroku-postgresql", alias: None },
        // Not as REDIS: docs/deploy.md says why.
        AddOn { plan: "heroku-redis", alias: Some("CHALLENGES") },
    ],
};

const CONSOLE: Service = Service {
    name: "console",
    description: "The operators' Console: testers, ghost resets, mail, audit",
    variables: console::settings::catalogue::VARIABLES,
    addons: &[AddOn { plan: "heroku-postgresql", alias: None }],
};

/// `app.json`, in the words of Heroku's schema.
#[derive(Serialize)]
struct App {
    #[serde(rename = "$schema")]
    schema: &'static str,
    name: &'static str,
    description: &'static str,
    formation: BTreeMap<&'static str, Quantity>,
    addons: &'static [AddOn],
    env: BTreeMap<&'static str, Variable>,
}

#[derive(Serialize)]
struct Quantity {
    quantity: u32,
}

#[derive(Serialize)]
struct AddOn {
    plan: &'static str,
    #[serde(rename = "as", skip_serializing_if = "Option::is_none")]
    alias: Option<&'static str>,
}

#[derive(Serialize)]
struct Variable {
    description: String,
    required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    generator: Option<&'static str>,
}

#[test]
fn the_example_environments_are_current() {
    for service in [RAPTOR, CONSOLE] {
        assert_current(&format!("deploy/{}/env.example", service.name), &example(&service));
    }
}

#[test]
fn the_apps_of_heroku_are_current() {
    for service in [RAPTOR, CONSOLE] {
        let app = serde_json::to_string_pretty(&app(&service)).unwrap();
        assert_current(&format!("deploy/{}/app.json", service.name), &format!("{app}\n"));
    }
}

fn app(service: &Service) -> App {
    let asked = service.variables.iter().filter(|it| it.heroku != Heroku::Platform);
    App {
        schema: "https://www.schemastore.org/app.json",
        name: service.name,
        description: service.description,
        formation: BTreeMap::from([("web", Quantity { quantity: 1 })]),
        addons: service.addons,
        env: asked.map(|it| (it.name, variable(it))).collect(),
    }
}

fn variable(it: &Described) -> Variable {
    let unset = match it.unset {
        Unset::Required | Unset::Default(_) => String::new(),
        Unset::Means(words) => format!(" Where unset: {words}"),
    };
    let by_add_on = if it.heroku == Heroku::AddOn { " The add-on sets it." } else { "" };
    let value = match (it.heroku, it.unset) {
        (Heroku::Value(value), _) | (Heroku::Owner, Unset::Default(value)) => Some(value),
        _ => None,
    };
    Variable {
        description: format!("{}{unset}{by_add_on}", it.meaning),
        // What an add-on sets is not there yet when the owner is asked.
        required: it.unset == Unset::Required && it.heroku != Heroku::AddOn,
        value,
        generator: (it.heroku == Heroku::Drawn).then_some("secret"),
    }
}

fn example(service: &Service) -> String {
    let mut text = format!(
        "# Every variable of {}, made from its settings (make generated). Copied as it is, it\n\
         # starts the service on this machine: set -a; . ./env.example; set +a\n\
         # No value here is a real secret. What each means, and how secrets are changed:\n\
         # docs/configuration.md\n",
        service.name
    );
    for it in service.variables {
        text.push('\n');
        comment(&mut text, it.meaning);
        let set = format!("{}={}", it.name, quoted(it.example));
        match it.unset {
            Unset::Required => comment(&mut text, "Required."),
            Unset::Default(value) => comment(&mut text, &format!("Where unset: {value}")),
            Unset::Means(words) => comment(&mut text, &format!("Where unset: {words}")),
        }
        if it.unset == Unset::Required {
            writeln!(text, "{set}").unwrap();
        } else {
            set.lines().for_each(|line| writeln!(text, "#{line}").unwrap());
        }
    }
    text
}

/// Words as comments, at most 100 characters a line.
fn comment(text: &mut String, words: &str) {
    let mut line = String::from("#");
    for word in words.split_whitespace() {
        if line.chars().count() + 1 + word.chars().count() > 100 {
            writeln!(text, "{line}").unwrap();
            line = String::from("#");
        }
        line.push(' ');
        line.push_str(word);
    }
    writeln!(text, "{line}").unwrap();
}

/// To the letter, for a shell and for `env_file` of Compose alike.
fn quoted(value: &str) -> String {
    assert!(!value.contains('\''), "{value} cannot be quoted");
    format!("'{value}'")
}
