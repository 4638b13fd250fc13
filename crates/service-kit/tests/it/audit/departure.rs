//! Checkpoints on their way out.

use std::sync::{Arc, Mutex};

use actix_web::dev::ServerHandle;
use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpResponse, HttpServer};
use service_kit::audit::checkpoint::{Checkpoint, Signature};
use service_kit::audit::departure::Departure;
use service_kit::audit::key::{CheckpointUrl, SigningKey};
use service_kit::settings::Setting;

use super::Book;
use super::book::LOG;

fn key() -> SigningKey {
    SigningKey::parse(&"07".repeat(32)).unwrap()
}

/// The status of the next answer, and the bodies that came.
type State = Arc<Mutex<(u16, Vec<Bytes>)>>;

/// Who takes checkpoints, or does not.
struct Keeper {
    url: String,
    state: State,
    server: ServerHandle,
}

impl Keeper {
    fn start() -> Self {
        let state = State::new(Mutex::new((200, Vec::new())));
        let data = Data::new(Arc::clone(&state));
        let take = async |state: Data<State>, body: Bytes| {
            let mut state = state.lock().unwrap();
            state.1.push(body);
            HttpResponse::build(state.0.try_into().unwrap()).finish()
        };
        let server = HttpServer::new(move || {
            App::new().app_data(data.clone()).route("/keep", web::post().to(take))
        })
        .workers(1)
        .disable_signals()
        .bind(("127.0.0.1", 0))
        .unwrap();
        let url = format!("http://{}/keep?secret=word", server.addrs()[0]);
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        Self { url, state, server: handle }
    }

    fn answer(&self, status: u16) {
        self.state.lock().unwrap().0 = status;
    }

    fn taken(&self) -> Vec<Checkpoint> {
        let state = self.state.lock().unwrap();
        state.1.iter().map(|body| serde_json::from_slice(body).unwrap()).collect()
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        drop(self.server.stop(false));
    }
}

impl Book {
    async fn let_a_minute_pass(&self) {
        self.tamper("UPDATE audit_checkpoints SET left_at = left_at - interval '61 seconds'").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_newest_seal_is_posted_once_and_at_most_once_a_minute() {
    let keeper = Keeper::start();
    let url = CheckpointUrl::parse(&keeper.url).unwrap();
    let mut departure = Departure::new(key(), Some(url)).unwrap();
    let book = Book::open().await;
    departure.to_url(&book.pool, &LOG).await.unwrap();
    assert_eq!(keeper.taken().len(), 0);
    book.write(2).await;
    book.seal_all().await;
    for _ in 0..2 {
        departure.to_url(&book.pool, &LOG).await.unwrap();
    }
    for _ in 0..2 {
        book.write(1).await;
        book.seal_all().await;
        departure.to_url(&book.pool, &LOG).await.unwrap();
    }
    assert_eq!(keeper.taken().len(), 1);
    book.let_a_minute_pass().await;
    departure.to_url(&book.pool, &LOG).await.unwrap();
    book.let_a_minute_pass().await;
    departure.to_url(&book.pool, &LOG).await.unwrap();
    let taken = keeper.taken();
    let told: Vec<_> = taken.iter().map(|it| (it.service.as_str(), it.seal, it.rows)).collect();
    assert_eq!(told, [("console", 1, 2), ("console", 3, 4)]);
    assert_eq!(taken[1].judge(&[key().public_key()]), Signature::Good);
    assert_eq!(book.database.count("audit_checkpoints WHERE way = 'post'").await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_checkpoint_that_was_not_taken_is_posted_again_but_not_at_once() {
    let keeper = Keeper::start();
    keeper.answer(503);
    let url = CheckpointUrl::parse(&keeper.url).unwrap();
    let mut departure = Departure::new(key(), Some(url.clone())).unwrap();
    let book = Book::with_seals(1).await;
    let refused = departure.to_url(&book.pool, &LOG).await.unwrap_err().to_string();
    assert!(refused.contains("503") && !refused.contains("word"), "{refused}");
    keeper.answer(204);
    // Too early.
    departure.to_url(&book.pool, &LOG).await.unwrap();
    assert_eq!((keeper.taken().len(), book.database.count("audit_checkpoints").await), (1, 0));
    let mut other_process = Departure::new(key(), Some(url)).unwrap();
    other_process.to_url(&book.pool, &LOG).await.unwrap();
    assert_eq!((keeper.taken().len(), book.database.count("audit_checkpoints").await), (2, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_at_the_address_is_an_error_that_does_not_show_it() {
    let url = CheckpointUrl::parse("http://127.0.0.1:1/keep?secret=word").unwrap();
    let mut departure = Departure::new(key(), Some(url)).unwrap();
    let book = Book::with_seals(1).await;
    let refused = departure.to_url(&book.pool, &LOG).await.unwrap_err().to_string();
    assert!(!refused.contains("word"), "{refused}");
    departure.to_log(&book.pool, &LOG).await.unwrap();
    departure.to_log(&book.pool, &LOG).await.unwrap();
    assert_eq!(book.database.count("audit_checkpoints WHERE way = 'log'").await, 1);
}
