//! What the passkey page says to somebody who does not see it change.

use browser_tests::driver::Tab;
use browser_tests::system::System;
use browser_tests::words;

use crate::steps::accept;

const EMAIL: &str = "ada@example.com";

/// A clipboard that takes a text if `window.copying`.
const CLIPBOARD: &str = "
    Object.defineProperty(navigator, 'clipboard', { value: { writeText: async (text) => {
        if (!window.copying) throw new DOMException('as the test wants it', 'NotAllowedError');
        window.copied = text;
    } } });";

/// Comes to the passkey page.
async fn arrive(phone: &Tab, system: &System) {
    phone.goto(&system.invite("Ada", EMAIL).await).await;
    accept(phone).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_that_is_over_is_called_done() {
    let system = System::start().await;
    let phone = system.phone().await;
    phone.authenticator().await;
    arrive(&phone, &system).await;
    phone.click(words::CREATE).await;
    phone.headed(words::DONE).await;
    let steps = "document.querySelector('.steps').textContent.replace(/\\s+/g, ' ').trim()";
    let said = phone.js::<String>(steps).await;
    assert_eq!(said, "1 Welcome (done) 2 Agreement (done) 3 Passkey (done) 4 Done");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_is_copied_or_not_is_said() {
    let system = System::start().await;
    let phone = system.phone().await;
    phone.before_each_page("delete window.PublicKeyCredential").await;
    phone.before_each_page(CLIPBOARD).await;
    arrive(&phone, &system).await;
    for (allowed, wanted) in [(false, "could not be copied"), (true, "is copied")] {
        phone.js::<()>(&format!("void (window.copying = {allowed})")).await;
        phone.click("Copy the link").await;
        phone.until(wanted, async || phone.announced().await.contains(wanted).then_some(())).await;
    }
    assert!(phone.js::<bool>("window.copied === location.href").await);
}
