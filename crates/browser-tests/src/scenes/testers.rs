//! What testers see, on a phone.

use test_support::proxy::Rule;

use super::{Scene, World};
use crate::driver::Tab;
use crate::words;

/// Where Raptor asks what an invitation is worth.
const VERIFY: &str = "/api/internal/beta/walkthrough-tokens/verify";

/// A browser inside a mail or news app.
const IN_AN_APP: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) \
    AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Instagram 390.0.0.1";

pub(super) const SCENES: &[Scene] = &[
    Scene::new("front", |world| Box::pin(world.front())),
    Scene::new("walkthrough", |world| Box::pin(world.walkthrough())),
    Scene::new("walkthrough-again", |world| Box::pin(world.invited_again())),
    Scene::new("walkthrough-changed", |world| Box::pin(world.agreement_changed())),
    Scene::new("walkthrough-unknown", |world| Box::pin(world.unknown())),
    Scene::new("walkthrough-expired", |world| Box::pin(world.expired())),
    Scene::new("walkthrough-revoked", |world| Box::pin(world.revoked())),
    Scene::new("walkthrough-used", |world| Box::pin(world.used())),
    Scene::new("walkthrough-used-healthy", |world| Box::pin(world.used_and_healthy())),
    Scene::new("walkthrough-interrupted", |world| Box::pin(world.interrupted())),
    Scene::new("walkthrough-console-away", |world| Box::pin(world.console_away())),
    Scene::new("walkthrough-without-javascript", |world| Box::pin(world.without_javascript())),
    Scene::new("signup", |world| Box::pin(world.signup())),
    Scene::new("signup-prompt", |world| Box::pin(world.prompt())),
    Scene::new("signup-refused", |world| Box::pin(world.refused())),
    Scene::new("signup-existing", |world| Box::pin(world.existing())),
    Scene::new("signup-inside-app", |world| Box::pin(world.inside_app())),
    Scene::new("signup-no-passkeys", |world| Box::pin(world.no_passkeys())),
    Scene::new("signup-without-javascript", |world| Box::pin(world.signup_without_javascript())),
    Scene::new("signup-done", |world| Box::pin(world.done())),
    Scene::new("signup-signed-in", |world| Box::pin(world.signed_in())),
    Scene::new("front-signed-in", |world| Box::pin(world.front_signed_in())),
    Scene::new("signup-used", |world| Box::pin(world.signup_used())),
    Scene::new("signup-replaced", |world| Box::pin(world.signup_replaced())),
    Scene::new("signup-expired", |world| Box::pin(world.signup_expired())),
    Scene::new("signup-not-ours", |world| Box::pin(world.signup_not_ours())),
    Scene::new("raptor-405", |world| Box::pin(world.other_method())),
    Scene::new("raptor-404", |world| Box::pin(world.no_such_page())),
];

impl World {
    async fn front(&self) -> Tab {
        self.phone_at(&self.system.raptor.url("/")).await
    }

    async fn walkthrough(&self) -> Tab {
        let link = self.newcomer("walkthrough@example.com").await;
        self.phone_at(&link).await
    }

    async fn unknown(&self) -> Tab {
        let link = self.system.raptor.url("/walkthrough?token=eyJhbGciOiJIUzI1NiJ9.e30.nothing");
        self.phone_refused_at(&link, 404).await
    }

    /// After a reset, by somebody who has accepted the agreement before.
    async fn invited_again(&self) -> Tab {
        let email = "again@example.com";
        let id = self.superadmin.invite("Ada Lovelace", email).await;
        self.system.accept(&self.system.last_link(email)).await;
        let path = format!("/console/beta/testers/{id}/ghost-reset");
        let reset = self.superadmin.http.post(&path, &serde_json::json!({})).await;
        assert_eq!(reset.status, 200, "{reset:?}");
        self.phone_at(&self.system.last_link(email)).await
    }

    /// The agreement changes while somebody reads it.
    async fn agreement_changed(&self) -> Tab {
        let link = self.newcomer("changed@example.com").await;
        let tab = self.phone_at(&link).await;
        let publish = "INSERT INTO nda_documents (version, text)
            SELECT version || '.1', text FROM nda_documents ORDER BY published_at DESC LIMIT 1";
        self.system.console.database.sql(publish).await;
        tab.expect("status of 409");
        tab.click(words::AGREE).await;
        tab.click(words::ACCEPT).await;
        tab.sees("agreement has changed").await;
        tab
    }

    async fn expired(&self) -> Tab {
        let link = self.newcomer("expired@example.com").await;
        self.change_token("expired@example.com", "expires_at = now()").await;
        self.phone_refused_at(&link, 410).await
    }

    async fn revoked(&self) -> Tab {
        let link = self.newcomer("revoked@example.com").await;
        self.change_token("revoked@example.com", "revoked_at = now()").await;
        self.phone_refused_at(&link, 410).await
    }

    async fn used(&self) -> Tab {
        let link = self.newcomer("used@example.com").await;
        self.system.accept(&link).await;
        self.phone_refused_at(&link, 410).await
    }

    async fn used_and_healthy(&self) -> Tab {
        let link = self.newcomer("used.healthy@example.com").await;
        let signup = self.system.accept(&link).await;
        self.system.sign_up(&signup).await;
        let tab = self.system.phone().await;
        tab.expect("status of 4");
        tab.goto(&link).await;
        tab
    }

