//! Names of 200 characters and addresses of 254, in every part of a page that shows one.

use serde_json::Value;

use super::world::{long_email, long_name};
use super::{Scene, World};
use crate::driver::Tab;

pub(super) const SCENES: &[Scene] = &[
    Scene::new("long-tester", |world| Box::pin(world.tester("shell", ""))),
    Scene::new("long-tester-invited", |world| Box::pin(world.tester("invited", ""))),
    Scene::new("long-reset-dialog", |world| Box::pin(world.dialog("shell"))),
    Scene::new("long-operator", |world| Box::pin(world.long_operator())),
    Scene::new("long-walkthrough", |world| Box::pin(world.long_walkthrough())),
    Scene::new("long-signup", |world| Box::pin(world.long_signup())),
];

impl World {
    /// The page of the operator with the longest address.
    async fn long_operator(&self) -> Tab {
        let listed = self.superadmin.http.get("/console/admins").await.json();
        let admins = listed.get("admins").and_then(Value::as_array);
        let text = |admin: &Value, name: &str| {
            admin.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let longest = admins.into_iter().flatten().max_by_key(|admin| text(admin, "email").len());
        let id = text(longest.expect("an operator"), "admin_id");
        self.console(&format!("/console/admins/{id}")).await
    }

    async fn long_walkthrough(&self) -> Tab {
        self.superadmin.invite(&long_name(), &long_email(5)).await;
        self.phone_at(&self.system.last_link(&long_email(5))).await
    }

    async fn long_signup(&self) -> Tab {
        let link = self.newcomer_at_signup(&long_email(6)).await;
        self.phone_at(&link).await
    }
}
