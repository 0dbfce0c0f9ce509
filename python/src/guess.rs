//! Patterns for lines of which nothing is known.

use parsimd::{Guess, GuessOptions, Input};
use pyo3::{
    prelude::*,
    types::{PyList, PyTuple},
};

use crate::{batch::Batch, error::to_python, gate, make};

/// The guesses for lines, the best first: for each whether records have several lines, whether times lack a year, how many lines were read, of how many,
/// the notes, and for each pattern its name, whether it is a ready one, its text, how many lines it has read, and its first rows.
#[pyfunction]
pub(crate) fn guess_lines<'py>(py: Python<'py>, lines: Vec<u8>, most: usize) -> PyResult<Bound<'py, PyList>> {
    let mut options = GuessOptions::default();
    options.lines = lines.iter().filter(|&&byte| byte == b'\n').count() + 1;
    options.most = most;
    let guesses = gate::run_apart(py, move |_| parsimd::guess(Input::shared(lines), &options))?.map_err(to_python)?;
    make::list(py, guesses.into_iter().map(|guess| Ok(guessed(py, guess)?.into_any())))
}

fn guessed(py: Python<'_>, guess: Guess) -> PyResult<Bound<'_, PyTuple>> {
    let flag = |flag: bool| make::unsigned(py, u64::from(flag)).map(Bound::into_any);
    let text = |text: &str| make::text(py, text).map(Bound::into_any);
    let notes = make::list(py, guess.notes.iter().map(|note| text(note)))?;
    let pattern = |pattern: parsimd::GuessedPattern| {
        let parts = [
            text(&pattern.name),
            flag(pattern.ready.is_some()),
            text(&pattern.pattern),
            make::unsigned(py, pattern.matched).map(Bound::into_any),
            Bound::new(py, Batch::new(pattern.rows)).map(Bound::into_any),
        ];
        Ok(make::tuple(py, parts)?.into_any())
    };
    let patterns = make::list(py, guess.patterns.into_iter().map(pattern))?;
    let parts = [
        flag(guess.multiline),
        flag(guess.lacks_year),
        make::unsigned(py, guess.matched).map(Bound::into_any),
        make::unsigned(py, guess.lines).map(Bound::into_any),
        Ok(notes.into_any()),
        Ok(patterns.into_any()),
    ];
    make::tuple(py, parts)
}
