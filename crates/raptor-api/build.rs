//! The migrations are embedded, so a changed one means a new binary.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations-raptor");
    println!("cargo:rerun-if-changed=build.rs");
}
