//! Both databases, a stand-in for Postmark and the proxies between the services, which are
//! started as programs where a test wants them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::program::Program;
use crate::helpers::{Client, Operator, System, raptor_variables, system_variables, variables};

/// Whom nothing may happen to.
const BYSTANDER: &str = "bystander@example.com";

/// Which of the two services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Service {
    Console,
    Raptor,
}

/// A world without services, and with one bystander: a healthy account and a live invitation.
pub(super) struct World {
    pub system: System,
    operator: Operator,
    bystander: Value,
}

impl World {
    pub async fn new() -> Self {
        let mut system = System::start().await;
        system.console.switch_ghost_reset(true).await;
        let operator = system.console.enrol("superadmin").await;
        let invited = operator.client.invite(BYSTANDER, "Beate Stander").await;
        assert_eq!(invited.status, 201, "{invited:?}");
        system.raptor.add_healthy(BYSTANDER).await;
        system.console.stop().await;
        system.raptor.stop().await;
        let mut world = Self { system, operator, bystander: json!(null) };
        world.bystander = world.see_bystander().await;
        world
    }

    /// Starts a service; `armed` is empty or names fail points.
    pub async fn start(&self, service: Service, armed: &str) -> Program {
        let system = &self.system;
        match service {
            Service::Console => {
                let mut all = variables(&system.console.database.url());
                all.extend(system_variables(&system.to_raptor, &system.postmark));
                let program = Program::console(&all, armed).await;
                system.to_console.set_target(program.client.base());
                program
            }
            Service::Raptor => {
                let url = system.raptor.database.url();
                let all: BTreeMap<_, _> = raptor_variables(&url, &system.to_console.url());
                let program = Program::raptor(&all, armed).await;
                system.to_raptor.set_target(program.client.base());
                program
            }
        }
    }

    /// The superadmin at that Console.
    pub fn operator(&self, console: &Program) -> Client {
        console.client.with_cookie(self.operator.client.cookie())
    }

    /// Lets 40 s pass for everything that waits: an unfinished reset counts as interrupted, and
    /// whoever was sending a mail is over.
    pub async fn let_time_pass(&self) {
        self.system
            .console
            .sql(
                "UPDATE beta_ghost_resets SET started_at = started_at - interval '40 seconds'; \
                 UPDATE mail_outbox SET next_attempt_at = next_attempt_at - interval '40 seconds' \
                 WHERE status = 'pending'",
            )
            .await;
    }

    /// Asserts that nothing has happened to the bystander.
    pub async fn assert_bystander_unchanged(&self, at: &str) {
        assert_eq!(self.see_bystander().await, self.bystander, "{at}");
    }

    async fn see_bystander(&self) -> Value {
        let (console, raptor) = (&self.system.console, &self.system.raptor);
        let of = |columns: &str, table: &str, column: &str| {
            format!("SELECT {columns} FROM {table} WHERE {column} = '{BYSTANDER}' ORDER BY 1")
        };
        json!({
            "user": raptor.rows(&of("*", "users", "email")).await,
            "sessions": raptor.rows("SELECT * FROM customer_sessions ORDER BY id").await,
            "resets": raptor.rows(&of("*", "account_resets", "email")).await,
            "tester": console.rows(&of("id, email, name", "beta_testers", "email")).await,
            "tokens": console.rows(&of("*", "beta_walkthrough_tokens", "tester_email")).await,
            "mails": console.rows(&of("*", "mail_outbox", "to_email")).await,
            "accepted": self.system.postmark.mails_to(BYSTANDER).len(),
        })
    }
}
