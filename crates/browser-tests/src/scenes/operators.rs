//! What operators see, on a laptop.

use ghost_contracts::raptor::{GHOST_CHECK_BATCH_PATH, GHOST_CHECK_PATH};
use serde_json::Value;
use test_support::proxy::Rule;

use super::{Scene, World};
use crate::driver::Tab;
use crate::words;

pub(super) const SCENES: &[Scene] = &[
    Scene::new("login", |world| Box::pin(world.login())),
    Scene::new("login-refused", |world| Box::pin(world.login_refused())),
    Scene::new("login-no-passkeys", |world| Box::pin(world.login_no_passkeys())),
    Scene::new("enroll", |world| Box::pin(world.enroll())),
    Scene::new("enroll-dead", |world| Box::pin(world.enroll_dead())),
    Scene::new("overview", |world| Box::pin(world.console("/console"))),
    Scene::new("testers", |world| Box::pin(world.console("/console/beta"))),
    Scene::new("testers-found-nobody", |world| Box::pin(world.console("/console/beta?q=nobody"))),
    Scene::new("testers-ghosts", |world| {
        Box::pin(world.console("/console/beta?state=ghost_empty_shell"))
    }),
    Scene::new("testers-to-look-at", |world| Box::pin(world.console_to_look_at("/console/beta"))),
    Scene::new("testers-raptor-away", |world| Box::pin(world.testers_raptor_away())),
    Scene::new("tester-shell", |world| Box::pin(world.tester("shell", ""))),
    Scene::new("tester-no-row", |world| Box::pin(world.tester("no-row", ""))),
    Scene::new("tester-mid", |world| Box::pin(world.tester("mid", ""))),
    Scene::new("tester-healthy", |world| Box::pin(world.tester("healthy", ""))),
    Scene::new("tester-opened", |world| Box::pin(world.tester("opened", ""))),
    Scene::new("tester-expired", |world| Box::pin(world.tester("expired", ""))),
    Scene::new("tester-unmailed", |world| Box::pin(world.tester("unmailed", ""))),
    Scene::new("tester-bounced", |world| Box::pin(world.tester("bounced", ""))),
    Scene::new("tester-to-look-at", |world| {
        Box::pin(async { world.console_to_look_at(&world.path_of("shell", "")).await })
    }),
    Scene::new("tester-raptor-away", |world| Box::pin(world.tester_raptor_away())),
    Scene::new("tester-reset-done", |world| Box::pin(world.reset_done())),
    Scene::new("tester-unknown", |world| {
        Box::pin(world.refused_at("/console/beta/testers/0", 404))
    }),
    Scene::new("audit", |world| Box::pin(world.console("/console/audit"))),
    Scene::new("audit-filtered", |world| {
        Box::pin(world.console("/console/audit?action=console.beta.walkthrough.consumed"))
    }),
    Scene::new("flags", |world| Box::pin(world.console("/console/flags"))),
    Scene::new("flags-to-look-at", |world| Box::pin(world.console_to_look_at("/console/flags"))),
    Scene::new("operators", |world| Box::pin(world.console("/console/admins"))),
    Scene::new("operators-to-look-at", |world| {
        Box::pin(world.console_to_look_at("/console/admins"))
    }),
    Scene::new("operator", |world| Box::pin(world.operator_page())),
    Scene::new("sessions", |world| Box::pin(world.console("/console/sessions"))),
    Scene::new("enrolment-link", |world| Box::pin(world.enrolment_link())),
    Scene::new("overview-staging", |world| Box::pin(world.in_environment("staging"))),
    Scene::new("overview-production", |world| Box::pin(world.in_environment("production"))),
    Scene::new("console-403", |world| Box::pin(world.forbidden())),
    Scene::new("console-405", |world| Box::pin(world.refused_at("/console/logout", 405))),
    Scene::new("console-404", |world| Box::pin(world.refused_at("/console/nothing", 404))),
    Scene::new("console-400", |world| Box::pin(world.refused_at("/console/beta?state=odd", 400))),
];

pub(super) const DOCUMENTATION: &[Scene] = &[
    Scene::new("api-docs", |world| Box::pin(world.api_docs("console"))),
    Scene::new("api-docs-raptor", |world| Box::pin(world.api_docs("raptor-api"))),
];

