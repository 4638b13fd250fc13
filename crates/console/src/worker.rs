//! Work that no request waits for: the outbox, and the account states last seen.
