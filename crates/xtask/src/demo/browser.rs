//! As much of a browser as the demo's people need: cookies, forms and JSON, no redirects
//! followed.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE, COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::{Method, StatusCode};
use serde_json::Value;

use super::device::Device;
use super::failure::{Context as _, Failure};

/// A browser with one site open.
#[derive(Debug)]
pub(super) struct Browser {
    client: reqwest::Client,
    origin: String,
    cookies: BTreeMap<String, String>,
}

/// An answer, whatever its status.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) location: Option<String>,
    /// The cookies that it set, as the header has them.
    pub(super) set_cookies: Vec<String>,
    pub(super) body: String,
}

impl Browser {
    /// Opens the site at `origin`, without cookies, on that device.
    pub(super) fn open(origin: &str, device: Device) -> Result<Self, Failure> {
        let client = reqwest::Client::builder()
            .user_agent(device.user_agent())
            .connect_timeout(Duration::from_secs(5))
            .timeout(Duration::from_secs(30))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .could_not("make an HTTP client")?;
        Ok(Self { client, origin: origin.to_owned(), cookies: BTreeMap::new() })
    }

    /// The site's origin.
    pub(super) fn origin(&self) -> &str {
        &self.origin
    }

    /// `GET`; errors come as JSON.
    pub(super) async fn get(&mut self, path: &str) -> Result<Answer, Failure> {
        let request = self.request(Method::GET, path);
        self.send(request).await
    }

    /// Sends a form.
    pub(super) async fn post_form(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Result<Answer, Failure> {
        let body =
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self
            .request(Method::POST, path)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body);
        self.send(request).await
    }

    /// Sends JSON, as a page's script does.
    pub(super) async fn post_json(&mut self, path: &str, body: &Value) -> Result<Answer, Failure> {
        let request = self.request(Method::POST, path).json(body);
        self.send(request).await
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let unsafe_method = method != Method::GET;
        let mut request = self
            .client
            .request(method, format!("{}{path}", self.origin))
            .header(ACCEPT, "application/json");
        if unsafe_method {
            request = request.header(ORIGIN, &self.origin).header("sec-fetch-site", "same-origin");
        }
        if !self.cookies.is_empty() {
            let pairs = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
            request = request.header(COOKIE, pairs.collect::<Vec<_>>().join("; "));
        }
        request
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> Result<Answer, Failure> {
        let response = request.send().await.could_not(&format!("reach {}", self.origin))?;
        let text = |value: &reqwest::header::HeaderValue| value.to_str().ok().map(str::to_owned);
        let status = response.status();
        let location = response.headers().get(LOCATION).and_then(text);
        let set_cookies: Vec<String> =
            response.headers().get_all(SET_COOKIE).iter().filter_map(text).collect();
        for cookie in &set_cookies {
            self.keep(cookie);
        }
        let body = response.text().await.could_not("read an answer")?;
        Ok(Answer { status, location, set_cookies, body })
    }

    /// Keeps name and value. None of the demo's stories lasts until a cookie ends.
    fn keep(&mut self, cookie: &str) {
        let pair = cookie.split(';').next().unwrap_or_default();
        if let Some((name, value)) = pair.split_once('=') {
            self.cookies.insert(name.trim().to_owned(), value.trim().to_owned());
        }
    }
}

impl Answer {
    /// The answer, where it has that status.
    ///
    /// Otherwise the failure is what the service says to a person, or the status.
    pub(super) fn expect(self, status: StatusCode) -> Result<Self, Failure> {
        if self.status == status {
            return Ok(self);
        }
        let words = self.json().ok().and_then(|body| {
            let message = body.get("message").and_then(Value::as_str)?;
            Some(format!("{} ({})", message, self.status.as_u16()))
        });
        Err(Failure::new(words.unwrap_or_else(|| format!("the answer was {}", self.status))))
    }

    /// The body as JSON.
    pub(super) fn json(&self) -> Result<Value, Failure> {
        serde_json::from_str(&self.body).could_not("read an answer as JSON")
    }

    /// A member of a JSON body, by its JSON pointer.
    pub(super) fn member(&self, pointer: &str) -> Result<Value, Failure> {
        let body = self.json()?;
        body.pointer(pointer).cloned().could_not(&format!("find {pointer} in an answer"))
    }
}
