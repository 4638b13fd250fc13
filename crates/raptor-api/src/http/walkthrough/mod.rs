//! `/walkthrough`: the invitation's page and its form.

pub mod accept;
mod attempt;
mod refusal;
pub mod show;
