//! What Raptor asks (section 6 of the contracts). The guard of the scope has checked the service
//! token before any of these is reached.

pub mod walkthrough_consume;
pub mod walkthrough_verify;
