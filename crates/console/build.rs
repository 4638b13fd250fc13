//! The migrations are part of the binary: a change in them is a reason to build again.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations-console");
}
