//! Both services in a real browser.
//!
//! [`driver`] is headless Chromium with whatever a test asks of it; [`system`] both services,
//! each on a database of its own, with the names that a browser reaches them by. A test:
//!
//! ```no_run
//! # use browser_tests::{system::System, words};
//! # async fn test() {
//! let system = System::start().await;
//! let link = system.invite("Ada", "ada@example.com").await;
//! let phone = system.phone().await;
//! phone.authenticator().await;
//! phone.goto(&link).await;
//! phone.click(words::AGREE).await;
//! phone.click(words::ACCEPT).await;
//! phone.click(words::CREATE).await;
//! phone.headed(words::DONE).await;
//! # }
//! ```

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "for tests and pictures alone: a failure here is the test's failure"
)]

mod axe;
pub mod driver;
pub mod scenes;
pub mod system;
pub mod words;

pub use axe::{Rules, Violation};
