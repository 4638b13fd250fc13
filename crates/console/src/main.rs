//! The Console's commands.

fn main() {}
