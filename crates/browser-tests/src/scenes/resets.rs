//! The ghost reset: its dialog on the tester's page, and the page where there is no JavaScript.

use ghost_contracts::raptor::GHOST_CHECK_PATH;
use test_support::postmark::Outcome;
use test_support::proxy::Rule;

use super::{Scene, World};
use crate::driver::Tab;
use crate::words;

pub(super) const SCENES: &[Scene] = &[
    Scene::new("reset-dialog", |world| Box::pin(world.dialog("shell"))),
    Scene::new("reset-dialog-no-row", |world| Box::pin(world.dialog("no-row"))),
    Scene::new("reset-dialog-typed", |world| Box::pin(world.dialog("typed"))),
    Scene::new("reset-dialog-interrupted", |world| Box::pin(world.dialog("interrupted"))),
    Scene::new("reset-dialog-to-look-at", |world| Box::pin(world.dialog_to_look_at())),
    Scene::new("reset-dialog-done", |world| Box::pin(world.dialog_done())),
    Scene::new("reset-dialog-unsent", |world| Box::pin(world.dialog_unsent())),
    Scene::new("reset-dialog-refused", |world| Box::pin(world.dialog_refused())),
    Scene::new("reset-page", |world| Box::pin(world.page_of("shell"))),
    Scene::new("reset-page-typed", |world| Box::pin(world.page_of("typed"))),
    Scene::new("reset-page-mid", |world| Box::pin(world.page_of("mid"))),
    Scene::new("reset-page-healthy", |world| Box::pin(world.page_of("healthy"))),
    Scene::new("reset-page-refused", |world| Box::pin(world.page_refused())),
    Scene::new("reset-page-done", |world| Box::pin(world.page_done())),
    Scene::new("tester-interrupted", |world| Box::pin(world.tester("interrupted", ""))),
    Scene::new("tester-link", |world| Box::pin(world.link_shown())),
];

impl World {
    /// The dialog is open on that tester's page.
    pub(super) async fn dialog(&self, part: &str) -> Tab {
        let tab = self.tester(part, "").await;
        open(&tab).await;
        tab
    }

    async fn dialog_to_look_at(&self) -> Tab {
        let tab = self.console_to_look_at(&self.path_of("shell", "")).await;
        tab.click("What it would do").await;
        tab.holds(OPEN).await;
        tab
    }

    async fn dialog_done(&self) -> Tab {
        let tab = self.new_ghost("reset.done@example.org").await;
        open(&tab).await;
        tab.click(words::CONFIRM).await;
        tab.sees("Done.").await;
        tab
    }

    async fn dialog_unsent(&self) -> Tab {
        let tab = self.new_ghost("reset.unsent@example.org").await;
        open(&tab).await;
        self.system.postmark.once(Outcome::Refuse { status: 422, error_code: 406 });
        tab.click(words::CONFIRM).await;
        tab.sees("Done, but").await;
        tab
    }

    async fn dialog_refused(&self) -> Tab {
        let tab = self.dialog("shell").await;
        tab.expect("status of 502");
        self.system.raptor.door.once(GHOST_CHECK_PATH, Rule::Cut);
        tab.click(words::CONFIRM).await;
        tab.sees("Not done.").await;
        tab
    }

    /// The reset's own page, without JavaScript.
    async fn page_of(&self, part: &str) -> Tab {
        let tab = self.system.desk_of(&self.superadmin).await;
        tab.javascript(false).await;
        tab.goto(&self.system.console.url(&self.path_of(part, "/ghost-reset"))).await;
        tab
    }

    async fn page_refused(&self) -> Tab {
        let tab = self.page_of("shell").await;
        self.system.raptor.door.once(GHOST_CHECK_PATH, Rule::Cut);
        tab.click(words::CONFIRM).await;
        tab.at(&self.path_of("shell", "")).await;
        tab
    }

    async fn page_done(&self) -> Tab {
        let tab = self.new_ghost("reset.page@example.org").await;
        tab.javascript(false).await;
        tab.reload().await;
        tab.click(words::RESET).await;
        tab.click(words::CONFIRM).await;
        tab.at("/console/beta").await;
        tab
    }

    async fn link_shown(&self) -> Tab {
        let tab = self.tester("unmailed", "").await;
        tab.click("Show the link").await;
        tab.at(&self.path_of("unmailed", "/link")).await;
        tab
    }

    /// The page of a tester whose invitation is spent and who has no account.
    async fn new_ghost(&self, email: &str) -> Tab {
        let id = self.superadmin.invite("Sofia Marchetti", email).await;
        self.system.accept(&self.system.last_link(email)).await;
        self.console(&format!("/console/beta/testers/{id}")).await
    }
}

const OPEN: &str = "Boolean(document.querySelector('dialog[open]'))";

async fn open(tab: &Tab) {
    let label = if tab.offers(words::RESET).await { words::RESET } else { words::RESET_AGAIN };
    tab.click(label).await;
    tab.holds(OPEN).await;
}
