//! What is asked, how often, and what the right answer is.

use std::sync::atomic::{AtomicUsize, Ordering};

use ghost_contracts::raptor::GHOST_CHECK_PATH;
use ghost_contracts::service_token::{self, Party};
use ghost_contracts::signup::{LOGIN_BEGIN_PATH, LOGIN_VERIFY_PATH, REGISTER_BEGIN_PATH};
use reqwest::header::{ACCEPT, CONTENT_TYPE, COOKIE};
use reqwest::{RequestBuilder, StatusCode};
use serde_json::{Value, json};
use service_kit::clock::Clock;

use super::super::failure::{Context as _, Failure};
use super::client::{self, Outcome, Seen};
use super::people::{Account, People};

/// One kind of request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ask {
    GhostCheck,
    LoginBegin,
    SignIn,
    SignupBegin,
    Testers,
    TestersPage,
    Invite,
    Ready,
}

/// Twenty requests: how often each kind comes.
const ORDER: [Ask; 20] = {
    use Ask::{GhostCheck, Invite, LoginBegin, Ready, SignIn, SignupBegin, Testers, TestersPage};
    [
        GhostCheck,
        LoginBegin,
        SignIn,
        GhostCheck,
        Testers,
        GhostCheck,
        SignupBegin,
        GhostCheck,
        LoginBegin,
        Ready,
        GhostCheck,
        SignIn,
        TestersPage,
        GhostCheck,
        LoginBegin,
        SignupBegin,
        GhostCheck,
        Testers,
        GhostCheck,
        Invite,
    ]
};

impl Ask {
    /// For the table.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::GhostCheck => "ghost-check",
            Self::LoginBegin => "sign-in, begin",
            Self::SignIn => "sign-in, both steps",
            Self::SignupBegin => "signup, begin",
            Self::Testers => "list of testers",
            Self::TestersPage => "the same, as a page",
            Self::Invite => "invitation",
            Self::Ready => "readiness",
        }
    }
}

/// Everybody who asks, and what they were promised.
pub(super) struct Mix {
    people: People,
    http: reqwest::Client,
    clock: Clock,
    turn: AtomicUsize,
    sessions: AtomicUsize,
    invited: AtomicUsize,
}

impl Mix {
    pub(super) fn new(people: People) -> Result<Self, Failure> {
        let http = client::new().could_not("make an HTTP client")?;
        Ok(Self {
            people,
            http,
            clock: Clock::system(),
            turn: AtomicUsize::new(0),
            sessions: AtomicUsize::new(0),
            invited: AtomicUsize::new(0),
        })
    }

    /// How many sessions were given out, and how many testers invited.
    pub(super) fn promised(&self) -> (usize, usize) {
        (self.sessions.load(Ordering::Relaxed), self.invited.load(Ordering::Relaxed))
    }

    /// Asks what comes next.
    pub(super) async fn ask(&self) -> (Ask, Seen) {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let ask = ORDER.get(turn % ORDER.len()).copied().unwrap_or(Ask::Ready);
        let seen = client::see(async {
            match ask {
                Ask::GhostCheck => self.ghost_check(turn).await,
                Ask::LoginBegin => self.login_begin().await.map(drop),
                Ask::SignIn => self.sign_in(turn).await,
                Ask::SignupBegin => self.signup_begin(turn).await,
                Ask::Testers => self.testers().await,
                Ask::TestersPage => self.testers_page().await,
                Ask::Invite => self.invite(turn).await,
                Ask::Ready => self.ready(turn).await,
            }
        })
        .await;
        (ask, seen)
    }

    fn account(&self, turn: usize) -> Result<&Account, Outcome> {
        let accounts = &self.people.accounts;
        accounts.get(turn % accounts.len()).ok_or_else(|| Outcome::Wrong("nobody".to_owned()))
    }

    fn post(&self, origin: &str, path: &str, body: &Value) -> RequestBuilder {
        let request = self.http.post(format!("{origin}{path}"));
        request.header(ACCEPT, "application/json").json(body)
    }