pub(super) const LISTS: &[Scene] = &[
    Scene::new("overview", |world| Box::pin(world.console("/console"))),
    Scene::new("testers", |world| Box::pin(world.console("/console/beta"))),
    Scene::new("audit", |world| Box::pin(world.console("/console/audit"))),
    Scene::new("operators", |world| Box::pin(world.console("/console/admins"))),
];

impl World {
    async fn login(&self) -> Tab {
        let tab = self.system.desk().await;
        tab.goto(&self.system.console.url("/console/login")).await;
        tab
    }

    async fn login_refused(&self) -> Tab {
        let tab = self.system.desk().await;
        tab.authenticator().await;
        tab.goto(&self.system.console.url("/console/login")).await;
        tab.click(words::OPERATOR_SIGN_IN).await;
        tab.sees(words::AGAIN).await;
        tab
    }

    async fn login_no_passkeys(&self) -> Tab {
        let tab = self.system.desk().await;
        tab.before_each_page("delete window.PublicKeyCredential").await;
        tab.goto(&self.system.console.url("/console/login")).await;
        tab
    }

    async fn enroll(&self) -> Tab {
        let link = self.system.enrolment_link("new.operator@raxx.example", "support").await;
        let tab = self.system.desk().await;
        tab.goto(&link).await;
        tab
    }

    async fn enroll_dead(&self) -> Tab {
        let tab = self.system.desk().await;
        tab.expect("status of 400");
        tab.goto(&self.system.console.url("/console/enroll?token=dead")).await;
        tab
    }

    async fn testers_raptor_away(&self) -> Tab {
        self.system.raptor.door.always(GHOST_CHECK_BATCH_PATH, Rule::Cut);
        let tab = self.console("/console/beta").await;
        self.system.raptor.door.always(GHOST_CHECK_BATCH_PATH, Rule::Pass);
        tab
    }

    async fn tester_raptor_away(&self) -> Tab {
        self.system.raptor.door.always(GHOST_CHECK_PATH, Rule::Cut);
        let tab = self.tester("shell", "").await;
        self.system.raptor.door.always(GHOST_CHECK_PATH, Rule::Pass);
        tab
    }

    /// The documentation of that service's API, once all of it is there.
    async fn api_docs(&self, service: &str) -> Tab {
        let tab = self.console(&format!("/console/api-docs?document={service}")).await;
        tab.sees("/healthz").await;
        tab
    }

    /// Somebody whose account was reset a moment ago.
    async fn reset_done(&self) -> Tab {
        let id = self.superadmin.invite("Priya Raman", "priya.raman@example.com").await;
        self.system.accept(&self.system.last_link("priya.raman@example.com")).await;
        let path = format!("/console/beta/testers/{id}");
        let nothing = serde_json::json!({});
        let reset = self.superadmin.http.post(&format!("{path}/ghost-reset"), &nothing).await;
        assert_eq!(reset.status, 200, "{reset:?}");
        self.console(&path).await
    }

    async fn enrolment_link(&self) -> Tab {
        let tab = self.console("/console/admins").await;
        tab.fill("E-mail", "another.operator@raxx.example").await;
        tab.click("Invite").await;
        tab.headed("Enrolment link").await;
        tab
    }

    /// One's own, which has a passkey and a session.
    async fn operator_page(&self) -> Tab {
        let session = self.superadmin.http.get("/console/session").await.json();
        let id = session.get("admin_id").and_then(Value::as_str).expect("an id");
        self.console(&format!("/console/admins/{id}")).await
    }

    /// The Overview as it is framed where its host has another name.
    async fn in_environment(&self, name: &str) -> Tab {
        let tab = self.console("/console").await;
        let frame = "((name) => {
            document.querySelector('.environment').lastChild.textContent = name.toUpperCase();
            document.querySelectorAll('.demo')
                .forEach((one) => one.classList.replace('demo', name));
        })";
        tab.js::<()>(&format!("{frame}('{name}')")).await;
        tab
    }

    /// Somebody sends what their role may not.
    async fn forbidden(&self) -> Tab {
        let tab = self.console_to_look_at("/console/flags").await;
        tab.expect("status of 403");
        tab.submit_to("/console/flags/beta_ghost_reset").await;
        tab
    }

    async fn refused_at(&self, path: &str, status: u16) -> Tab {
        let tab = self.system.desk_of(&self.superadmin).await;
        tab.expect(&format!("status of {status}"));
        tab.goto(&self.system.console.url(path)).await;
        tab
    }
}
