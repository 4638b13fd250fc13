//! Raptor: accounts, passkey signup and ghost detection