    /// Back at the invitation in the browser in which it was accepted.
    async fn interrupted(&self) -> Tab {
        let link = self.newcomer("interrupted@example.com").await;
        let tab = self.phone_at(&link).await;
        tab.click(words::AGREE).await;
        tab.click(words::ACCEPT).await;
        tab.at("/signup").await;
        tab.expect("status of 410");
        tab.goto(&link).await;
        tab
    }

    async fn console_away(&self) -> Tab {
        let link = self.newcomer("away@example.com").await;
        self.system.console.door.always(VERIFY, Rule::Cut);
        let tab = self.phone_refused_at(&link, 503).await;
        self.system.console.door.always(VERIFY, Rule::Pass);
        tab
    }

    async fn without_javascript(&self) -> Tab {
        let link = self.newcomer("scriptless@example.com").await;
        let tab = self.system.phone().await;
        tab.javascript(false).await;
        tab.goto(&link).await;
        tab
    }

    async fn signup(&self) -> Tab {
        let link = self.newcomer_at_signup("signup@example.com").await;
        self.phone_at(&link).await
    }

    async fn prompt(&self) -> Tab {
        let link = self.newcomer_at_signup("prompt@example.com").await;
        let tab = self.system.phone().await;
        tab.authenticator().await.is_answered(false).await;
        tab.goto(&link).await;
        tab.click(words::CREATE).await;
        tab.sees("asking you now").await;
        tab
    }

    async fn refused(&self) -> Tab {
        let link = self.newcomer_at_signup("refused@example.com").await;
        let tab = self.system.phone().await;
        tab.authenticator().await.recognises_its_owner(false).await;
        tab.goto(&link).await;
        tab.click(words::CREATE).await;
        tab.sees(words::AGAIN).await;
        tab
    }

    /// The device holds a passkey for this account.
    async fn existing(&self) -> Tab {
        let link = self.newcomer_at_signup("existing@example.com").await;
        let tab = self.system.phone().await;
        let exists = "navigator.credentials.create = () =>
            Promise.reject(new DOMException('', 'InvalidStateError'))";
        tab.before_each_page(exists).await;
        tab.goto(&link).await;
        tab.click(words::CREATE).await;
        tab.sees("has a passkey for this account already").await;
        tab
    }

    async fn inside_app(&self) -> Tab {
        let link = self.newcomer_at_signup("inside.app@example.com").await;
        let tab = self.system.phone().await;
        tab.calls_itself(IN_AN_APP).await;
        tab.goto(&link).await;
        tab.sees("inside another app").await;
        tab
    }

    async fn no_passkeys(&self) -> Tab {
        let link = self.newcomer_at_signup("old.browser@example.com").await;
        let tab = self.system.phone().await;
        tab.before_each_page("delete window.PublicKeyCredential").await;
        tab.goto(&link).await;
        tab
    }

    async fn signup_without_javascript(&self) -> Tab {
        let link = self.newcomer_at_signup("scriptless.signup@example.com").await;
        let tab = self.system.phone().await;
        tab.javascript(false).await;
        tab.goto(&link).await;
        tab
    }

    async fn done(&self) -> Tab {
        self.signed_up("done@example.com").await
    }

    async fn signed_in(&self) -> Tab {
        let tab = self.signed_up("signed.in@example.com").await;
        tab.click(words::SIGN_IN).await;
        tab.sees(words::SIGNED_IN).await;
        tab
    }

    async fn front_signed_in(&self) -> Tab {
        let tab = self.signed_up("front@example.com").await;
        tab.click(words::SIGN_IN).await;
        tab.sees(words::SIGNED_IN).await;
        tab.goto(&self.system.raptor.url("/")).await;
        tab
    }

    async fn signup_used(&self) -> Tab {
        let link = self.newcomer_at_signup("signup.used@example.com").await;
        self.system.sign_up(&link).await;
        let tab = self.system.phone().await;
        tab.expect("status of 4");
        tab.goto(&link).await;
        tab
    }

    async fn signup_replaced(&self) -> Tab {
        let link = self.newcomer_at_signup("signup.replaced@example.com").await;
        let reset = "INSERT INTO account_resets (email, reset_at) \
                     VALUES ('signup.replaced@example.com', now() + interval '2 seconds')";
        self.system.raptor.database.sql(reset).await;
        self.phone_refused_at(&link, 410).await
    }

    async fn signup_expired(&self) -> Tab {
        let link = self.system.old_signup_link("signup.expired@example.com").await;
        self.phone_refused_at(&link, 410).await
    }

    async fn signup_not_ours(&self) -> Tab {
        self.phone_refused_at(&self.system.raptor.url("/signup?token=eyJ2IjoxLCJlbWFp.00"), 400)
            .await
    }

    async fn other_method(&self) -> Tab {
        let tab = self.phone_at(&self.system.raptor.url("/")).await;
        tab.expect("status of 405");
        tab.submit_to("/signup").await;
        tab
    }

    async fn no_such_page(&self) -> Tab {
        self.phone_refused_at(&self.system.raptor.url("/nothing/here"), 404).await
    }

    /// A phone on which somebody has just signed up.
    async fn signed_up(&self, email: &str) -> Tab {
        let link = self.newcomer_at_signup(email).await;
        let tab = self.system.phone().await;
        tab.authenticator().await;
        tab.goto(&link).await;
        tab.click(words::CREATE).await;
        tab.headed(words::DONE).await;
        tab
    }

    async fn change_token(&self, email: &str, change: &str) {
        let update =
            format!("UPDATE beta_walkthrough_tokens SET {change} WHERE tester_email = '{email}'");
        self.system.console.database.sql(&update).await;
    }
}
