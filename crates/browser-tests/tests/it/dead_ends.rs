//! Links that lead nowhere, on a phone: each says which, and what to do or whom to ask.

use std::collections::BTreeMap;

use browser_tests::driver::Tab;
use browser_tests::scenes::{World, of_testers};
use browser_tests::system::{Options, System, token_of};
use browser_tests::words;
use test_support::proxy::Rule;

/// What the page says where it is good.
async fn says(tab: &Tab) -> String {
    let text = tab.text().await;
    let leads_on = ["person who invited you", "e-mail", "sign in", "try again"];
    assert!(leads_on.iter().any(|words| text.to_lowercase().contains(words)), "{text}");
    tab.js::<String>("document.querySelector('main').innerText").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_dead_end_says_which_it_is_and_what_to_do() {
    let world = World::none().await;
    let mut said = BTreeMap::new();
    for name in [
        "walkthrough-unknown",
        "walkthrough-expired",
        "walkthrough-revoked",
        "walkthrough-used",
        "walkthrough-console-away",
        "signup-used",
        "signup-replaced",
        "signup-expired",
        "signup-not-ours",
    ] {
        let scene = of_testers().iter().find(|scene| scene.name == name).unwrap();
        let text = says(&scene.set(&world).await).await;
        // Numbers of requests differ on every page.
        let words = text.split("request").next().unwrap().to_owned();
        if let Some(other) = said.insert(words, name) {
            panic!("{name} and {other} say the same: {text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_registration_is_off_the_invitation_is_kept() {
    let raptor = vec![("FLAG_WEBAUTHN_REGISTRATION", "0".to_owned())];
    let system = System::start_with(Options { raptor, ..Options::default() }).await;
    let link = system.invite("Ada", "ada@example.com").await;
    let phone = system.phone().await;
    phone.goto(&link).await;
    phone.expect("status of 404");
    phone.click(words::AGREE).await;
    phone.click(words::ACCEPT).await;
    phone.headed("Signing up is closed").await;
    says(&phone).await;
    let unspent = "beta_walkthrough_tokens WHERE consumed_at IS NULL";
    assert_eq!(system.console.database.count(unspent).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_an_account_already_is_led_to_signing_in() {
    let system = System::start().await;
    let link = system.invite("Ada", "ada@example.com").await;
    let phone = system.phone().await;
    phone.goto(&link).await;
    // Meanwhile the account comes to be in another way.
    system
        .raptor
        .database
        .sql(
            "WITH made AS (INSERT INTO users (email) VALUES ('ada@example.com') RETURNING id)
         INSERT INTO customer_sessions (user_id, expires_at)
         SELECT id, now() + interval '1 day' FROM made",
        )
        .await;
    phone.expect("status of 409");
    phone.click(words::AGREE).await;
    phone.click(words::ACCEPT).await;
    phone.sees("not used up").await;
    assert!(says(&phone).await.to_lowercase().contains("sign in"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_behind_that_comes_back_lets_the_tester_go_on() {
    let system = System::start().await;
    let link = system.invite("Ada", "ada@example.com").await;
    let phone = system.phone().await;
    let consume = "/api/internal/beta/walkthrough-tokens/consume";
    phone.goto(&link).await;
    phone.expect("status of 503");
    system.console.door.always(consume, Rule::Cut);
    phone.click(words::AGREE).await;
    phone.click(words::ACCEPT).await;
    phone.sees("try again").await;
    system.console.door.always(consume, Rule::Pass);
    phone.goto(&link).await;
    crate::steps::accept(&phone).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_was_looked_at_by_a_scanner_still_works() {
    let system = System::start().await;
    let link = system.invite("Ada", "ada@example.com").await;
    let path = format!("/walkthrough?token={}", token_of(&link));
    for _ in 0..3 {
        let seen = browser_tests::system::Http::of(&system.raptor).page(&path).await;
        assert_eq!(seen.status, 200);
    }
    let phone = system.phone().await;
    phone.goto(&link).await;
    crate::steps::accept(&phone).await;
}
