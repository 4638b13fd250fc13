//! The page of the audit log: the sentences, and the filter above them.

mod filter;
mod page;
mod sentence;

pub use page::AuditPage;
pub(crate) use sentence::{Told, actor_name, sentence};
