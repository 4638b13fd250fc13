//! An allocator that knows a bomb. libFuzzer's own `-malloc_limit_mb` needs a sanitizer, which
//! the stable toolchain has not; and memory that was only reserved does not count for
//! `-rss_limit_mb`.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// The most that one input may ask for at once, in bytes. Inputs have a few KiB.
const AT_ONCE: usize = 4 << 20;
/// The most that one input may ask for in all.
const IN_ALL: usize = 64 << 20;

static OPEN: AtomicBool = AtomicBool::new(false);
static ASKED: AtomicUsize = AtomicUsize::new(0);

/// The system's allocator, with an eye on the sizes while an input is fed.
pub struct Bounded;

/// What one input asks for.
pub struct Bill(());

impl Bill {
    /// From now on it counts.
    pub fn open() -> Self {
        ASKED.store(0, Ordering::Relaxed);
        OPEN.store(true, Ordering::Relaxed);
        Self(())
    }

    /// No more.
    pub fn close(self) {
        OPEN.store(false, Ordering::Relaxed);
    }
}

fn count(size: usize) {
    // What a panic allocates for its words and its trace is no part of the bill.
    if !OPEN.load(Ordering::Relaxed) || std::thread::panicking() {
        return;
    }
    let asked = ASKED.fetch_add(size, Ordering::Relaxed).saturating_add(size);
    if size > AT_ONCE || asked > IN_ALL {
        // The panic allocates, too. It does not unwind: libfuzzer-sys aborts in its hook.
        OPEN.store(false, Ordering::Relaxed);
        panic!("an allocation bomb: {size} bytes at once, {asked} for this input");
    }
}

// SAFETY: everything is the system allocator's doing; we only look at sizes.
unsafe impl GlobalAlloc for Bounded {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size);
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}
