//! A tester at their browser: the way in of section 1 of the contracts, with a software
//! passkey.

use reqwest::StatusCode;
use serde_json::{Value, json};
use test_support::software_passkey::SoftwarePasskey;

use ghost_contracts::signup::{
    ClientError, LOGIN_BEGIN_PATH, LOGIN_VERIFY_PATH, REGISTER_BEGIN_PATH, REGISTER_REPORT_PATH,
    REGISTER_VERIFY_PATH, WALKTHROUGH_PAGE_PATH,
};

use super::browser::Browser;
use super::device::Device;
use super::failure::{Context as _, Failure};

/// Somebody with an invitation, a browser and a passkey.
#[derive(Debug)]
pub(super) struct Tester {
    browser: Browser,
    passkey: SoftwarePasskey,
}

/// The walkthrough as it was shown.
#[derive(Debug)]
pub(super) struct Walkthrough {
    token: String,
    nda_version: String,
}

impl Tester {
    /// Opens a browser at `raptor`, the public origin of `raptor-api`.
    pub(super) fn new(raptor: &str, device: Device) -> Result<Self, Failure> {
        Ok(Self { browser: Browser::open(raptor, device)?, passkey: SoftwarePasskey::synced() })
    }

    /// Follows the link of an invitation.
    pub(super) async fn open(&mut self, link: &str) -> Result<Walkthrough, Failure> {
        let token = token_of(link).could_not("find a token in the link")?;
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("token", &token)
            .finish();
        let path = format!("{WALKTHROUGH_PAGE_PATH}?{query}");
        let page = self.browser.get(&path).await?.expect(StatusCode::OK)?;
        let nda_version = hidden_value(&page.body, "nda_version")
            .could_not("find the NDA's version on the walkthrough page")?;
        Ok(Walkthrough { token, nda_version })
    }

    /// Accepts the NDA, which spends the invitation. Returns the token of the signup page that
    /// the browser is sent to.
    pub(super) async fn accept(&mut self, shown: &Walkthrough) -> Result<String, Failure> {
        let form = [
            ("token", shown.token.as_str()),
            ("nda_version", &shown.nda_version),
            ("nda_accepted", "true"),
        ];
        let answer = self.browser.post_form(WALKTHROUGH_PAGE_PATH, &form).await?;
        let location = answer.expect(StatusCode::SEE_OTHER)?.location;
        location.as_deref().and_then(token_of).could_not("find the signup page's address")
    }

    /// Starts the passkey ceremony, which makes the account's row, and returns its options.
    pub(super) async fn begin(&mut self, signup_token: &str) -> Result<Value, Failure> {
        let body = json!({"token": signup_token});
        let answer = self.browser.post_json(REGISTER_BEGIN_PATH, &body).await?;
        answer.expect(StatusCode::OK)?.member("/options")
    }

    /// Tells how the prompt ended, and after how many milliseconds, as the signup page does.
    pub(super) async fn report(
        &mut self,
        signup_token: &str,
        error: ClientError,
        elapsed_ms: u32,
    ) -> Result<(), Failure> {
        let body = json!({"token": signup_token, "error": error, "elapsed_ms": elapsed_ms});
        let answer = self.browser.post_json(REGISTER_REPORT_PATH, &body).await?;
        answer.expect(StatusCode::NO_CONTENT).map(drop)
    }

    /// Starts the ceremony and finishes it. Returns the account's user id.
    pub(super) async fn sign_up(&mut self, signup_token: &str) -> Result<i64, Failure> {
        let options = self.begin(signup_token).await?;
        let credential = self
            .passkey
            .try_create(&options, self.browser.origin())
            .could_not("create the software passkey")?;
        let body = json!({"token": signup_token, "credential": credential});
        let answer = self.browser.post_json(REGISTER_VERIFY_PATH, &body).await?;
        let user_id = answer.expect(StatusCode::OK)?.member("/user_id")?;
        user_id.as_i64().could_not("read the user id")
    }

    /// The passkey made before, for whoever goes on without a browser.
    pub(super) fn into_passkey(self) -> SoftwarePasskey {
        self.passkey
    }

    /// Signs in with the passkey made before, and returns the cookies that are set for it.
    pub(super) async fn sign_in(&mut self) -> Result<Vec<String>, Failure> {
        let begun = self.browser.post_json(LOGIN_BEGIN_PATH, &json!({})).await?;
        let begun = begun.expect(StatusCode::OK)?;
        let credential = self
            .passkey
            .try_get(&begun.member("/options")?, self.browser.origin())
            .could_not("use the software passkey")?;
        let body = json!({"ceremony_id": begun.member("/ceremony_id")?, "credential": credential});
        let answer = self.browser.post_json(LOGIN_VERIFY_PATH, &body).await?;
        Ok(answer.expect(StatusCode::OK)?.set_cookies)
    }
}

/// The `token` of an address, absolute or not.
fn token_of(address: &str) -> Option<String> {
    let (_, query) = address.split_once('?')?;
    let query = query.split('#').next().unwrap_or_default();
    url::form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "token")
        .map(|(_, value)| value.into_owned())
}

/// The value of a form's field. It holds no character that HTML escapes.
fn hidden_value(html: &str, name: &str) -> Option<String> {
    let attribute = format!("name=\"{name}\"");
    html.split("<input").skip(1).find_map(|rest| {
        let tag = rest.split('>').next().filter(|tag| tag.contains(&attribute))?;
        let (_, value) = tag.split_once("value=\"")?;
        value.split('"').next().map(str::to_owned)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_found_in_a_link_and_in_a_location() {
        let link = "http://localhost:8080/walkthrough?from=mail&token=a.b-c_d#top";
        assert_eq!(token_of(link).as_deref(), Some("a.b-c_d"));
        assert_eq!(token_of("/signup?token=x.1").as_deref(), Some("x.1"));
        assert_eq!(token_of("/signup"), None);
    }

    #[test]
    fn a_fields_value_is_found_whatever_the_order_of_its_attributes() {
        let html = r#"<input name="token" value="t"><input value="2026-06"
            type="hidden" name="nda_version">"#;
        assert_eq!(hidden_value(html, "nda_version").as_deref(), Some("2026-06"));
        assert_eq!(hidden_value(html, "nda_accepted"), None);
    }
}
