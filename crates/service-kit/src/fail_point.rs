//! Fail points: named places between two steps at which a test makes a process fail or die.
//!
//! A point stands where the step it is named after begins or ends, and fails as that step would
//! really fail there. It does so only in a process that was started with the variable that
//! [`arm`] reads. A release build has neither the variable nor the code: there every point is an
//! empty function.

use crate::db::DbError;
use crate::service_client::CallError;

#[cfg(debug_assertions)]
mod armed;

/// Reads once, at start, which points are armed. To be called before the first of them is passed;
/// a process that does not call it has none.
#[cfg(debug_assertions)]
pub use armed::arm;
#[cfg(debug_assertions)]
use armed::is_armed;

/// There is nothing to arm in a release build.
#[cfg(not(debug_assertions))]
#[inline(always)]
pub const fn arm() {}

#[cfg(not(debug_assertions))]
#[inline(always)]
const fn is_armed(_: &'static str) -> bool {
    false
}

/// A point at which the database may go away.
///
/// # Errors
/// [`DbError::Unavailable`] where the point is armed.
#[inline]
pub fn database(name: &'static str) -> Result<(), DbError> {
    if is_armed(name) { Err(DbError::Unavailable(told(name))) } else { Ok(()) }
}

/// A point at which the database may refuse a statement.
///
/// # Errors
/// [`DbError::Query`] where the point is armed.
#[inline]
pub fn statement(name: &'static str) -> Result<(), DbError> {
    if !is_armed(name) {
        return Ok(());
    }
    Err(DbError::Query(diesel::result::Error::QueryBuilderError(told(name).into())))
}

/// A point at which a request may not arrive at the other service.
///
/// # Errors
/// [`CallError::Unreachable`] where the point is armed.
#[inline]
pub fn request(name: &'static str) -> Result<(), CallError> {
    if is_armed(name) { Err(CallError::Unreachable(told(name))) } else { Ok(()) }
}

/// A point at which the other service's answer may be lost.
///
/// # Errors
/// [`CallError::NoAnswer`] where the point is armed.
#[inline]
pub fn answer(name: &'static str) -> Result<(), CallError> {
    if is_armed(name) { Err(CallError::NoAnswer(told(name))) } else { Ok(()) }
}

/// A point at which whatever it stands for may fail; the caller has an error of its own for that.
///
/// # Errors
/// `error` where the point is armed.
#[inline]
pub fn other<E>(name: &'static str, error: impl FnOnce() -> E) -> Result<(), E> {
    if is_armed(name) { Err(error()) } else { Ok(()) }
}

fn told(name: &'static str) -> String {
    format!("fail point {name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_armed_none_passes_every_point() {
        assert!(database("a.point").is_ok() && statement("a.point").is_ok());
        assert!(request("a.point").is_ok() && answer("a.point").is_ok());
        assert!(other("a.point", || "failed").is_ok());
    }

    /// What makes a release build have none of it is `debug_assertions`: neither the profile that
    /// is shipped nor one that inherits from it may set them.
    #[test]
    fn no_profile_but_those_for_developers_has_fail_points() {
        let manifest = include_str!("../../../Cargo.toml");
        assert!(!manifest.contains("debug-assertions"));
        assert!(!manifest.contains("inherits = \"dev\""));
        let kit = include_str!("fail_point.rs");
        assert!(kit.contains("#[cfg(debug_assertions)]\nmod armed;"));
    }
}
