//! `DATABASE_URL`: two roles in turn, as Heroku does it when credentials are rotated.

use test_support::wait;
use url::Url;
use uuid::Uuid;

use super::Fleet;

/// The same address for another role.
fn url_for(url: &str, role: &str) -> String {
    let mut url = Url::parse(url).unwrap();
    url.set_username(role).unwrap();
    url.into()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_databases_get_another_role_and_no_request_fails() {
    let mut fleet = Fleet::start().await;
    let people = fleet.people.clone();
    let (console, raptor) = (&people.system.console.database, &people.system.raptor.database);
    let [old, new] = ["old", "new"].map(|name| format!("{name}_{}", Uuid::new_v4().simple()));
    let urls = |role: &str| [console.url(), raptor.url()].map(|url| url_for(&url, role));
    let mut stream = fleet.people_sign_up();
    for role in [&old, &new] {
        // Members of the owner: they have its rights, and own nothing themselves.
        console.sql(&format!("CREATE ROLE {role} LOGIN IN ROLE postgres")).await;
        let [for_console, for_raptor] = urls(role);
        fleet.roll_console(&mut stream, &[("DATABASE_URL", &for_console)]).await;
        fleet.roll_raptor(&mut stream, &[("DATABASE_URL", &for_raptor)]).await;
    }
    // Nobody is connected as the old role any more, so that it can go.
    let connected = format!("SELECT count(*) FROM pg_stat_activity WHERE usename = '{old}'");
    wait::eventually("the old role's connections have ended", async || {
        (console.number(&connected).await == 0).then_some(())
    })
    .await;
    console.sql(&format!("DROP ROLE {old}")).await;
    stream.goes_on(2).await;
    assert!(stream.end().await > 15);
}
