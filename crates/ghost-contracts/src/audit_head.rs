//! The newest seal of an audit log, as the two services name it to each other at a ghost reset.

use std::fmt;
use std::str::FromStr;

/// The header of a ghost-delete request: the newest seal of the Console's audit log.
pub const CONSOLE_AUDIT_HEAD: &str = "console-audit-head";

/// The header of the answer: the newest seal of Raptor's.
pub const AUDIT_HEAD: &str = "audit-head";

/// A seal by its number and its hash. As text `<number>:<64 hex digits, lower case>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditHead {
    /// Counted from 1.
    pub number: i64,
    /// SHA-256.
    pub hash: [u8; 32],
}

/// Text that names no seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an audit head is a number, a colon and 64 hex digits")]
pub struct NoAuditHead;

impl fmt::Display for AuditHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.number, hex::encode(self.hash))
    }
}

impl FromStr for AuditHead {
    type Err = NoAuditHead;

    fn from_str(text: &str) -> Result<Self, NoAuditHead> {
        let (number, hex) = text.split_once(':').ok_or(NoAuditHead)?;
        let mut hash = [0; 32];
        hex::decode_to_slice(hex, &mut hash).map_err(|_| NoAuditHead)?;
        let number = number.parse().ok().filter(|number| *number > 0).ok_or(NoAuditHead)?;
        let head = Self { number, hash };
        // One text for one head: no sign, no zero in front, no capital.
        if head.to_string() == text { Ok(head) } else { Err(NoAuditHead) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_has_one_text() {
        let text = format!("12:{}", "0a".repeat(32));
        let head: AuditHead = text.parse().unwrap();
        assert_eq!((head.number, head.hash, head.to_string()), (12, [10; 32], text.clone()));
        for bad in [
            String::new(),
            "12".to_owned(),
            format!("0:{}", "0a".repeat(32)),
            format!("-1:{}", "0a".repeat(32)),
            format!("+1:{}", "0a".repeat(32)),
            format!("01:{}", "0a".repeat(32)),
            format!("1:{}", "0A".repeat(32)),
            format!("1:{}", "0a".repeat(31)),
            format!("1:{}", "0a".repeat(33)),
            format!("1: {}", "0a".repeat(32)),
            format!("99999999999999999999:{}", "0a".repeat(32)),
            text.replace(':', "::"),
        ] {
            assert_eq!(bad.parse::<AuditHead>(), Err(NoAuditHead), "{bad}");
        }
    }
}
