//! Both services as somebody deploys them the first time: `env.example` copied and changed where
//! that person changes it, the lines of the `Procfile` run by a shell, Postgres and Redis over TLS,
//! a router in front.

mod app;
mod stage;

use serde_json::{Value, json};
use test_support::software_passkey::SoftwarePasskey;

use crate::helpers::{Ask, Client, Reply};
use stage::Stage;

const TESTER: &str = "ada@example.com";
const CONSOLE: &str = "http://localhost:8081";
const RAPTOR: &str = "http://localhost:8080";

/// An operator is invited by the command and enrols.
async fn superadmin(stage: &Stage) -> Client {
    let invite = "console admin invite --email ops@example.com --role superadmin";
    let link = stage.console.run(invite).await;
    let token = link.strip_prefix(&format!("{CONSOLE}/console/enroll?token=")).unwrap();
    let begun = stage.console.client().enroll_begin(token).await;
    let credential = SoftwarePasskey::new().create(&begun.json()["options"], CONSOLE);
    let enrolled = stage.console.client().enroll_finish(token, &credential).await;
    assert_eq!(enrolled.status, 200, "{enrolled:?}");
    stage.console.client().with_cookie(enrolled.cookie())
}

/// What follows `?token=` in the newest mail, or in an address.
fn token_in(address: &str) -> &str {
    address.rsplit_once("?token=").unwrap_or_else(|| panic!("no token in {address}")).1
}

fn newest_link(stage: &Stage) -> String {
    let mails = stage.postmark.mails_to(TESTER);
    mails.last().unwrap().link("/walkthrough?token=").unwrap().to_owned()
}

async fn bootstrap_token(stage: &Stage) -> String {
    let link = newest_link(stage);
    assert!(link.starts_with(&format!("{RAPTOR}/walkthrough?token=")), "{link}");
    let accepted = stage.raptor.client().accept_invitation(token_in(&link)).await;
    token_in(accepted.header("location")).to_owned()
}

async fn account(operator: &Client, tester: i64) -> Value {
    operator.get(&format!("/console/beta/testers/{tester}")).await.json()["account"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn examples_and_procfiles_make_a_system_over_tls_that_brings_a_ghost_back_in() {
    let mut stage = Stage::set_up().await;
    stage.start(&[], &[]).await;
    let operator = superadmin(&stage).await;
    let switched = stage.console.run("console flag set beta_ghost_reset on").await;
    assert_eq!(switched, "beta_ghost_reset is on.");

    let invited = operator.invite(TESTER, "Ada").await;
    assert_eq!(invited.status, 201, "{invited:?}");
    let tester = invited.json()["tester_id"].as_i64().unwrap();
    let begun = stage.raptor.client().begin_signup(&bootstrap_token(&stage).await).await;
    assert_eq!(begun.status, 200, "{begun:?}");
    stage.raptor.sql("UPDATE users SET created_at = created_at - interval '1 hour'").await;
    assert_eq!(account(&operator, tester).await["state"], "ghost_empty_shell");

    let path = format!("/console/beta/testers/{tester}/ghost-reset");
    let reset = operator.post(&path, &json!({})).await;
    assert_eq!((reset.status, &reset.json()["email_sent_to"]), (200, &json!(TESTER)), "{reset:?}");
    let token = bootstrap_token(&stage).await;
    let signed_up = stage.raptor.client().sign_up(&token, RAPTOR).await;
    assert_eq!(signed_up.status, 200, "{signed_up:?}");
    assert_eq!(account(&operator, tester).await["state"], "healthy");

    for app in [&stage.console, &stage.raptor] {
        app.assert_every_connection_is_encrypted().await;
    }
    // Here the public addresses are http, so nobody is sent to https, whatever a router says.
    for app in [&stage.console, &stage.raptor] {
        let answer = forwarded(app.client(), "http").await;
        assert!(answer.status < 308 && answer.header(HSTS).is_empty(), "{answer:?}");
    }
    stage.stop().await;
}

const HSTS: &str = "strict-transport-security";

/// A request as a router hands it on.
async fn forwarded(client: &Client, proto: &str) -> Reply {
    let ask = Ask::get("/?from=mail").html().header("x-forwarded-proto", proto);
    client.send(ask.header("x-forwarded-for", "192.0.2.7")).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_the_public_addresses_are_https_a_router_is_told_to_use_nothing_else() {
    let mut stage = Stage::set_up().await;
    let public = [("RAPTOR_PUBLIC_URL", "https://api.example"), ("TRUSTED_PROXY_HOPS", "1")];
    let console = [("CONSOLE_PUBLIC_URL", "https://console.example")];
    stage.start(&public, &[&public[..], &console].concat()).await;
    for (app, origin) in
        [(&stage.raptor, "https://api.example"), (&stage.console, "https://console.example")]
    {
        let by_http = forwarded(app.client(), "http").await;
        let to = (by_http.status, by_http.header("location").to_owned());
        assert_eq!(to, (308, format!("{origin}/?from=mail")));
        for answer in [by_http, forwarded(app.client(), "https").await] {
            assert!(answer.header(HSTS).starts_with("max-age="), "{answer:?}");
        }
        assert!(forwarded(app.client(), "https").await.status < 308);
    }
    stage.stop().await;
}
