//! The page of the audit log: the sentences, and the filter above them.

mod filter;
mod page;
mod sentence;

pub use filter::Problem;
pub use page::AuditPage;
pub(crate) use sentence::{Told, actor_name, sentence};

/// Where the page stands.
const PATH: &str = "/console/audit";
