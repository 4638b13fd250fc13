//! The passkey: making one, making one while being reset, signing in and out with it.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use test_support::software_passkey::SoftwarePasskey;

use super::{End, Person};
use crate::client::Client;

impl Person {
    /// Begins a ceremony and gives its options.
    pub(super) async fn begin(&mut self, browser: &mut Client, signup: &str) -> Option<Value> {
        let path = "/api/auth/register/begin-with-token";
        let begun = browser.post(&mut self.dice, path, &json!({"token": signup})).await?;
        begun.member("/options").filter(|_| begun.status == 200)
    }

    /// Tries until there is a passkey, or no more use in trying.
    pub(super) async fn sign_up(&mut self, browser: &mut Client, signup: &str) -> End {
        for _ in 0..super::ATTEMPTS {
            let mut passkey = SoftwarePasskey::synced();
            let credential = self.make(browser, signup, &mut passkey).await;
            let status = match credential {
                Some(credential) => self.verify(browser, signup, &credential).await,
                None => None,
            };
            match status {
                Some(200) => {
                    self.come_and_go(browser, &mut passkey).await;
                    return End::In;
                }
                Some(409) => return End::Unclear,
                _ if self.stage.is_over() => return End::Unclear,
                _ => self.stage.pause(self.dice.millis(20, 300)).await,
            }
        }
        End::Out
    }

    /// Verifies in the same moment in which both operators reset.
    pub(super) async fn race(&mut self, browser: &mut Client, signup: &str) -> End {
        let mut passkey = SoftwarePasskey::synced();
        let Some(credential) = self.make(browser, signup, &mut passkey).await else {
            return End::Out;
        };
        self.stage.let_time_pass(&self.email).await;
        self.stage.notes.count("races of a signup with a reset");
        let stage = std::sync::Arc::clone(&self.stage);
        let mut operators = self.operators.clone();
        let whom = (self.tester, self.email.clone());
        let mut dice = self.dice.clone();
        // A signup takes several statements before it comes to its lock, a reset a call between
        // services: neither should always win.
        let (verify_later, reset_later) = (self.dice.millis(0, 250), self.dice.millis(0, 60));
        let reset = async {
            tokio::time::sleep(reset_later).await;
            for operator in &mut operators {
                let whom = (whom.0, whom.1.as_str());
                operator.reset(&mut dice, &stage.notes, whom, None).await;
            }
        };
        let verify = async {
            tokio::time::sleep(verify_later).await;
            self.verify(browser, signup, &credential).await
        };
        let (status, ()) = tokio::join!(verify, reset);
        match status {
            Some(200) => {
                self.stage.notes.count("races won by the signup");
                self.come_and_go(browser, &mut passkey).await;
                End::In
            }
            None => End::Unclear,
            Some(_) => End::Out,
        }
    }

    async fn make(
        &mut self,
        browser: &mut Client,
        signup: &str,
        passkey: &mut SoftwarePasskey,
    ) -> Option<Value> {
        let options = self.begin(browser, signup).await?;
        passkey.try_create(&options, browser.origin()).ok()
    }

    /// The status that was answered. A 200 is a promise for ever.
    async fn verify(
        &mut self,
        browser: &mut Client,
        signup: &str,
        credential: &Value,
    ) -> Option<u16> {
        let path = "/api/auth/register/verify-with-token";
        let body = json!({"token": signup, "credential": credential});
        let answer = browser.post(&mut self.dice, path, &body).await?;
        if answer.status == 200 {
            let id = credential.get("id").and_then(Value::as_str).unwrap_or_default();
            let id = hex::encode(URL_SAFE_NO_PAD.decode(id).unwrap_or_default());
            let user = answer.number("/user_id");
            let promised = json!({"email": self.email, "user_id": user, "credential_id": id});
            self.stage.notes.promise("signups", promised);
        }
        Some(answer.status)
    }

    /// Signs in a few times, and out some of them.
    async fn come_and_go(&mut self, browser: &mut Client, passkey: &mut SoftwarePasskey) {
        for _ in 0..self.dice.between(0, 3) {
            if self.stage.is_over() {
                return;
            }
            let Some(session) = self.sign_in(browser, passkey).await else { continue };
            let hash = hex::encode(Sha256::digest(session.as_bytes()));
            self.stage.notes.secret("a session", &session);
            self.stage.notes.promise("sign-ins", json!({"email": self.email, "session": hash}));
            self.stage.pause(self.dice.millis(0, 200)).await;
            if self.dice.chance(50) {
                let out = browser.post(&mut self.dice, "/api/auth/logout", &json!({})).await;
                if out.is_some_and(|out| out.status == 204) {
                    self.stage.notes.promise("sign-outs", json!({"session": hash}));
                }
            }
        }
        if self.dice.chance(40) {
            self.stage.notes.count("resets of people who are in");
            self.reset_by_some().await;
            self.stage.pause(Duration::from_millis(10)).await;
        }
    }

    async fn sign_in(
        &mut self,
        browser: &mut Client,
        passkey: &mut SoftwarePasskey,
    ) -> Option<String> {
        let begun = browser.post(&mut self.dice, "/api/auth/login/begin", &json!({})).await?;
        let credential = passkey.try_get(&begun.member("/options")?, browser.origin()).ok()?;
        let body = json!({"ceremony_id": begun.member("/ceremony_id")?, "credential": credential});
        let answer = browser.post(&mut self.dice, "/api/auth/login/verify", &body).await?;
        (answer.status == 200).then(|| browser.cookie("raptor_session").map(str::to_owned))?
    }
}
