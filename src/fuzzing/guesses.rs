//! Guesses, beside scans by what was guessed.

use crate::{GuessOptions, Input, Pattern, guess};

/// Any bytes are guessed from, or refused in words. What is guessed compiles, and reads as many of the lines as it says.
pub fn guess_is_kept(bytes: &[u8]) {
    let guesses = match guess(Input::bytes(bytes), &GuessOptions::default()) {
        Ok(guesses) => guesses,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    for guess in &guesses {
        for guessed in &guess.patterns {
            let pattern = Pattern::new(&guessed.pattern);
            pattern.unwrap_or_else(|error| panic!("{}: {error}", guessed.pattern));
        }
        // Of several lines a record is one, so the counts are of other things.
        if let Some(one) = guess.pattern().filter(|_| guess.multiline) {
            let pattern = Pattern::new(&one.pattern).unwrap_or_else(|error| panic!("{error}"));
            assert!(pattern.scan_input(Input::bytes(bytes), guess.options()).read_all().is_ok());
            continue;
        }
        let set = guess.set().unwrap_or_else(|error| panic!("{error}"));
        let mut scan = set.scan_input(Input::bytes(bytes), guess.options());
        assert!(scan.read_all().is_ok());
        let stats = scan.stats();
        assert!(stats.matched >= guess.matched, "{guess:?} and {stats:?}");
        for (guessed, &matched) in guess.patterns.iter().zip(&stats.matched_by_pattern) {
            assert!(matched >= guessed.matched, "{}: {guess:?} and {stats:?}", guessed.pattern);
        }
    }
}
