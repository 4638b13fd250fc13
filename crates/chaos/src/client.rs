//! As much of a browser as the load needs: cookies, forms and JSON, over any of a service's
//! processes. That there is no answer is nothing special here.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_TYPE, COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use serde_json::Value;

use crate::dice::Dice;
use crate::failure::{Context as _, Failure};
use crate::notes::Notes;

/// How long somebody waits for an answer before they give up.
const PATIENCE: Duration = Duration::from_secs(12);

/// A browser with one site open.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    doors: Arc<[String]>,
    origin: Arc<str>,
    cookies: BTreeMap<String, String>,
    notes: Arc<Notes>,
}

/// An answer, whatever its status.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) location: Option<String>,
    pub(crate) body: String,
}

impl Answer {
    /// A member of a JSON body, by its JSON pointer.
    pub(crate) fn member(&self, pointer: &str) -> Option<Value> {
        serde_json::from_str::<Value>(&self.body).ok()?.pointer(pointer).cloned()
    }

    /// The same where it is a number.
    pub(crate) fn number(&self, pointer: &str) -> Option<i64> {
        self.member(pointer)?.as_i64()
    }
}

impl Client {
    /// Opens the site at `origin`, which is served at each of `doors`.
    pub(crate) fn new(origin: &str, doors: &[String], notes: Arc<Notes>) -> Result<Self, Failure> {
        let http = reqwest::Client::builder()
            .user_agent("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
            .connect_timeout(Duration::from_secs(2))
            .timeout(PATIENCE)
            .pool_idle_timeout(Duration::from_secs(2))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .could_not("make an HTTP client")?;
        let (doors, origin, cookies) = (doors.into(), origin.into(), BTreeMap::new());
        Ok(Self { http, doors, origin, cookies, notes })
    }

    /// The same site in a browser of its own: no cookies.
    pub(crate) fn anew(&self) -> Self {
        Self { cookies: BTreeMap::new(), ..self.clone() }
    }

    /// The site's origin.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// The value of a cookie.
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }

    /// `GET`; `None` where no whole answer came.
    pub(crate) async fn get(&mut self, dice: &mut Dice, path: &str) -> Option<Answer> {
        self.send(dice, Method::GET, path, None).await
    }

    /// Sends JSON.
    pub(crate) async fn post(
        &mut self,
        dice: &mut Dice,
        path: &str,
        body: &Value,
    ) -> Option<Answer> {
        let body = ("application/json", body.to_string());
        self.send(dice, Method::POST, path, Some(body)).await
    }

    /// Sends a form.
    pub(crate) async fn submit(
        &mut self,
        dice: &mut Dice,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Option<Answer> {
        let form =
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let body = ("application/x-www-form-urlencoded", form);
        self.send(dice, Method::POST, path, Some(body)).await
    }

    async fn send(
        &mut self,
        dice: &mut Dice,
        method: Method,
        path: &str,
        body: Option<(&str, String)>,
    ) -> Option<Answer> {
        let door = dice.pick(&self.doors)?;
        let mut request = self.http.request(method, format!("{door}{path}"));
        request = request.header(ACCEPT, "application/json");
        if let Some((kind, body)) = body {
            request = request.header(CONTENT_TYPE, kind).body(body);
            request = request.header(ORIGIN, &*self.origin).header("sec-fetch-site", "same-origin");
        }
        if !self.cookies.is_empty() {
            let pairs = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
            request = request.header(COOKIE, pairs.collect::<Vec<_>>().join("; "));
        }
        let response = request.send().await.ok()?;
        let status = response.status().as_u16();
        let text = |value: &reqwest::header::HeaderValue| value.to_str().ok().map(str::to_owned);
        let location = response.headers().get(LOCATION).and_then(text);
        let set: Vec<String> =
            response.headers().get_all(SET_COOKIE).iter().filter_map(text).collect();
        let body = response.text().await.ok()?;
        for cookie in &set {
            self.keep(cookie);
        }
        if status == 500 {
            self.remark(path, &body);
        }
        Some(Answer { status, location, body })
    }

    /// Whatever is away is a 503 or a 502. A fault of a service's own is worth a look, except that
    /// of a reset that was begun, which is answered so (section 8 of the contracts).
    fn remark(&self, path: &str, body: &str) {
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        let text = |name| body.get(name).and_then(Value::as_str).unwrap_or_default();
        if text("message").contains("was begun and could not be finished") {
            return;
        }
        let place: String = path.chars().filter(|c| !c.is_ascii_digit()).collect();
        let place = place.split('?').next().unwrap_or_default();
        self.notes.remark(format!("{place} answered 500 {}: {}", text("error"), text("message")));
    }

    fn keep(&mut self, cookie: &str) {
        let pair = cookie.split(';').next().unwrap_or_default();
        let Some((name, value)) = pair.split_once('=') else { return };
        let (name, value) = (name.trim().to_owned(), value.trim().to_owned());
        if value.is_empty() {
            self.cookies.remove(&name);
        } else {
            self.cookies.insert(name, value);
        }
    }
}

/// The `token` of an address, absolute or not.
pub(crate) fn token_of(address: &str) -> Option<String> {
    let (_, query) = address.split_once('?')?;
    let query = query.split('#').next().unwrap_or_default();
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs.find(|(name, _)| name == "token").map(|(_, value)| value.into_owned())
}

/// The value of a form's field. It holds no character that HTML escapes.
pub(crate) fn hidden_value(html: &str, name: &str) -> Option<String> {
    let attribute = format!("name=\"{name}\"");
    html.split("<input").skip(1).find_map(|rest| {
        let tag = rest.split('>').next().filter(|tag| tag.contains(&attribute))?;
        let (_, value) = tag.split_once("value=\"")?;
        value.split('"').next().map(str::to_owned)
    })
}
