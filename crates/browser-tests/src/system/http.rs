//! Asking a service without a browser: for what a test needs and does not look at.

use std::time::Duration;

use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use serde_json::Value;

use super::service::Service;

/// An HTTP client with the cookies that it was given. It follows no redirects.
#[derive(Debug, Clone)]
pub struct Http {
    client: reqwest::Client,
    base: String,
    cookie: String,
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    /// Its status.
    pub status: u16,
    /// Its `Location`.
    pub location: String,
    /// `name=value` of the cookie that it sets.
    pub cookie: String,
    /// Its body.
    pub text: String,
}

impl Http {
    /// Asks `service`, with no cookie.
    #[must_use]
    pub fn of(service: &Service) -> Self {
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(10))
            .timeout(Duration::from_secs(60))
            .build()
            .expect("an HTTP client");
        Self { client, base: service.door.url(), cookie: String::new() }
    }

    /// The same with a cookie, `name=value`.
    #[must_use]
    pub fn with_cookie(&self, cookie: &str) -> Self {
        Self { cookie: cookie.to_owned(), ..self.clone() }
    }

    /// Reads as a program.
    pub async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, "application/json", "", String::new()).await
    }

    /// Opens a page.
    pub async fn page(&self, path: &str) -> Reply {
        self.send(Method::GET, path, "text/html", "", String::new()).await
    }

    /// Posts JSON, as a program.
    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        let json = "application/json";
        self.send(Method::POST, path, json, json, body.to_string()).await
    }

    /// Submits a form. The values must not need to be encoded.
    pub async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let fields: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let form = "application/x-www-form-urlencoded";
        self.send(Method::POST, path, "text/html", form, fields.join("&")).await
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        accept: &str,
        content_type: &str,
        body: String,
    ) -> Reply {
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        request = request.header("accept", accept).body(body);
        if !content_type.is_empty() {
            request = request.header(CONTENT_TYPE, content_type);
        }
        if !self.cookie.is_empty() {
            request = request.header(COOKIE, &self.cookie);
        }
        let answer = request.send().await.expect("the service answers");
        let header = |name| {
            let value = answer.headers().get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        let cookie = header(SET_COOKIE).split(';').next().unwrap_or_default().to_owned();
        let (status, location) = (answer.status().as_u16(), header(LOCATION));
        let text = answer.text().await.expect("the answer has a body");
        Reply { status, location, cookie, text }
    }
}

impl Reply {
    /// Its body as JSON; asserts success.
    ///
    /// # Panics
    ///
    /// Where it is a refusal, or no JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        assert!((200..300).contains(&self.status), "{self:?}");
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}
