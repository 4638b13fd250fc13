use reqwest::StatusCode;
use serde_json::json;

use super::*;
use crate::demo::browser::{Answer, Browser};
use crate::demo::device::Device;
use crate::demo::ports::Port;

struct Running {
    mailbox: web::Data<Mailbox>,
    browser: Browser,
    handle: ServerHandle,
}

impl Running {
    fn start() -> Self {
        Self::start_with(Some("postgres://-".to_owned()))
    }

    fn start_with(database: Option<String>) -> Self {
        let port = Port::find_on_loopback(20_082).unwrap();
        let addresses = Addresses {
            raptor: "http://localhost:1".to_owned(),
            console: "http://localhost:2".to_owned(),
            mailbox: port.url(),
        };
        let browser = Browser::open(&port.url(), Device::Linux).unwrap();
        let webhook = Webhook {
            url: "http://localhost:2/api/webhooks/postmark".to_owned(),
            password: "password".to_owned(),
        };
        let mailbox = Mailbox::new(addresses, "secret".to_owned(), webhook, database);
        let mailbox = web::Data::new(mailbox);
        let handle = serve(mailbox.clone(), port.into_listener()).unwrap();
        Self { mailbox, browser, handle }
    }

    async fn send(&self, subject: &str) -> StatusCode {
        let mail = json!({
            "From": "Raxx <beta@example.com>",
            "To": "Amara <amara@example.com>",
            "Subject": subject,
            "TextBody": "Come in: http://localhost:1/walkthrough?token=a.b.c",
            "HtmlBody": "<html><head></head><body><p>Come in</p></body></html>",
            "MessageStream": "outbound",
        });
        self.post_mail("secret", &mail).await
    }

    async fn post_mail(&self, token: &str, mail: &serde_json::Value) -> StatusCode {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let url = format!("{}/email", self.mailbox.addresses.mailbox);
        let request = client.post(url).header("x-postmark-server-token", token).json(mail);
        request.send().await.unwrap().status()
    }

    async fn get(&mut self, path: &str) -> Answer {
        self.browser.get(path).await.unwrap()
    }
}

#[tokio::test]
async fn a_mail_of_the_console_is_listed_and_shown() {
    let mut running = Running::start();
    assert_eq!(running.send("Welcome <b>").await, StatusCode::OK);
    let list = running.get("/").await;
    assert!(list.body.contains("Welcome &#60;b&#62;"), "{}", list.body);
    let mail = running.get("/mails/1").await;
    assert!(mail.body.contains("href=\"http://localhost:1/walkthrough?token=a.b.c\""));
    assert!(mail.body.contains("action=\"/mails/1/finish\""));
    assert_eq!(running.get("/mails/2").await.status, StatusCode::NOT_FOUND);
    assert_eq!(running.get("/mails/0").await.status, StatusCode::NOT_FOUND);
    running.handle.stop(false).await;
}

#[tokio::test]
async fn a_mail_that_was_waited_for_wakes_the_waiting() {
    let running = Running::start();
    let (mails, sent) =
        tokio::join!(running.mailbox.wait_for("amara@example.com", 1), running.send("Welcome"));
    assert_eq!(sent, StatusCode::OK);
    let link = mails[0].invitation_link();
    assert_eq!(link, Some("http://localhost:1/walkthrough?token=a.b.c"));
    running.handle.stop(false).await;
}

#[tokio::test]
async fn a_mail_of_somebody_else_is_refused() {
    let running = Running::start();
    let mail = json!({"From": "x@example.com", "To": "y@example.com"});
    assert_eq!(running.post_mail("guess", &mail).await, StatusCode::UNAUTHORIZED);
    assert!(running.mailbox.mails().is_empty());
    running.handle.stop(false).await;
}

#[tokio::test]
async fn what_goes_wrong_in_a_scene_is_noted_on_the_mail() {
    let mut running = Running::start();
    running.send("Welcome").await;
    let answer = running.browser.post_form("/mails/1/finish", &[]).await.unwrap();
    assert_eq!(answer.location.as_deref(), Some("/mails/1#notes"));
    let mail = running.get("/mails/1").await;
    assert!(mail.body.contains("Could not open the invitation"), "{}", mail.body);
    running.handle.stop(false).await;
}

#[tokio::test]
async fn another_sites_form_does_nothing() {
    let running = Running::start();
    running.send("Welcome").await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}/mails/1/finish", running.mailbox.addresses.mailbox);
    let request = client.post(url).header("sec-fetch-site", "cross-site");
    assert_eq!(request.send().await.unwrap().status(), StatusCode::FORBIDDEN);
    assert!(running.mailbox.mails()[0].notes.is_empty());
    running.handle.stop(false).await;
}

#[tokio::test]
async fn nobody_is_signed_in_before_the_desk_is_open() {
    let mut running = Running::start();
    let form = [("role", "superadmin")];
    let answer = running.browser.post_form("/sign-in", &form).await.unwrap();
    assert!(answer.set_cookies.is_empty());
    assert!(answer.body.contains("Try again in a moment"), "{}", answer.body);
    running.handle.stop(false).await;
}

#[tokio::test]
async fn alone_it_shows_mails_and_nothing_is_played() {
    let mut running = Running::start_with(None);
    running.send("Welcome").await;
    let mail = running.get("/mails/1").await;
    assert!(mail.body.contains("Open the invitation yourself"), "{}", mail.body);
    for (page, body) in [("a mail", mail.body), ("the list", running.get("/").await.body)] {
        assert!(!body.contains("/sign-in"), "{page}: {body}");
        assert!(!body.contains("/finish"), "{page}: {body}");
    }
    let answer = running.browser.post_form("/mails/1/finish", &[]).await.unwrap();
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_eq!(running.get("/sign-in").await.status, StatusCode::NOT_FOUND);
    running.handle.stop(false).await;
}
