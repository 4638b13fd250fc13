//! Values and rules: what a bootstrap token is, how a ceremony goes, who is signed in. No web
//! framework and no query in here.

pub mod account;
pub mod bootstrap_token;
pub mod ghost;
pub mod login;
pub mod plan;
pub mod registration;
pub mod session;
pub mod signup;
pub mod signup_attempt;
pub mod smoke_account;
pub mod walkthrough;
