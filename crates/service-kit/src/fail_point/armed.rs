//! Which points of this process are armed. Not part of a release build.

use std::sync::OnceLock;

/// `name=error` or `name=crash`, several apart by commas.
const VARIABLE: &str = "FAIL_POINTS";

static ARMED: OnceLock<Vec<(String, Action)>> = OnceLock::new();

/// What happens at an armed point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    /// The step fails, each time.
    Error,
    /// The process dies where it stands: nothing unwinds, nothing is cleaned up.
    Crash,
}

/// See [`crate::fail_point`].
pub fn arm() {
    let given = std::env::var_os(VARIABLE).unwrap_or_default();
    let points = read(&given.to_string_lossy());
    if !points.is_empty() {
        tracing::warn!(?points, "fail points are armed");
    }
    // A second call changes nothing.
    let _ = ARMED.set(points);
}

/// What is no point with an action is left out: then nothing fails, and the test that meant it
/// does.
fn read(text: &str) -> Vec<(String, Action)> {
    let point = |entry: &str| {
        let (name, action) = entry.trim().split_once('=')?;
        let action = match action {
            "error" => Action::Error,
            "crash" => Action::Crash,
            _ => return None,
        };
        Some((name.to_owned(), action))
    };
    text.split(',').filter_map(point).collect()
}

/// Whether the step at this point is to fail. Does not come back where the process is to die.
pub(super) fn is_armed(name: &'static str) -> bool {
    let armed = ARMED.get().map(Vec::as_slice).unwrap_or_default();
    match armed.iter().find(|(point, _)| point == name) {
        None => false,
        Some((_, Action::Error)) => {
            tracing::warn!(name, "a fail point fails");
            true
        }
        Some((_, Action::Crash)) => {
            tracing::warn!(name, "a fail point ends the process");
            std::process::abort()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_read_with_their_actions() {
        let wanted =
            [("a.before".to_owned(), Action::Error), ("a.after".to_owned(), Action::Crash)];
        assert_eq!(read("a.before=error, a.after=crash,,nonsense,b=sleep"), wanted);
    }
}
