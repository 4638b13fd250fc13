//! The migrations are embedded, so a changed one means a new binary.

fn main() {
    // Cargo reads instructions from standard output.
    #[expect(clippy::print_stdout, reason = "this is how a build script speaks to Cargo")]
    {
        println!("cargo:rerun-if-changed=../../migrations-raptor");
        println!("cargo:rerun-if-changed=build.rs");
    }
}
