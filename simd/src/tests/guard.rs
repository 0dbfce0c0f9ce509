//! Memory whose neighbours on both sides cannot be touched: a load outside of the slice ends the test.
#![allow(unsafe_code, reason = "memory maps, in tests only")]

/// Readable and writable bytes between two pages that are neither.
pub(super) struct Guarded {
    map: *mut libc::c_void,
    page: usize,
    size: usize,
}

impl Guarded {
    /// At least `size` bytes.
    pub(super) fn new(size: usize) -> Guarded {
        // SAFETY: a question about the system.
        let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) } as usize;
        let size = size.next_multiple_of(page);
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        // SAFETY: a new map at an address that the system chooses; nothing else is there.
        let map = unsafe { libc::mmap(std::ptr::null_mut(), size + 2 * page, libc::PROT_NONE, flags, -1, 0) };
        assert_ne!(map, libc::MAP_FAILED);
        // SAFETY: the pages between the first and the last one of the map above.
        let opened = unsafe { libc::mprotect(map.byte_add(page), size, libc::PROT_READ | libc::PROT_WRITE) };
        assert_eq!(opened, 0);
        Guarded { map, page, size }
    }

    /// All of the bytes.
    fn bytes(&mut self) -> &mut [u8] {
        // SAFETY: `new` made these bytes readable and writable, they are zero at first, and they live as long as `self`.
        unsafe { std::slice::from_raw_parts_mut(self.map.byte_add(self.page).cast(), self.size) }
    }

    /// The first `size` bytes, right after the page before them.
    pub(super) fn front(&mut self, size: usize) -> &mut [u8] {
        &mut self.bytes()[..size]
    }

    /// The last `size` bytes, right before the page after them.
    pub(super) fn back(&mut self, size: usize) -> &mut [u8] {
        let from = self.size - size;
        &mut self.bytes()[from..]
    }

    /// A copy of `bytes` that touches the page before it, or the one after it.
    pub(super) fn hold(&mut self, bytes: &[u8], at_the_back: bool) -> &[u8] {
        let place = if at_the_back { self.back(bytes.len()) } else { self.front(bytes.len()) };
        place.copy_from_slice(bytes);
        place
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        // SAFETY: the map of `new`, whose slices cannot outlive `self`.
        unsafe { libc::munmap(self.map, self.size + 2 * self.page) };
    }
}

#[test]
fn the_pages_on_both_sides_end_a_process_that_touches_them() {
    for offset in [-1isize, 4096] {
        // SAFETY: the child only reads one byte, and ends.
        let child = unsafe { libc::fork() };
        if child == 0 {
            let mut memory = Guarded::new(1);
            let size = memory.size as isize;
            let at = memory.bytes().as_ptr();
            let at = at.wrapping_offset(if offset < 0 { offset } else { size });
            // SAFETY: none; this read is meant to end the process.
            let byte = unsafe { at.read_volatile() };
            // SAFETY: ends the child without running what the parent has registered for its end.
            unsafe { libc::_exit(i32::from(byte)) };
        }
        assert!(child > 0);
        let mut status = 0;
        // SAFETY: waits for the child made above.
        assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
        assert!(libc::WIFSIGNALED(status), "status {status}");
        assert!([libc::SIGSEGV, libc::SIGBUS].contains(&libc::WTERMSIG(status)));
    }
}
