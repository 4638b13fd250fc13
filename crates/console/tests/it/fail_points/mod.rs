//! Every fail point of both services: the step fails there, and the process dies there. After
//! each the state is lawful, the reset is shown as interrupted or has its end, and running it
//! again finishes it (section 8 of the contracts and the invariants of section 12).
//!
//! The programs are the real ones. A release build of them has no fail points.

mod ghost;
mod ghost_reset;
mod list;
mod program;
mod table;
mod way_in;
mod world;

/// What happens at the point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Error,
    Crash,
}

impl Action {
    /// What arms these points.
    fn arm(self, point: &str, also: Option<&str>) -> String {
        let word = if self == Self::Error { "error" } else { "crash" };
        let also = also.map(|other| format!(",{other}=error")).unwrap_or_default();
        format!("{point}={word}{also}")
    }
}
