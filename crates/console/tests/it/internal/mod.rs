//! `/api/internal`: what Raptor asks.

mod consume;
mod verify;
