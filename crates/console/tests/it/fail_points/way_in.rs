//! A tester on the way in, past every fail point: accepting the invitation and ending the passkey
//! ceremony. Whoever tries again gets in, once (sections 2 and 6 of the contracts).

use serde_json::json;
use test_support::software_passkey::SoftwarePasskey;

use super::Action;
use super::program::Program;
use super::world::{Service, World};
use crate::helpers::{Ask, Client, RAPTOR_ORIGIN, Reply, token_of_row};

/// After this point the person is in, and only the answer is lost.
const SIGNED_UP: &str = "signup.verify.committed";

/// A tester who has opened the invitation in a browser.
struct Person {
    email: String,
    /// What the page's button sends, with the cookie that names the attempt.
    accept: Vec<(&'static str, String)>,
    cookie: String,
}

impl Person {
    async fn new(world: &World, raptor: &Client, at: &str) -> Self {
        let email = format!("{at}@example.com");
        let (_, token) = world.system.console.add_tester(&email).await;
        let token = token_of_row(token);
        let opened = raptor.page(&format!("/walkthrough?token={token}")).await;
        assert_eq!(opened.status, 200, "{at}: {opened:?}");
        let version = world.system.console.nda_version().await;
        let accept =
            vec![("token", token), ("nda_version", version), ("nda_accepted", "true".to_owned())];
        Self { email, accept, cookie: opened.cookie() }
    }

    async fn accept(&self, raptor: &Client) -> reqwest::Result<Reply> {
        let fields: Vec<_> = self.accept.iter().map(|(name, value)| (*name, &**value)).collect();
        raptor.with_cookie(&self.cookie).try_send(Ask::form("/walkthrough", &fields).html()).await
    }
}

/// The bootstrap token that an acceptance brought.
#[track_caller]
fn token_of(accepted: &Reply, at: &str) -> String {
    let token = accepted.header("location").split_once("/signup?token=");
    token.unwrap_or_else(|| panic!("{at}: {accepted:?}")).1.to_owned()
}

/// The whole ceremony.
async fn sign_up(raptor: &Client, token: &str) -> reqwest::Result<Reply> {
    let body = json!({"token": token});
    let begun = raptor.post("/api/auth/register/begin-with-token", &body).await;
    if begun.status != 200 {
        return Ok(begun);
    }
    let credential = SoftwarePasskey::new().create(&begun.json()["options"], RAPTOR_ORIGIN);
    let body = json!({"token": token, "credential": credential});
    raptor.try_send(Ask::json("/api/auth/register/verify-with-token", &body)).await
}

async fn walk(service: Service, points: &[&str], action: Action) {
    let world = World::new().await;
    let other = match service {
        Service::Console => world.start(Service::Raptor, "").await,
        Service::Raptor => world.start(Service::Console, "").await,
    };
    for at in points {
        let armed = world.start(service, &action.arm(at, None)).await;
        let raptor = if service == Service::Raptor { &armed } else { &other };
        let person = Person::new(&world, &raptor.client, at).await;
        let failed = go(&person, &raptor.client, at).await;
        match failed {
            Ok(answer) => assert!((500..=503).contains(&answer.status), "{at}: {answer:?}"),
            Err(error) => {
                assert_eq!((service, action), (Service::Raptor, Action::Crash), "{error}")
            }
        }
        end(armed, action, at).await;
        let healthy = world.start(service, "").await;
        let raptor = if service == Service::Raptor { &healthy } else { &other };
        let again = go(&person, &raptor.client, at).await.unwrap();
        let wanted = if *at == SIGNED_UP { 409 } else { 200 };
        assert_eq!(again.status, wanted, "{at}: {again:?}");
        assert_is_in(&world, &person, at).await;
        healthy.kill().await;
    }
    other.kill().await;
}

async fn end(armed: Program, action: Action, at: &str) {
    match action {
        Action::Error => armed.kill().await,
        Action::Crash => armed.died_at(at).await,
    }
}

/// As far as the person gets: the answer to the acceptance, or that to the ceremony.
async fn go(person: &Person, raptor: &Client, at: &str) -> reqwest::Result<Reply> {
    let accepted = person.accept(raptor).await?;
    if accepted.status != 303 {
        return Ok(accepted);
    }
    sign_up(raptor, &token_of(&accepted, at)).await
}

/// The invitation is spent once, the account is there once, and each is audited.
async fn assert_is_in(world: &World, person: &Person, at: &str) {
    let (console, raptor, email) = (&world.system.console, &world.system.raptor, &person.email);
    assert_eq!(console.tokens(email).await, ["consumed"], "{at}");
    let agreed = format!("beta_nda_acknowledgements WHERE email = '{email}'");
    assert_eq!(console.count(&agreed).await, 1, "{at}");
    let consumed = "audit_log WHERE action = 'console.beta.walkthrough.consumed'";
    let consumed = format!("{consumed} AND payload->>'email' = '{email}'");
    assert_eq!(console.count(&consumed).await, 1, "{at}");
    let user = format!("SELECT id FROM users WHERE email = '{email}'");
    let user = raptor.number(&user).await;
    let credentials = format!("webauthn_credentials WHERE user_id = {user}");
    assert_eq!(raptor.count(&credentials).await, 1, "{at}");
    let completed = "audit_log WHERE action = 'account.signup_completed'";
    assert_eq!(raptor.count(&format!("{completed} AND target_id = '{user}'")).await, 1, "{at}");
    world.assert_bystander_unchanged(at).await;
}

async fn walk_both(action: Action) {
    walk(Service::Console, &console::fail_points::WAY_IN, action).await;
    walk(Service::Raptor, &raptor_api::fail_points::WAY_IN, action).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_meets_a_step_that_fails_gets_in_at_the_second_try() {
    walk_both(Action::Error).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_meets_a_service_that_dies_gets_in_at_the_second_try() {
    walk_both(Action::Crash).await;
}
