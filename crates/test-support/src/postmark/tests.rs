use std::time::Duration;

use super::*;

fn mail() -> Value {
    json!({
        "From": "Raxx <beta@example.com>", "To": "ada@example.com", "Subject": "Welcome",
        "HtmlBody": "<p>Hello</p>", "TextBody": "Open <https://raxx.example/walkthrough?token=t>",
    })
}

async fn send(postmark: &Postmark, token: &str, body: &Value) -> reqwest::Result<(u16, Value)> {
    let client = reqwest::Client::builder().timeout(Duration::from_secs(10)).build()?;
    let request = client.post(format!("{}/email", postmark.url())).json(body);
    let answer = request.header("X-Postmark-Server-Token", token).send().await?;
    Ok((answer.status().as_u16(), answer.json().await?))
}

async fn send_mail(postmark: &Postmark) -> reqwest::Result<(u16, Value)> {
    send(postmark, &postmark.server_token(), &mail()).await
}

#[tokio::test]
async fn a_mail_is_accepted_and_kept() {
    let postmark = Postmark::start();
    let (status, answer) = send_mail(&postmark).await.unwrap();
    assert_eq!((status, &answer["ErrorCode"]), (200, &json!(0)));
    let mails = postmark.wait_for_mail(1).await;
    assert_eq!(mails.len(), 1);
    assert_eq!(answer["MessageID"], mails[0].message_id);
    assert_eq!(mails[0].raw, mail());
    assert_eq!(
        mails[0].link("/walkthrough?token="),
        Some("https://raxx.example/walkthrough?token=t")
    );
    assert_eq!((postmark.mails_to("ada@").len(), postmark.mails_to("bob@").len()), (1, 0));
}

#[tokio::test]
async fn another_token_is_refused_and_does_not_use_up_what_was_said() {
    let postmark = Postmark::start();
    postmark.once(Outcome::Refuse { status: 422, error_code: 406 });
    let (status, answer) = send(&postmark, "another", &mail()).await.unwrap();
    assert_eq!((status, &answer["ErrorCode"]), (401, &json!(10)));
    let (status, answer) = send_mail(&postmark).await.unwrap();
    assert_eq!((status, &answer["ErrorCode"]), (422, &json!(406)));
    assert_eq!(send_mail(&postmark).await.unwrap().0, 200);
    assert_eq!((postmark.requests().len(), postmark.mails().len()), (3, 1));
}

#[tokio::test]
async fn a_mail_without_an_address_or_a_body_is_refused() {
    let postmark = Postmark::start();
    for missing in [&["To"][..], &["From"], &["HtmlBody", "TextBody"]] {
        let mut mail = mail();
        for name in missing {
            mail.as_object_mut().unwrap().remove(*name);
        }
        let (status, answer) = send(&postmark, &postmark.server_token(), &mail).await.unwrap();
        assert_eq!((status, &answer["ErrorCode"]), (422, &json!(300)), "{missing:?}");
    }
    assert!(postmark.mails().is_empty());
}

#[tokio::test]
async fn a_cut_answer_leaves_an_accepted_mail() {
    let postmark = Postmark::start();
    postmark.once(Outcome::Cut);
    postmark.once(Outcome::AcceptAndCut);
    assert!(send_mail(&postmark).await.is_err());
    assert!(postmark.mails().is_empty());
    assert!(send_mail(&postmark).await.is_err());
    assert_eq!(postmark.mails().len(), 1);
}

#[tokio::test]
async fn a_held_mail_is_accepted_when_it_is_released() {
    let postmark = Arc::new(Postmark::start());
    let mut held = postmark.hold();
    let mut answer = postmark.hold_answer();
    let client = |postmark: Arc<Postmark>| async move { send_mail(&postmark).await };
    let first = tokio::spawn(client(Arc::clone(&postmark)));
    held.arrived().await;
    let second = tokio::spawn(client(Arc::clone(&postmark)));
    answer.arrived().await;
    assert_eq!(postmark.mails().len(), 1);
    held.release();
    answer.cut();
    assert_eq!(first.await.unwrap().unwrap().0, 200);
    assert!(second.await.unwrap().is_err());
    assert_eq!(postmark.mails().len(), 2);
}
