//! `/console/enroll`: the first passkey of an invited operator.

pub mod begin;
pub mod finish;
pub mod page;
