//! Any bytes as lines of which nothing is known. That it takes little time is held by libFuzzer's `-timeout`.

use super::{Bytes, Case, call, written};

/// All bytes are the lines.
pub struct AnyLines(Vec<u8>);

impl Case for AnyLines {
    fn read(bytes: &mut Bytes<'_>) -> Self {
        AnyLines(bytes.rest().to_vec())
    }

    fn check(&self) {
        super::super::guess_is_kept(&self.0);
    }

    fn calls(&self) -> Vec<String> {
        vec![call("guess_is_kept", &[written(&self.0)])]
    }
}
