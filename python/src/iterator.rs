//! `ResultIterator`: what `findall` gives.
//!
//! To Python it finds one match each time that it is asked. Behind that the native engine finds some matches ahead, more with
//! each step, and a result is a row of what was found; the text cannot change in between. Whatever is assigned to the iterator,
//! and another engine in the parser, makes it look again from where it stands. Finding ahead ends at a match whose values do not
//! all exist, which Python then decides when it is its turn. Converters are called when their result is given.

use std::sync::{
    Mutex, MutexGuard, OnceLock, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use pyo3::{PyTraverseError, PyVisit, exceptions::PyStopIteration, intern, prelude::*, types::PyTuple};

use crate::{
    gate,
    matcher::{Answer, Behind, Matcher},
    objects::Steps,
    parser::{ParserBase, Place, Truth},
    result::{Found, Matches, Result},
};

/// How many matches are looked for at first in a text of at most [`SHORT`] characters; in a longer one it is one, since the next may be far.
const FIRST: usize = 16;
const SHORT: isize = 4 << 10;
/// Each step looks for so many times as many as the one before.
const GROWTH: usize = 4;
const MOST: usize = 4096;

/// What `findall` gives: the matches from left to right, found one at a time.
///
/// A match of nothing at all is given once, and the search goes on behind it.
#[pyclass(frozen, subclass, dict, weakref, generic, module = "parsimd")]
pub(crate) struct ResultIterator {
    /// What was found ahead at first. It is handed out without the lock, and is mostly all there is.
    first: OnceLock<Ahead>,
    /// Where the spans of its next match begin; [`OVER`] once something was changed, or found later.
    next: AtomicUsize,
    state: Mutex<State>,
}

const OVER: usize = usize::MAX;

struct State {
    parser: Py<PyAny>,
    string: Py<PyAny>,
    pos: Place,
    endpos: Place,
    evaluate_result: bool,
    /// Where the last match ended, if it was empty: the next one must not be that again.
    empty_at: Option<isize>,
    /// What was found ahead later, and where the spans of its next match begin.
    later: Option<Ahead>,
    next: usize,
    /// How many matches the last step looked for.
    step: usize,
}

/// Matches that were found ahead.
struct Ahead {
    parser: Py<ParserBase>,
    /// What [`ParserBase::changes`] was then.
    changes: usize,
    matcher: Py<Matcher>,
    matches: Py<Matches>,
    behind: Behind,
    /// Where the search for them began.
    start: isize,
    /// How many spans each has.
    row: usize,
    /// See [`Matcher::is_plain`].
    is_plain: bool,
}

impl Ahead {
    fn is_current(&self) -> bool {
        self.parser.get().changes() == self.changes
    }

    /// Where the iterator stands when the match whose spans begin at `next` is the next one.
    fn place(&self, next: usize) -> isize {
        let before = next.checked_sub(self.row).and_then(|at| self.matches.get().spans.get(at));
        before.map_or(self.start, |&(_, end)| end as isize)
    }

    fn has(&self, next: usize) -> bool {
        next < self.matches.get().spans.len()
    }

    /// The match whose spans begin at `from`.
    fn give(&self, py: Python<'_>, from: usize) -> Next {
        let matcher = (!self.is_plain).then(|| self.matcher.clone_ref(py));
        Next { matcher, matches: self.matches.clone_ref(py), from, pos: self.place(from) }
    }

    /// What there is to say when all of them were given.
    fn end(&self) -> Option<Answer<()>> {
        match self.behind {
            _ if !self.is_current() => None,
            Behind::More => None,
            Behind::Nothing => Some(Answer::NotFound),
            Behind::Python => Some(Answer::LeftToPython),
        }
    }
}

/// A match that was found ahead, and where the iterator stood before it.
struct Next {
    /// None where it has nothing to say.
    matcher: Option<Py<Matcher>>,
    matches: Py<Matches>,
    from: usize,
    pos: isize,
}

impl ResultIterator {
    pub(crate) fn over(
        parser: Py<PyAny>,
        string: Py<PyAny>,
        pos: Place,
        endpos: Place,
        evaluate_result: bool,
    ) -> ResultIterator {
        let (empty_at, later, next, step) = (None, None, 0, 0);
        let state = State { parser, string, pos, endpos, evaluate_result, empty_at, later, next, step };
        ResultIterator { first: OnceLock::new(), next: AtomicUsize::new(0), state: Mutex::new(state) }
    }

    /// Held for a moment only: no object is made or dropped under it.
    fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        self.settle(&mut state, self.next.load(Ordering::Acquire));
        state
    }

    /// Where the iterator stands while it gives of the first matches.
    fn settle(&self, state: &mut State, next: usize) {
        if next != OVER
            && let Some(first) = self.first.get()
        {
            state.pos = Place::At(first.place(next));
        }
    }

    /// As [`state`](Self::state); what was found first is not asked any more.
    fn later_state(&self) -> MutexGuard<'_, State> {
        let mut state = self.state();
        self.settle(&mut state, self.next.swap(OVER, Ordering::AcqRel));
        state
    }

    /// Changes something, after which nothing of what was found ahead holds.
    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) {
        let mut state = self.later_state();
        let before = (state.later.take(), change(&mut state));
        drop(state);
        drop(before);
    }

    /// Goes on to the next of the first matches: where its spans begin.
    fn step(&self, _py: Python<'_>, first: &Ahead) -> Option<usize> {
        let next = |from: usize| first.has(from).then(|| from + first.row);
        if cfg!(Py_GIL_DISABLED) {
            return self.next.fetch_update(Ordering::AcqRel, Ordering::Acquire, next).ok();
        }
        // Nobody comes in between: this thread has the GIL.
        let from = self.next.load(Ordering::Acquire);
        self.next.store(next(from)?, Ordering::Release);
        Some(from)
    }

    /// What mostly is next: one of the first matches, with nothing to ask and nothing to call, or their end.
    #[inline(always)]
    fn usual<'py>(&self, py: Python<'py>) -> Option<PyResult<Option<Bound<'py, PyAny>>>> {
        let first = self.first.get().filter(|first| first.is_plain && first.is_current())?;
        match self.step(py, first) {
            Some(from) => Some(Result::late(py, || Found::Row(first.matches.clone_ref(py), from)).map(Some)),
            None if first.behind == Behind::Nothing && self.next.load(Ordering::Acquire) != OVER => Some(Ok(None)),
            None => None,
        }
    }

    /// Whatever is next; none at the end.
    fn any<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let next = match self.take(py) {
            Some(next) => Some(next),
            None => match gate::caught(|| self.look_ahead(py))?? {
                Answer::Found(()) => self.take(py),
                Answer::NotFound => return Ok(None),
                Answer::LeftToPython => None,
            },
        };
        if let Some(Next { matcher, matches, from, pos }) = next {
            let Some(matcher) = matcher else { return Result::late(py, || Found::Row(matches, from)).map(Some) };
            if matcher.get().holds(py, matches.get())? {
                return matcher.get().result(py, Found::Row(matches, from)).map(Some);
            }
            // Python finds the same match, and says what is wrong with it.
            self.change(|state| std::mem::replace(&mut state.pos, Place::At(pos)));
        }
        self.by_re(py)
    }

    /// Takes the next match that was found ahead.
    fn take(&self, py: Python<'_>) -> Option<Next> {
        if let Some(first) = self.first.get().filter(|first| first.is_current())
            && let Some(from) = self.step(py, first)
        {
            return Some(first.give(py, from));
        }
        let mut state = self.state();
        let (from, Place::At(_)) = (state.next, &state.pos) else { return None };
        let ahead = state.later.as_ref().filter(|ahead| ahead.is_current() && ahead.has(from))?;
        let next = ahead.give(py, from);
        let to = from + ahead.row;
        let place = ahead.place(to);
        (state.next, state.pos) = (to, Place::At(place));
        Some(next)
    }

    /// Looks for more matches with the native engine, from where the iterator stands.
    fn look_ahead(&self, py: Python<'_>) -> PyResult<Answer<()>> {
        let mut state = self.state();
        let is_first = self.next.load(Ordering::Acquire) != OVER;
        let before = if is_first { self.first.get() } else { state.later.as_ref() };
        if let Some(end) = before.and_then(Ahead::end) {
            return Ok(end);
        }
        let (&Place::At(pos), &Place::At(endpos), true) = (&state.pos, &state.endpos, state.evaluate_result) else {
            return Ok(Answer::LeftToPython);
        };
        state.step = match state.step {
            0 if endpos.saturating_sub(pos) > SHORT => 1,
            0 => FIRST,
            step => (step * GROWTH).min(MOST),
        };
        let step = state.step;
        let string = state.string.clone_ref(py).into_bound(py);
        let parser = state.parser.clone_ref(py).into_bound(py);
        drop(state);

        let Ok(parser) = parser.cast_into::<ParserBase>() else { return Ok(Answer::LeftToPython) };
        let changes = parser.get().changes();
        let matcher = ParserBase::matcher(&parser)?;
        // A native search does not know that the last match was empty; `finditer` does.
        let Some(matcher) = matcher.filter(|matcher| !matcher.get().matches_empty()) else {
            return Ok(Answer::LeftToPython);
        };
        let found = match matcher.get().search_ahead(&string, pos, endpos, step)? {
            Answer::Found(found) => found,
            Answer::NotFound => return Ok(Answer::NotFound),
            Answer::LeftToPython => return Ok(Answer::LeftToPython),
        };
        let (row, is_plain) = (matcher.get().row_size(), matcher.get().is_plain());
        let (parser, matcher, matches, behind) = (parser.unbind(), matcher.unbind(), found.matches, found.behind);
        let ahead = Ahead { parser, changes, matcher, matches, behind, start: pos, row, is_plain };
        // Another thread may have been faster with the first; what it found is the same.
        if is_first && self.first.get().is_none() {
            drop(self.first.set(ahead));
            return Ok(Answer::Found(()));
        }
        let mut state = self.later_state();
        let before = state.later.replace(ahead);
        state.next = 0;
        drop(state);
        drop(before);
        Ok(Answer::Found(()))
    }

    /// The next match by Python's `re`.
    fn by_re<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let (parser, string, pos, endpos, empty_at, evaluate_result) = {
            let state = self.state();
            let places = (copy(&state.pos, py), copy(&state.endpos, py));
            (
                state.parser.clone_ref(py),
                state.string.clone_ref(py),
                places.0,
                places.1,
                state.empty_at,
                state.evaluate_result,
            )
        };
        let arguments = (string, pos.object(py)?, endpos.object(py)?, empty_at);
        let found = parser.bind(py).call_method1(intern!(py, "_find_by_re"), arguments)?;
        if found.is_none() {
            return Ok(None);
        }
        let (start, end): (isize, isize) = found.call_method0(intern!(py, "span"))?.extract()?;
        self.change(|state| {
            state.empty_at = (start == end).then_some(end);
            std::mem::replace(&mut state.pos, Place::At(end))
        });
        parser.bind(py).call_method1(intern!(py, "_finish"), (found, evaluate_result)).map(Some)
    }
}

