//! How many bytes were looked at: counted in tests, to show that time is linear without measuring any.

#[cfg(test)]
thread_local! {
    static BYTES: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Adds what was looked at just now, at least; nothing outside of tests.
#[inline(always)]
pub(crate) fn count(bytes: usize) {
    #[cfg(test)]
    BYTES.set(BYTES.get() + bytes);
    #[cfg(not(test))]
    let _ = bytes;
}

/// How many bytes this thread has looked at since the last time.
#[cfg(test)]
pub(crate) fn take() -> usize {
    BYTES.take()
}
