//! Both services behind routers, restarted with other variables while they are used.

use std::sync::Arc;

use serde_json::Value;
use test_support::proxy::HttpProxy;

use super::Stream;
use super::instance::{Instance, Settings};
use crate::helpers::{
    Client, Operator, System, raptor_variables, system_variables, variables as console_variables,
};

/// The system, and whoever uses it. All of them go through the two proxies, which stand for
/// Heroku's router.
pub struct Fleet {
    pub people: Arc<People>,
    /// What the Console runs with.
    console_settings: Settings,
    /// What Raptor runs with.
    raptor_settings: Settings,
    console: Option<Instance>,
    raptor: Option<Instance>,
}

/// Who uses the system, and what is around it.
pub struct People {
    pub system: System,
    pub operator: Operator,
}

impl Fleet {
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// With variables for both services.
    pub async fn start_with(given: &[(&'static str, &str)]) -> Self {
        let mut system = System::start().await;
        let mut operator = system.console.enrol("support").await;
        let mut console_settings = console_variables(&system.console.database.url());
        console_settings.extend(system_variables(&system.to_raptor, &system.postmark));
        let mut raptor_settings =
            raptor_variables(&system.raptor.database.url(), &system.to_console.url());
        change(&mut console_settings, given);
        change(&mut raptor_settings, given);
        let console = Instance::console(&console_settings);
        let raptor = Instance::raptor(&raptor_settings);
        system.to_console.set_target(&*console.url);
        system.to_raptor.set_target(&*raptor.url);
        system.console.stop().await;
        system.raptor.stop().await;
        system.console.client = Client::at(system.to_console.url());
        system.raptor.client = Client::at(system.to_raptor.url());
        operator.client = system.console.client.with_cookie(operator.client.cookie());
        let people = Arc::new(People { system, operator });
        let (console, raptor) = (Some(console), Some(raptor));
        Self { people, console_settings, raptor_settings, console, raptor }
    }

    /// People who are invited, accept and sign up, one after the other, without end.
    pub fn people_sign_up(&self) -> Stream {
        let people = Arc::clone(&self.people);
        Stream::begin(move |number| {
            let people = Arc::clone(&people);
            async move { people.sign_up(&format!("round-{number}@example.com")).await }
        })
    }

    /// Restarts the Console with these variables changed, as Heroku's preboot does: for some rounds
    /// the old process and the new one serve in turn, then the old one ends. An empty value unsets
    /// a variable.
    pub async fn roll_console(&mut self, stream: &mut Stream, given: &[(&'static str, &str)]) {
        change(&mut self.console_settings, given);
        let new = Instance::console(&self.console_settings);
        let old = self.console.replace(new).unwrap();
        let new = &self.console.as_ref().unwrap().url;
        side_by_side(&self.people.system.to_console, &old.url, new, stream).await;
        old.stop().await;
    }

    /// The same with Raptor.
    pub async fn roll_raptor(&mut self, stream: &mut Stream, given: &[(&'static str, &str)]) {
        change(&mut self.raptor_settings, given);
        let new = Instance::raptor(&self.raptor_settings);
        let old = self.raptor.replace(new).unwrap();
        let new = &self.raptor.as_ref().unwrap().url;
        side_by_side(&self.people.system.to_raptor, &old.url, new, stream).await;
        old.stop().await;
    }
}

fn change(settings: &mut Settings, given: &[(&'static str, &str)]) {
    settings.extend(given.iter().map(|(name, value)| (*name, (*value).to_owned())));
}

async fn side_by_side(router: &HttpProxy, old: &str, new: &str, stream: &mut Stream) {
    router.set_targets([old.to_owned(), new.to_owned()]);
    stream.goes_on(3).await;
    router.set_target(new);
    // Whoever was on the way to the old process has arrived by then.
    stream.goes_on(1).await;
}

impl People {
    /// Invites somebody: the tester's id and the link of the mail.
    pub async fn invite(&self, email: &str) -> (i64, String) {
        let invited = self.operator.client.invite(email, "Ada").await;
        assert_eq!(invited.status, 201, "{invited:?}");
        assert_eq!(invited.json()["email_sent_to"], email, "{invited:?}");
        (invited.json()["tester_id"].as_i64().unwrap(), self.newest_link(email))
    }

    /// The link of the newest mail to somebody.
    pub fn newest_link(&self, email: &str) -> String {
        let mails = self.system.postmark.mails_to(email);
        mails.last().unwrap().link("/walkthrough?token=").unwrap().to_owned()
    }

    /// The whole way, from the invitation to the Console's page.
    async fn sign_up(&self, email: &str) {
        let (tester, link) = self.invite(email).await;
        let token = self.system.raptor.accept(&link).await;
        let signed_up = self.system.raptor.sign_up(&token).await;
        assert_eq!(signed_up.status, 200, "{signed_up:?}");
        let seen = self.tester(tester).await;
        assert_eq!(seen["account"]["state"], "healthy", "{seen}");
    }

    /// What the Console says of a tester.
    pub async fn tester(&self, id: i64) -> Value {
        let answer = self.operator.client.tester(id).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }
}
