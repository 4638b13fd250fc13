//! The live smoke test of the signup: it proves on a deployment that a person can sign up.
//!
//! It mints a bootstrap token through the runner, goes through begin and verify as a browser
//! does, with a synthetic passkey, looks at the rows through the runner, deletes them, and gives a
//! verdict. `docs/runbooks/signup-e2e-smoke.md` is its manual; "section N" in these pages is
//! section N of the contracts.
//!
//! [`run::conduct`] is the frame of every run: whatever becomes of the steps, it tears down.
//! [`smoke`] and [`drill`] are the two things that are run in it, [`steps`] what they are made
//! of, [`diagnosis`] what their failures mean.

pub mod address;
pub mod api;
pub mod cut;
pub mod diagnosis;
pub mod drill;
pub mod failure;
pub mod interrupt;
pub mod minted;
pub mod report;
pub mod run;
pub mod runner;
pub mod settings;
pub mod smoke;
pub mod steps;
pub mod teardown;
pub mod verdict;
