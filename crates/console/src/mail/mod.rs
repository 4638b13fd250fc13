//! Mail to testers: what it says, how it is sent, and the outbox behind it.
