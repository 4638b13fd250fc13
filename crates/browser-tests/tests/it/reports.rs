//! How a prompt ended is told in the Console, on the tester's page.

use browser_tests::driver::Tab;
use browser_tests::system::System;
use browser_tests::words;

use crate::steps::accept;

const EMAIL: &str = "ada@example.com";

/// A prompt that nothing ever comes back from, and that is given up at once: by the page itself,
/// two seconds after the time that the server grants.
const NEVER: &str = "
    navigator.credentials.create = () => new Promise(() => {});
    const read = Response.prototype.json;
    Response.prototype.json = async function () {
        const answer = await read.call(this);
        if (answer.options) answer.options.timeout = 1;
        return answer;
    };";

/// An operator's laptop and a tester's phone, which `script` makes another than it is.
struct Case {
    system: System,
    desk: Tab,
    phone: Tab,
}

impl Case {
    async fn new(script: &str) -> Self {
        let system = System::start().await;
        let operator = system.operator("support").await;
        let tester = operator.invite("Ada", EMAIL).await;
        let desk = system.desk_of(&operator).await;
        let phone = system.phone().await;
        phone.before_each_page(script).await;
        phone.goto(&system.last_link(EMAIL)).await;
        accept(&phone).await;
        desk.goto(&system.console.url(&format!("/console/beta/testers/{tester}"))).await;
        Self { system, desk, phone }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_at_the_prompt_is_told_with_the_browser_and_the_time() {
    let case = Case::new("").await;
    case.phone.authenticator().await.recognises_its_owner(false).await;
    case.phone.click(words::CREATE).await;
    case.phone.sees(words::AGAIN).await;
    case.desk.reloads_until("Cancelled or timed out after 0.").await;
    let text = case.desk.text().await;
    let told = text.split("Cancelled or timed out").nth(1).unwrap();
    assert!(told.contains(" s in Chrome on "), "{told}");
    assert!(text.contains("Began to make a passkey in Chrome on "), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leaving_the_page_at_the_prompt_is_told() {
    let case = Case::new("").await;
    case.phone.authenticator().await.is_answered(false).await;
    case.phone.click(words::CREATE).await;
    case.phone.sees("Your device is asking you now").await;
    case.phone.goto(&case.system.raptor.url("/")).await;
    case.desk.reloads_until("Left the page or began again after").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_prompt_that_never_comes_back_is_given_up_and_told() {
    let case = Case::new(NEVER).await;
    case.phone.click(words::CREATE).await;
    case.phone.sees("Your device never answered").await;
    assert!(case.phone.offers(words::AGAIN).await);
    case.desk.reloads_until("Prompt never came back; given up after 2 s in Chrome").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_without_passkeys_is_told_though_nothing_was_begun() {
    let case = Case::new("delete window.PublicKeyCredential").await;
    case.phone.sees("This browser cannot use passkeys").await;
    case.desk.reloads_until("This browser has no passkeys (Chrome on ").await;
    assert_eq!(case.system.raptor.database.count("users").await, 0);
}
