//! Both services as people meet them: in a browser, by clicking, typing and keyboard.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "clippy's exceptions for tests leave out the functions that tests share"
)]

mod story;
