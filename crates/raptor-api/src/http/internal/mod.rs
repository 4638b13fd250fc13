//! `/api/internal/…`: what the Console asks (section 5 of the contracts). The guard in front of
//! all of it lets through only requests with a good service token.

pub mod ghost_check;
pub mod ghost_check_batch;
pub mod ghost_delete;
pub mod ghost_preview;
pub mod signup_timeline;
