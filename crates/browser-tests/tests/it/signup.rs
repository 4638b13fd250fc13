//! The passkey of a tester: refused, cancelled, repeated, lost on the way, in an older browser.

use browser_tests::driver::Tab;
use browser_tests::system::System;
use browser_tests::words;
use test_support::proxy::Rule;

use crate::steps::{OLD_BROWSER, accept, sign_in};

const EMAIL: &str = "ada@example.com";
const VERIFY: &str = "/api/auth/register/verify-with-token";
const BEGIN: &str = "/api/auth/register/begin-with-token";

/// Makes the browser's prompt end as `window.ending` says, for as long as that is set.
const ENDINGS: &str = "
    const create = navigator.credentials.create.bind(navigator.credentials);
    navigator.credentials.create = (options) => window.ending
        ? Promise.reject(new DOMException('as the test wants it', window.ending))
        : create(options);";

/// Ada's phone, at the passkey page.
async fn at_the_passkey(system: &System) -> Tab {
    let link = system.invite("Ada", EMAIL).await;
    let phone = system.phone().await;
    phone.goto(&link).await;
    accept(&phone).await;
    phone
}

async fn passkeys(system: &System) -> i64 {
    system.raptor.database.count("webauthn_credentials").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tester_signs_up_on_a_phone_and_signs_in() {
    let system = System::start().await;
    let phone = at_the_passkey(&system).await;
    let device = phone.authenticator().await;
    phone.click(words::CREATE).await;
    phone.headed(words::DONE).await;
    assert_eq!((device.passkeys().await, passkeys(&system).await), (1, 1));
    sign_in(&phone, EMAIL).await;
    phone.goto(&system.raptor.url("/")).await;
    phone.sees(words::SIGNED_IN).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_not_recognised_tries_again_with_the_same_link() {
    let system = System::start().await;
    let phone = at_the_passkey(&system).await;
    let device = phone.authenticator().await;
    device.recognises_its_owner(false).await;
    phone.click(words::CREATE).await;
    phone.sees(words::AGAIN).await;
    assert!(!phone.announced().await.is_empty());
    assert_eq!(passkeys(&system).await, 0);
    device.recognises_its_owner(true).await;
    phone.click(words::AGAIN).await;
    phone.headed(words::DONE).await;
    sign_in(&phone, EMAIL).await;
    assert_eq!(system.postmark.mails_to(EMAIL).len(), 1, "no new mail is needed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_ending_of_the_prompt_is_explained_and_can_be_tried_again() {
    let system = System::start().await;
    let phone = system.phone().await;
    phone.authenticator().await;
    phone.before_each_page(ENDINGS).await;
    phone.goto(&system.invite("Ada", EMAIL).await).await;
    accept(&phone).await;
    let mut button = words::CREATE;
    for ending in [
        "NotAllowedError",
        "InvalidStateError",
        "SecurityError",
        "NotSupportedError",
        "AbortError",
        "ConstraintError",
        "UnknownError",
        "NotReadableError",
    ] {
        phone.js::<()>(&format!("void (window.ending = '{ending}')")).await;
        phone.click(button).await;
        phone
            .until(&format!("{ending} is explained"), async || {
                let explained =
                    phone.announced().await.len() > 40 && phone.offers(words::AGAIN).await;
                explained.then_some(())
            })
            .await;
        let said = phone.announced().await;
        assert!(!said.contains(ending), "{ending} is no word for a person: {said}");
        button = words::AGAIN;
    }
    phone.js::<()>("void (window.ending = '')").await;
    phone.click(words::AGAIN).await;
    phone.headed(words::DONE).await;
    assert_eq!(passkeys(&system).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_prompt_that_nobody_answers_is_left_behind_by_a_reload() {
    let system = System::start().await;
    let phone = at_the_passkey(&system).await;
    let device = phone.authenticator().await;
    device.is_answered(false).await;
    phone.click(words::CREATE).await;
    phone.sees("prompt").await;
    phone.reload().await;
    device.is_answered(true).await;
    phone.click(words::CREATE).await;
    phone.headed(words::DONE).await;
    assert_eq!((device.passkeys().await, passkeys(&system).await), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_challenge_that_was_not_answered_in_time_can_be_tried_again() {
    let system = System::start().await;
    let phone = at_the_passkey(&system).await;
    phone.authenticator().await;
    phone.expect("status of 400");
    let mut held = system.raptor.door.hold_request(VERIFY);
    phone.click(words::CREATE).await;
    held.arrived().await;
    let expire = "UPDATE webauthn_challenges SET expires_at = now() - interval '1 second'";
    system.raptor.database.sql(expire).await;
    held.release();
    phone.click(words::AGAIN).await;
    phone.headed(words::DONE).await;
    assert_eq!(passkeys(&system).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_is_lost_leads_to_signing_in() {
    let system = System::start().await;
    let phone = at_the_passkey(&system).await;
    phone.authenticator().await;
    phone.expect("ERR_EMPTY_RESPONSE");
    system.raptor.door.once(VERIFY, Rule::CutAnswer);
    phone.click(words::CREATE).await;
    sign_in(&phone, EMAIL).await;
    assert_eq!(passkeys(&system).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_that_is_away_is_said_and_nothing_is_lost() {
    let system = System::start().await;
    let phone = at_the_passkey(&system).await;
    phone.authenticator().await;
    phone.expect("ERR_EMPTY_RESPONSE");
    system.raptor.door.once(BEGIN, Rule::Cut);
    phone.click(words::CREATE).await;
    phone.sees(words::AGAIN).await;
    phone.click(words::AGAIN).await;
    phone.headed(words::DONE).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_that_does_not_read_json_signs_up_and_in() {
    let system = System::start().await;
    let phone = system.phone().await;
    let device = phone.authenticator().await;
    phone.before_each_page(OLD_BROWSER).await;
    phone.goto(&system.invite("Ada", EMAIL).await).await;
    accept(&phone).await;
    let old = "!PublicKeyCredential.parseCreationOptionsFromJSON \
               && !PublicKeyCredential.prototype.toJSON";
    assert!(phone.js::<bool>(old).await);
    phone.click(words::CREATE).await;
    phone.headed(words::DONE).await;
    sign_in(&phone, EMAIL).await;
    assert_eq!(device.passkeys().await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_without_passkeys_is_told_so() {
    let system = System::start().await;
    let phone = system.phone().await;
    phone.before_each_page("delete window.PublicKeyCredential").await;
    phone.goto(&system.invite("Ada", EMAIL).await).await;
    accept(&phone).await;
    phone.sees("passkeys").await;
    phone.sees("browser").await;
    assert_eq!(system.raptor.database.count("users").await, 0, "nothing was begun");
}
