//! What several tests do on their way.

use browser_tests::driver::Tab;
use browser_tests::words;

/// The `main` part of an older browser: no help with JSON.
pub const OLD_BROWSER: &str = "
    delete PublicKeyCredential.parseCreationOptionsFromJSON;
    delete PublicKeyCredential.parseRequestOptionsFromJSON;
    delete PublicKeyCredential.prototype.toJSON;";

/// Accepts the agreement of the walkthrough that the tab is at, and comes to the passkey page.
pub async fn accept(tab: &Tab) {
    tab.click(words::AGREE).await;
    tab.click(words::ACCEPT).await;
    tab.at("/signup").await;
}

/// Signs in where the tab shows that a passkey was made.
pub async fn sign_in(tab: &Tab, email: &str) {
    tab.click(words::SIGN_IN).await;
    tab.sees(words::SIGNED_IN).await;
    tab.sees(email).await;
}
