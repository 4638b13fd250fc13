//! The mailbox: Postmark's place in the demo, with a page for every mail, somebody who plays
//! the tester, and a desk where a newcomer gets signed in to the Console. [`alone`] it only shows
//! mails.

pub(crate) mod alone;
mod answers;
mod mail;
mod play;
mod read;
mod receive;
mod sign_in;
mod views;

use std::net::{Ipv6Addr, TcpListener};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use actix_web::dev::{Server, ServerHandle};
use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer, web};
use service_kit::clock::Clock;
use service_kit::error::ApiError;
use service_kit::http::errors::{self, ErrorPages};
use service_kit::http::{headers, resource};
use service_kit::settings::{PublicUrl, Setting as _};
use tokio::sync::watch;

use super::failure::{Context as _, Failure};
use super::operator::Operator;
use super::settings::{Addresses, Webhook};

use mail::Mail;
pub(super) use receive::bounces;
pub(super) use sign_in::ROLES;

/// All mails of this run, and what the pages need to act.
#[derive(Debug)]
pub(super) struct Mailbox {
    addresses: Addresses,
    postmark_token: String,
    webhook: Webhook,
    /// Where there is nobody who plays the tester, and no desk, there is none.
    raptor_database: Option<String>,
    clock: Clock,
    mails: Mutex<Vec<Mail>>,
    arrived: watch::Sender<usize>,
    operators: OnceLock<tokio::sync::Mutex<Vec<Operator>>>,
}

impl Mailbox {
    /// An empty mailbox that takes mails from who knows `postmark_token` and says at `webhook`
    /// what became of them. `raptor_database` is the URL of the demo's throw-away database, in
    /// which time can be made to pass; without it mails are shown and nothing is played.
    pub(super) fn new(
        addresses: Addresses,
        postmark_token: String,
        webhook: Webhook,
        raptor_database: Option<String>,
    ) -> Self {
        Self {
            addresses,
            postmark_token,
            webhook,
            raptor_database,
            clock: Clock::system(),
            mails: Mutex::new(Vec::new()),
            arrived: watch::Sender::new(0),
            operators: OnceLock::new(),
        }
    }

    /// Opens the desk where newcomers are signed in. The operators are in the order of
    /// [`ROLES`].
    pub(super) fn open_desk(&self, operators: Vec<Operator>) {
        // There is one demo a process, and it opens its desk once.
        let _ = self.operators.set(tokio::sync::Mutex::new(operators));
    }

    /// Waits until `count` mails have come for an address, and returns all of them, oldest
    /// first.
    pub(super) async fn wait_for(&self, email: &str, count: usize) -> Vec<Mail> {
        let mut arrived = self.arrived.subscribe();
        loop {
            let mails: Vec<Mail> =
                self.mails().iter().filter(|mail| mail.address() == email).cloned().collect();
            // The sender is ours and is never gone while we wait.
            if mails.len() >= count || arrived.changed().await.is_err() {
                return mails;
            }
        }
    }

    /// Whether somebody plays the tester here, and the desk is open.
    fn plays(&self) -> bool {
        self.raptor_database.is_some()
    }

    fn put(&self, mail: impl FnOnce(usize) -> Mail) {
        let mut mails = self.mails();
        let number = mails.len() + 1;
        mails.push(mail(number));
        self.arrived.send_replace(number);
    }

    fn find(&self, number: usize) -> Result<Mail, ApiError> {
        let mails = self.mails();
        let index = number.checked_sub(1).ok_or_else(ApiError::not_found)?;
        mails.get(index).cloned().ok_or_else(ApiError::not_found)
    }

    fn change(&self, number: usize, change: impl FnOnce(&mut Mail)) {
        let mut mails = self.mails();
        if let Some(mail) = number.checked_sub(1).and_then(|index| mails.get_mut(index)) {
            change(mail);
        }
    }

    fn mails(&self) -> MutexGuard<'_, Vec<Mail>> {
        self.mails.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Serves the mailbox until the returned handle is told to stop.
pub(super) fn serve(
    mailbox: web::Data<Mailbox>,
    listener: TcpListener,
) -> Result<ServerHandle, Failure> {
    let server = server(mailbox, listener).could_not("start the mailbox")?;
    let handle = server.handle();
    tokio::spawn(server);
    Ok(handle)
}

fn server(mailbox: web::Data<Mailbox>, listener: TcpListener) -> Result<Server, Failure> {
    let public = PublicUrl::parse(&mailbox.addresses.mailbox)
        .map_err(|reason| Failure::new(format!("its address {reason}")))?;
    let public = web::Data::new(public);
    let port = listener.local_addr().could_not("find its port")?.port();
    let plays = mailbox.plays();
    let server = HttpServer::new(move || {
        App::new()
            .app_data(mailbox.clone())
            .app_data(public.clone())
            .app_data(web::Data::new(ErrorPages(views::error)))
            .configure(routes)
            .configure(|config| {
                if plays {
                    stage(config)
                }
            })
            .default_service(web::to(resource::not_found))
            .wrap(from_fn(answers::same_origin))
            .wrap(from_fn(errors::render))
            .wrap(from_fn(headers::secure))
    });
    let server = server.workers(1).disable_signals();
    let server = server.listen(listener).could_not("listen")?;
    // Where this machine has IPv6, `localhost` may mean that first; where not, it does not.
    let Ok(second) = TcpListener::bind((Ipv6Addr::LOCALHOST, port)) else {
        return Ok(server.run());
    };
    Ok(server.listen(second).could_not("listen")?.run())
}

fn routes(config: &mut web::ServiceConfig) {
    config
        .service(resource::get("/", read::list))
        .service(resource::get("/mails/{number}", read::mail))
        .service(resource::get("/mails/{number}/html", read::html))
        .service(resource::get("/style.css", answers::style))
        .service(resource::post("/email", receive::receive));
}

/// What there is in the demo alone.
fn stage(config: &mut web::ServiceConfig) {
    config
        .service(resource::post("/mails/{number}/{play}", play::play))
        .service(resource::get_post("/sign-in", sign_in::page, sign_in::sign_in));
}

#[cfg(test)]
mod tests;
