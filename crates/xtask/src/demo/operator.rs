//! An operator at their browser: enrolment, sign-in and the Console's actions (section 7 of
//! the contracts), with a software passkey.

use reqwest::StatusCode;
use serde_json::{Value, json};
use test_support::software_passkey::SoftwarePasskey;

use super::browser::{Answer, Browser};
use super::device::Device;
use super::failure::{Context as _, Failure};

/// What operators sit at.
const DESK: Device = Device::Mac;

/// Somebody with a passkey for the Console, signed in.
#[derive(Debug)]
pub(super) struct Operator {
    browser: Browser,
    passkey: SoftwarePasskey,
}

/// A tester as the Console lists them.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub(super) struct Listed {
    pub(super) tester_id: i64,
    pub(super) email: String,
    pub(super) invitation: String,
    pub(super) state: Option<String>,
}

impl Operator {
    /// Follows an enrolment link, which works once: makes a passkey and is signed in by it.
    pub(super) async fn enrol(console: &str, link: &str) -> Result<Self, Failure> {
        let token = link.split_once("token=").map(|(_, token)| token);
        let token = token.could_not("find a token in the enrolment link")?;
        let mut browser = Browser::open(console, DESK)?;
        let mut passkey = SoftwarePasskey::synced();
        let begun = browser.post_json("/console/enroll/begin", &json!({"token": token})).await?;
        let options = begun.expect(StatusCode::OK)?.member("/options")?;
        let credential =
            passkey.try_create(&options, console).could_not("create the software passkey")?;
        let body = json!({"token": token, "credential": credential});
        browser.post_json("/console/enroll/finish", &body).await?.expect(StatusCode::OK)?;
        Ok(Self { browser, passkey })
    }

    /// Signs in anew, and returns the cookies that the Console sets for it. The session is one
    /// more; that of this operator's own browser stays what it was.
    pub(super) async fn sign_in(&mut self) -> Result<Vec<String>, Failure> {
        let mut browser = Browser::open(self.browser.origin(), DESK)?;
        let begun = browser.post_json("/console/login/begin", &json!({})).await?;
        let begun = begun.expect(StatusCode::OK)?;
        let credential = self
            .passkey
            .try_get(&begun.member("/options")?, browser.origin())
            .could_not("use the software passkey")?;
        let body = json!({"ceremony_id": begun.member("/ceremony_id")?, "credential": credential});
        let answer = browser.post_json("/console/login/finish", &body).await?;
        Ok(answer.expect(StatusCode::OK)?.set_cookies)
    }

    /// Invites another operator and returns their enrolment link.
    pub(super) async fn invite_operator(
        &mut self,
        email: &str,
        role: &str,
    ) -> Result<String, Failure> {
        let body = json!({"email": email, "role": role});
        let answer = self.post("/console/admins", &body).await?.expect(StatusCode::CREATED)?;
        let link = answer.member("/enroll_url")?;
        link.as_str().map(str::to_owned).could_not("read the enrolment link")
    }

    /// Invites a tester, who gets a mail.
    pub(super) async fn invite_tester(&mut self, email: &str, name: &str) -> Result<(), Failure> {
        let body = json!({"email": email, "name": name});
        self.post("/console/beta/testers", &body).await?.expect(StatusCode::CREATED).map(drop)
    }

    /// All testers; there are fewer than a page holds.
    pub(super) async fn testers(&mut self) -> Result<Vec<Listed>, Failure> {
        let answer = self.browser.get("/console/beta?limit=200").await?.expect(StatusCode::OK)?;
        serde_json::from_value(answer.member("/testers")?).could_not("read the list of testers")
    }

    /// What was reported of a tester's newest mail; null where nothing was.
    pub(super) async fn newest_delivery(&mut self, tester_id: i64) -> Result<Value, Failure> {
        let path = format!("/console/beta/testers/{tester_id}");
        self.browser.get(&path).await?.expect(StatusCode::OK)?.member("/mails/0/delivery")
    }

    /// The ghost reset of section 8.
    pub(super) async fn ghost_reset(&mut self, tester_id: i64) -> Result<Value, Failure> {
        let path = format!("/console/beta/testers/{tester_id}/ghost-reset");
        self.post(&path, &json!({})).await?.expect(StatusCode::OK)?.json()
    }

    async fn post(&mut self, path: &str, body: &Value) -> Result<Answer, Failure> {
        self.browser.post_json(path, body).await
    }
}
