//! What is behind an error.

use std::error::Error;

/// An error with all its causes, the outermost first. The errors of an HTTP client say what happened
/// in the last of them.
pub(crate) fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_cause_is_told() {
        #[derive(Debug, thiserror::Error)]
        #[error("not sent")]
        struct NotSent(#[source] std::io::Error);
        let refused = std::io::Error::other("refused");
        assert_eq!(causes(&NotSent(refused)), "not sent: refused");
    }
}