    /// The right account's number, or it is a wrong answer.
    async fn ghost_check(&self, turn: usize) -> Result<(), Outcome> {
        let account = self.account(turn)?;
        let body = json!({"email": account.email}).to_string();
        let (key, now) = (&self.people.key, self.clock.now());
        let path = GHOST_CHECK_PATH;
        let token = service_token::sign(key, Party::Console, "POST", path, body.as_bytes(), now);
        let request = self.http.post(format!("{}{path}", self.people.raptor));
        let request = request.bearer_auth(token).header(CONTENT_TYPE, "application/json");
        let check = client::json(request.body(body), StatusCode::OK).await?;
        let right = check.get("state") == Some(&json!("healthy"))
            && check.get("user_id") == Some(&json!(account.user_id));
        expect(right, &check)
    }

    async fn login_begin(&self) -> Result<Value, Outcome> {
        let request = self.post(&self.people.raptor, LOGIN_BEGIN_PATH, &json!({}));
        let begun = client::json(request, StatusCode::OK).await?;
        expect(begun.get("ceremony_id").is_some() && begun.get("options").is_some(), &begun)?;
        Ok(begun)
    }

    async fn sign_in(&self, turn: usize) -> Result<(), Outcome> {
        let account = self.account(turn)?;
        let begun = self.login_begin().await?;
        let options = begun.get("options").unwrap_or(&Value::Null);
        let credential = account.sign(options, &self.people.raptor).map_err(Outcome::Wrong)?;
        let body = json!({"ceremony_id": begun.get("ceremony_id"), "credential": credential});
        let request = self.post(&self.people.raptor, LOGIN_VERIFY_PATH, &body);
        let verified = client::json(request, StatusCode::OK).await?;
        expect(verified.get("user_id") == Some(&json!(account.user_id)), &verified)?;
        self.sessions.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    async fn signup_begin(&self, turn: usize) -> Result<(), Outcome> {
        let beginners = &self.people.beginners;
        let token = beginners.get(turn % beginners.len());
        let body = json!({"token": token});
        let request = self.post(&self.people.raptor, REGISTER_BEGIN_PATH, &body);
        let begun = client::json(request, StatusCode::OK).await?;
        expect(begun.pointer("/options/challenge").is_some(), &begun)
    }

    fn console(&self, path: &str) -> RequestBuilder {
        let request = self.http.get(format!("{}{path}", self.people.console));
        request.header(COOKIE, &self.people.operator)
    }

    async fn testers(&self) -> Result<(), Outcome> {
        let request = self.console("/console/beta").header(ACCEPT, "application/json");
        let list = client::json(request, StatusCode::OK).await?;
        expect(list.get("testers").is_some_and(Value::is_array), &list)
    }

    async fn testers_page(&self) -> Result<(), Outcome> {
        let request = self.console("/console/beta").header(ACCEPT, "text/html");
        let page = client::send(request, StatusCode::OK).await?;
        expect(page.ends_with("</html>\n") || page.ends_with("</html>"), &"a page cut short".into())
    }

    async fn invite(&self, turn: usize) -> Result<(), Outcome> {
        let body = json!({"email": format!("guest{turn}@example.com"), "name": "A guest"});
        let request = self.post(&self.people.console, "/console/beta/testers", &body);
        let request = request.header(COOKIE, &self.people.operator);
        let invited = client::json(request, StatusCode::CREATED).await?;
        expect(invited.get("tester_id").is_some(), &invited)?;
        self.invited.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    async fn ready(&self, turn: usize) -> Result<(), Outcome> {
        let both = [&self.people.raptor, &self.people.console];
        let origin = both.get(turn / ORDER.len() % 2).copied().unwrap_or(&self.people.raptor);
        self.ready_at(origin).await
    }

    /// Whether both say that they are ready.
    pub(super) async fn are_ready(&self) -> bool {
        self.ready_at(&self.people.raptor).await.is_ok()
            && self.ready_at(&self.people.console).await.is_ok()
    }

    async fn ready_at(&self, origin: &str) -> Result<(), Outcome> {
        let ready = client::json(self.http.get(format!("{origin}/readyz")), StatusCode::OK).await?;
        expect(ready.get("status") == Some(&json!("ready")), &ready)
    }
}

fn expect(right: bool, answer: &Value) -> Result<(), Outcome> {
    if right { Ok(()) } else { Err(Outcome::Wrong(format!("200 {answer}"))) }
}
