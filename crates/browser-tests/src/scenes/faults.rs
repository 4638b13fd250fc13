//! What people see while something is broken or closed.

use super::{Scene, World};
use crate::driver::Tab;
use crate::words;

pub(super) const SCENES: &[Scene] = &[
    Scene::new("walkthrough-closed", |world| Box::pin(world.closed())),
    Scene::new("raptor-429", |world| Box::pin(world.too_fast())),
    Scene::new("raptor-500", |world| Box::pin(world.raptor_fault())),
    Scene::new("raptor-503", |world| Box::pin(world.raptor_without_database())),
    Scene::new("console-500", |world| Box::pin(world.console_fault())),
    Scene::new("console-503", |world| Box::pin(world.console_without_database())),
    Scene::new("tester-reset-off", |world| Box::pin(world.tester("ghost", ""))),
];

impl World {
    /// A valid invitation is accepted while registration is off.
    async fn closed(&self) -> Tab {
        let tab = self.phone_at(&self.newcomer("closed@example.com").await).await;
        tab.expect("status of 404");
        tab.click(words::AGREE).await;
        tab.click(words::ACCEPT).await;
        tab.headed("Signing up is closed").await;
        tab
    }

    /// One address has asked too often.
    async fn too_fast(&self) -> Tab {
        let link = self.newcomer("too.fast@example.com").await;
        let tab = self.system.phone().await;
        tab.comes_from("203.0.113.9").await;
        tab.goto(&self.system.raptor.url("/")).await;
        tab.expect("status of 4");
        let often = format!("Promise.all([...Array({})].map(() => fetch('/signup')))", OFTEN + 1);
        tab.js::<()>(&format!("{often}.then(() => undefined)")).await;
        tab.goto(&link).await;
        tab
    }

    /// Something of ours is missing in the database.
    async fn raptor_fault(&self) -> Tab {
        let rename = |from: &str, to: &str| format!("ALTER TABLE {from} RENAME TO {to}");
        let link = self.newcomer("fault@example.com").await;
        let database = &self.system.raptor.database;
        database.sql(&rename("rate_limit_windows", "lost")).await;
        let tab = self.phone_refused_at(&link, 500).await;
        database.sql(&rename("lost", "rate_limit_windows")).await;
        tab
    }

    async fn raptor_without_database(&self) -> Tab {
        let link = self.newcomer("away@example.com").await;
        self.system.raptor.cable.cut();
        let tab = self.phone_refused_at(&link, 503).await;
        self.system.raptor.cable.restore();
        tab
    }

    /// What is done cannot be written into the audit log.
    async fn console_fault(&self) -> Tab {
        let tab = self.console("/console/flags").await;
        tab.expect("status of 500");
        tab.click("Switch on…").await;
        tab.click("Yes, switch it on").await;
        tab.at("/console/flags/beta_ghost_reset").await;
        tab
    }

    async fn console_without_database(&self) -> Tab {
        let tab = self.system.desk_of(&self.superadmin).await;
        tab.expect("status of 503");
        self.system.console.cable.cut();
        tab.goto(&self.system.console.url("/console")).await;
        self.system.console.cable.restore();
        tab
    }
}

/// More requests a minute than any other scene makes.
pub(super) const OFTEN: u32 = 40;
