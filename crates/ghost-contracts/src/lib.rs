//! What Raptor and the Console say to each other, and what Raptor says to browsers.
//!
//! Wire types, paths, error codes and the service token: everything that two programs must
//! agree on to the letter, and nothing that only one of them needs. There is no web framework
//! and no database in here. "Section N" in these pages is section N of the contracts.
//!
//! Two rules hold for every type:
//!
//! * **What comes in as a request is read strictly**: an unknown, missing, doubled or mistyped
//!   member, or an array where an object belongs, is an error ([`object`]). Only inside a
//!   browser's `credential` are unknown members skipped, and optional ones may be null.
//! * **What comes back as an answer is read with patience**: unknown members are skipped, so
//!   that either service can be deployed first.
//!
//! | module | section |
//! | --- | --- |
//! | [`email`], [`name`], [`signup`], [`credential`], [`session`] | 2 |
//! | [`service_token`] | 4 |
//! | [`state`], [`raptor`] | 5 |
//! | [`console`] | 6, and the refusals of 8 |
//! | [`error`] | 2 to 8 |
//! | [`commands`] | 9 |

pub mod audit_head;
pub mod base64url;
pub mod commands;
pub mod console;
pub mod credential;
pub mod email;
pub mod error;
pub mod name;
pub mod object;
pub mod raptor;
pub mod service_token;
pub mod session;
pub mod signup;
pub mod state;
pub mod timestamp;
pub mod token;

pub use base64url::Base64Url;
pub use email::EmailAddress;
pub use error::{ErrorBody, ErrorCode};
pub use name::PersonName;
pub use state::AccountState;
pub use token::Token;