impl Steps for ResultIterator {
    #[inline]
    fn quick<'py>(this: &Bound<'py, Self>) -> Option<PyResult<Option<Bound<'py, PyAny>>>> {
        this.get().usual(this.py())
    }

    fn step<'py>(this: &Bound<'py, Self>) -> PyResult<Option<Bound<'py, PyAny>>> {
        this.get().any(this.py())
    }
}

fn copy(place: &Place, py: Python<'_>) -> Place {
    match place {
        Place::At(at) => Place::At(*at),
        Place::Other(object) => Place::Other(object.clone_ref(py)),
    }
}

#[pymethods]
impl ResultIterator {
    #[new]
    #[pyo3(
        signature = (parser, string, pos, endpos, evaluate_result = Truth(true)),
        text_signature = "(parser, string, pos, endpos, evaluate_result=True)"
    )]
    fn new(parser: Py<PyAny>, string: Py<PyAny>, pos: Place, endpos: Place, evaluate_result: Truth) -> ResultIterator {
        ResultIterator::over(parser, string, pos, endpos, evaluate_result.0)
    }

    fn __iter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.usual(py).unwrap_or_else(|| self.any(py))
    }

    fn next<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.get().__next__(slf.py())?.ok_or_else(|| PyStopIteration::new_err(()))
    }

    #[getter]
    fn parser(&self, py: Python<'_>) -> Py<PyAny> {
        self.state().parser.clone_ref(py)
    }

    #[setter]
    fn set_parser(&self, parser: Py<PyAny>) {
        self.change(|state| std::mem::replace(&mut state.parser, parser));
    }

    #[getter]
    fn string(&self, py: Python<'_>) -> Py<PyAny> {
        self.state().string.clone_ref(py)
    }

    #[setter]
    fn set_string(&self, string: Py<PyAny>) {
        self.change(|state| std::mem::replace(&mut state.string, string));
    }

    /// Where the next search begins, in characters.
    #[getter]
    fn pos<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let pos = copy(&self.state().pos, py);
        pos.object(py)
    }

    #[setter]
    fn set_pos(&self, pos: Place) {
        self.change(|state| std::mem::replace(&mut state.pos, pos));
    }

    /// Where it ends.
    #[getter]
    fn endpos<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let endpos = copy(&self.state().endpos, py);
        endpos.object(py)
    }

    #[setter]
    fn set_endpos(&self, endpos: Place) {
        self.change(|state| std::mem::replace(&mut state.endpos, endpos));
    }

    #[getter]
    fn evaluate_result(&self) -> bool {
        self.state().evaluate_result
    }

    #[setter]
    fn set_evaluate_result(&self, evaluate_result: Truth) {
        self.change(|state| state.evaluate_result = evaluate_result.0);
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        let py = slf.py();
        let (parser, string, evaluate_result, empty_at) = {
            let state = slf.get().state();
            (state.parser.clone_ref(py), state.string.clone_ref(py), state.evaluate_result, state.empty_at)
        };
        let (pos, endpos) = (slf.get().pos(py)?, slf.get().endpos(py)?);
        let state = (empty_at, slf.getattr(intern!(py, "__dict__"))?);
        (slf.get_type(), (parser, string, pos, endpos, evaluate_result), state).into_pyobject(py)
    }

    fn __setstate__(slf: &Bound<'_, Self>, state: (Option<isize>, Bound<'_, PyAny>)) -> PyResult<()> {
        slf.get().state().empty_at = state.0;
        slf.getattr("__dict__")?.call_method1("update", (state.1,)).map(drop)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> std::result::Result<(), PyTraverseError> {
        // Nobody holds the lock while the collector runs.
        let visit_ahead = |ahead: &Ahead| {
            visit.call(&ahead.parser)?;
            visit.call(&ahead.matcher)
        };
        self.first.get().map_or(Ok(()), visit_ahead)?;
        if let Ok(state) = self.state.try_lock() {
            visit.call(&state.parser)?;
            visit.call(&state.string)?;
            state.later.as_ref().map_or(Ok(()), visit_ahead)?;
        }
        Ok(())
    }
}
