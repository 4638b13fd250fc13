//! Both services, in this process, as a browser reaches them.

mod console;
mod http;
mod people;
mod raptor;
mod service;

use std::sync::Arc;

use test_support::postmark::Postmark;
use test_support::proxy::HttpProxy;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::driver::{Tab, Window};

pub use http::{Http, Reply};
pub use people::{Ghost, Operator, token_of};
pub use service::Service;

/// The secret of the service tokens.
const INTERNAL_SECRET: &str = "internal-secret-of-the-tests-32-bytes";

/// How many systems run at once: a machine that has cores for more tests than that has not the
/// memory for as many services and pages.
const AT_ONCE: usize = 4;

/// Both services, each on a database of its own, and a stand-in for Postmark. They stop when
/// this goes.
pub struct System {
    /// The accounts, and the testers' pages.
    pub raptor: Service,
    /// The operators' pages.
    pub console: Service,
    /// Every mail.
    pub postmark: Postmark,
    _turn: OwnedSemaphorePermit,
}

/// Where the browser finds the services and what else differs from one system to another.
#[derive(Debug, Default)]
pub struct Options {
    /// Variables of raptor-api's that replace ours.
    pub raptor: Vec<(&'static str, String)>,
    /// Variables of the Console's that replace ours.
    pub console: Vec<(&'static str, String)>,
}

impl System {
    /// Starts it. The ghost reset is on.
    pub async fn start() -> Self {
        Self::start_with(Options::default()).await
    }

    /// With variables that replace ours.
    pub async fn start_with(options: Options) -> Self {
        let turn = Arc::clone(turns()).acquire_owned().await.expect("nobody closes it");
        // A browser has to find each service under the address that the service was told, and
        // the services each other; so the doors are there before the services are.
        let (to_raptor, to_console) = (door(), door());
        let postmark = Postmark::start();
        let [at_raptor, at_console] =
            [("raptor", &to_raptor), ("console", &to_console)].map(|(name, door)| {
                let (_, port) = door.url().rsplit_once(':').map(own).expect("a port");
                format!("http://{name}.localhost:{port}")
            });
        let raptor = raptor::start(to_raptor, &at_raptor, &to_console.url(), options.raptor).await;
        let console = console::start(to_console, &at_console, &raptor, &postmark, options.console);
        let console = console.await;
        console.database.sql("UPDATE feature_flags SET enabled = true").await;
        Self { raptor, console, postmark, _turn: turn }
    }

    /// Somebody's laptop.
    pub async fn desk(&self) -> Tab {
        self.tab(Window::DESK).await
    }

    /// Somebody's phone.
    pub async fn phone(&self) -> Tab {
        self.tab(Window::PHONE).await
    }

    /// A window of another size.
    pub async fn tab(&self, window: Window) -> Tab {
        let origins = [self.raptor.origin.clone(), self.console.origin.clone()];
        Tab::open(window, &origins).await
    }
}

/// Forwards to nobody yet.
fn door() -> HttpProxy {
    HttpProxy::start("http://127.0.0.1:1")
}

fn own((one, other): (&str, &str)) -> (String, String) {
    (one.to_owned(), other.to_owned())
}

fn turns() -> &'static Arc<Semaphore> {
    static TURNS: std::sync::OnceLock<Arc<Semaphore>> = std::sync::OnceLock::new();
    TURNS.get_or_init(|| Arc::new(Semaphore::new(AT_ONCE)))
}
