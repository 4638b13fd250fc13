//! What has to be seen after each fail point of the ghost reset.

/// How the run stands afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Run {
    /// There is none.
    None,
    /// It counts as interrupted after 30 s, at that step.
    Interrupted(&'static str),
    /// It is closed: nothing was deleted.
    Failed,
    /// It is closed: everything was done.
    Completed,
}

/// One fail point.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    pub name: &'static str,
    /// Another point that fails on the way to this one.
    pub also: Option<&'static str>,
    /// The status that the operator gets where the step fails, or Raptor dies.
    pub status: u16,
    /// The run where the step fails.
    pub after_error: Run,
    /// The run where the process dies.
    pub after_crash: Run,
    /// Whether the account is gone by then, where the step fails and where the process dies.
    pub deleted: bool,
}

const fn point(name: &'static str, status: u16, error: Run, crash: Run, deleted: bool) -> Point {
    Point { name, also: None, status, after_error: error, after_crash: crash, deleted }
}

const KEPT: bool = false;
const GONE: bool = true;

const NONE: Run = Run::None;
const FAILED: Run = Run::Failed;
const COMPLETED: Run = Run::Completed;
const INITIATED: Run = Run::Interrupted("initiated");
const DELETED: Run = Run::Interrupted("deleted");
const READY: Run = Run::Interrupted("token_ready");
const ATTEMPTED: Run = Run::Interrupted("mail_attempted");

/// Of the Console.
pub(super) const CONSOLE: [Point; 22] = [
    point("ghost_reset.check.asking", 502, NONE, NONE, KEPT),
    point("ghost_reset.check.answered", 502, NONE, NONE, KEPT),
    point("ghost_reset.initiated.before", 500, NONE, NONE, KEPT),
    point("ghost_reset.initiated.uncommitted", 503, NONE, NONE, KEPT),
    point("ghost_reset.initiated.committed", 503, INITIATED, INITIATED, KEPT),
    point("ghost_reset.delete.asking", 502, FAILED, INITIATED, KEPT),
    point("ghost_reset.delete.answered", 502, INITIATED, INITIATED, GONE),
    Point {
        also: Some("ghost_reset.delete.asking"),
        ..point("ghost_reset.failed.before", 500, INITIATED, INITIATED, KEPT)
    },
    Point {
        also: Some("ghost_reset.delete.asking"),
        ..point("ghost_reset.failed.committed", 500, FAILED, FAILED, KEPT)
    },
    point("ghost_reset.deleted.before", 500, INITIATED, INITIATED, GONE),
    point("ghost_reset.deleted.noted", 500, DELETED, DELETED, GONE),
    point("ghost_reset.token.before", 500, DELETED, DELETED, GONE),
    point("ghost_reset.token.uncommitted", 500, DELETED, DELETED, GONE),
    point("ghost_reset.token.committed", 500, READY, READY, GONE),
    // What becomes of the mail does not hold the reset up.
    point("mail.attempt.before", 200, COMPLETED, READY, GONE),
    point("mail.attempt.accepted", 200, COMPLETED, READY, GONE),
    point("mail.attempt.noted", 200, COMPLETED, READY, GONE),
    point("ghost_reset.mail_attempted.before", 200, COMPLETED, READY, GONE),
    point("ghost_reset.mail_attempted.noted", 200, COMPLETED, ATTEMPTED, GONE),
    point("ghost_reset.completed.before", 500, ATTEMPTED, ATTEMPTED, GONE),
    point("ghost_reset.completed.uncommitted", 500, ATTEMPTED, ATTEMPTED, GONE),
    point("ghost_reset.completed.committed", 500, COMPLETED, COMPLETED, GONE),
];

/// Of Raptor.
pub(super) const RAPTOR: [Point; 8] = [
    point("ghost_check.before", 502, NONE, NONE, KEPT),
    point("ghost_check.answering", 502, NONE, NONE, KEPT),
    point("ghost_delete.before", 502, INITIATED, INITIATED, KEPT),
    point("ghost_delete.locked", 502, INITIATED, INITIATED, KEPT),
    point("ghost_delete.judged", 502, FAILED, INITIATED, KEPT),
    point("ghost_delete.audited", 502, INITIATED, INITIATED, KEPT),
    point("ghost_delete.uncommitted", 502, INITIATED, INITIATED, KEPT),
    point("ghost_delete.committed", 502, INITIATED, INITIATED, GONE),
];
