//! Both services as people meet them: in a browser, by clicking, typing and keyboard.

mod api_docs;
mod dead_ends;
mod driver;
mod every_page;
mod keyboard;
mod mails;
mod operators;
mod reports;
mod reset;
mod scriptless;
mod signup;
mod spoken;
mod steps;
mod story;
