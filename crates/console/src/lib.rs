//! The operators' Console: testers, ghost resets, audit
