//! A stack of its own for the signal handler: without one, the handler that keeps the input has
//! nowhere to run when the stack is used up, and the process just dies.

use std::alloc::{Layout, alloc};

const SIZE: usize = 256 << 10;

/// Gives it to the main thread, on which libFuzzer feeds.
pub fn catch_overflows() {
    let layout = Layout::from_size_align(SIZE, 16).expect("a good layout");
    // SAFETY: the memory is never given back, so the handler always finds it.
    unsafe {
        let stack = libc::stack_t { ss_sp: alloc(layout).cast(), ss_flags: 0, ss_size: SIZE };
        assert_eq!(libc::sigaltstack(&raw const stack, std::ptr::null_mut()), 0);
    }
}
