//! `POSTMARK_SERVER_TOKEN`: Postmark accepts several at a time.

use super::Fleet;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postmarks_token_is_rotated_and_every_mail_goes_out() {
    let mut fleet = Fleet::start().await;
    let people = fleet.people.clone();
    let postmark = &people.system.postmark;
    let mut stream = fleet.people_sign_up();
    let old = postmark.server_token();
    let new = postmark.add_server_token();
    fleet.roll_console(&mut stream, &[("POSTMARK_SERVER_TOKEN", &new)]).await;
    postmark.delete_server_token(&old);
    stream.goes_on(2).await;
    assert!(stream.end().await > 5);
}
