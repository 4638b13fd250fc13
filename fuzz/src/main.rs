//! The fuzzer: libFuzzer around the targets of `fuzz-targets`. `cargo xtask fuzz` builds it with
//! the flags that let libFuzzer see which branches an input takes, and runs it.
//!
//! `FUZZ_TARGET` names the target; without it the targets are listed, each with the length of its
//! longest input. `FUZZ_SEEDS` is a directory into which the seeds are written before the run.

#![no_main]

mod allocation;
mod stack;

use std::path::Path;
use std::sync::LazyLock;

use fuzz_targets::{TARGETS, Target, find, seed};

#[global_allocator]
static ALLOCATOR: allocation::Bounded = allocation::Bounded;

static TARGET: LazyLock<&'static Target> = LazyLock::new(|| {
    let Ok(name) = std::env::var("FUZZ_TARGET") else {
        for target in TARGETS {
            println!("{} {}", target.name, target.longest);
        }
        std::process::exit(0);
    };
    find(&name).unwrap_or_else(|| panic!("there is no target {name}"))
});

fn prepare() {
    LazyLock::force(&TARGET);
    stack::catch_overflows();
    if let Ok(directory) = std::env::var("FUZZ_SEEDS") {
        for (number, bytes) in seed::of(TARGET.name).iter().enumerate() {
            let file = Path::new(&directory).join(format!("seed-{number}"));
            std::fs::write(file, bytes).expect("the seeds can be written");
        }
    }
    // What a target makes once is no part of an input's bill.
    (TARGET.feed)(b"");
}

libfuzzer_sys::fuzz_target!(init: prepare(), |data: &[u8]| {
    let bill = allocation::Bill::open();
    (TARGET.feed)(data);
    bill.close();
});
