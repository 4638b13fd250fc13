//! What a run consists of; the smoke and the drill put it together differently.

mod begin;
mod confirm;
mod credential;
mod ghost_check;
mod mint;
mod verify;

pub use begin::begin;
pub use confirm::confirm;
pub use credential::build_credential;
pub use ghost_check::ghost_check;
pub use mint::mint;
pub use verify::verify;
