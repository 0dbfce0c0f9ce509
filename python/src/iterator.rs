//! `ResultIterator`: the iterator that `findall` makes.
//!
//! Python sees an iterator that finds one match for each `next`. The native engine finds several at once and keeps them in a [`Buffer`], each time more
//! than the time before; a result is then a row of that buffer. A call of the engine costs more than a match, so this makes most of
//! them cheap. Nobody sees it, since a text cannot change.
//!
//! A buffer is dropped when anything that it depends on changes: an attribute of the iterator, or the engine of the parser. The search goes on from
//! the place where the iterator stands. A buffer also ends before a match whose values do not all exist; Python decides that match
//! when its turn comes. Converters are called when their result is handed out, not before.

use std::sync::{
    Mutex, MutexGuard, OnceLock, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use pyo3::{
    PyTraverseError, PyVisit,
    exceptions::{PyRuntimeError, PyStopIteration},
    prelude::*,
    types::{PyBool, PyTuple},
};

use crate::{
    arguments::{Pos, Truth},
    capi,
    cells::{OnceBox, assert_zeroable},
    cpython::IterNext,
    engine::ParserBase,
    error::caught,
    make::{self, error, name},
    matcher::{Answer, Matcher, Rest},
    result::{Captures, Matches, Result},
    trashcan::Release,
};

/// How many matches the first buffer has room for, in a text of at most [`SHORT`] characters. In a longer text it is one, since the next may be far.
const FIRST: usize = 16;
const SHORT: isize = 4 << 10;
/// How many times larger each buffer is than the one before.
const GROWTH: usize = 4;
/// The largest buffer.
const MOST: usize = 4096;

/// What `findall` gives: the matches from left to right, found one at a time.
///
/// A match of nothing at all is given once, and the search goes on after it. Several threads may take from one: each match is given to one
/// of them.
#[pyclass(frozen, subclass, dict, weakref, generic, module = "parsimd")]
pub(crate) struct ResultIterator {
    search: OnceBox<Search>,
}

const _: fn(ResultIterator) = |ResultIterator { search }| assert_zeroable(search);

/// The search of an iterator.
struct Search {
    /// The first buffer. It is handed out without the lock, and mostly is the only one.
    first: OnceLock<Buffer>,
    /// Where the spans of its next match begin; [`FIRST_IS_OVER`] once something was changed, or there is a later buffer.
    next: AtomicUsize,
    state: Mutex<State>,
}

const FIRST_IS_OVER: usize = usize::MAX;

struct State {
    /// None once the garbage collector has taken them.
    parser: Option<Py<PyAny>>,
    string: Option<Py<PyAny>>,
    pos: Pos,
    endpos: Pos,
    evaluate_result: bool,
    /// Where the last match ended, if it was empty: the next one must not be that again.
    empty_at: Option<isize>,
    /// The buffer after the first, and where the spans of its next match begin.
    later: Option<Buffer>,
    next: usize,
    /// How many matches the last buffer had room for.
    step: usize,
    /// Another number after each change, and after each search: what was found in an earlier epoch is of no use.
    epoch: usize,
}

/// Matches that were found ahead.
struct Buffer {
    parser: Py<ParserBase>,
    /// What [`ParserBase::changes`] was then.
    changes: usize,
    matcher: Py<Matcher>,
    matches: Py<Matches>,
    rest: Rest,
    /// Where the search for them began.
    start: isize,
    /// How many spans each has.
    row: usize,
    /// See [`Matcher::is_plain`].
    is_plain: bool,
}

impl Buffer {
    fn is_current(&self) -> bool {
        self.parser.get().changes() == self.changes
    }

    /// Where the iterator stands when the match whose spans begin at `next` is the next one.
    fn place(&self, next: usize) -> isize {
        let before = next.checked_sub(self.row).and_then(|at| self.matches.get().spans.get(at));
        before.map_or(self.start, |span| span.end as isize)
    }

    fn has(&self, next: usize) -> bool {
        next < self.matches.get().spans.len()
    }

    /// The match whose spans begin at `from`.
    fn peek(&self, py: Python<'_>, from: usize, epoch: usize) -> Next {
        let matcher = (!self.is_plain).then(|| self.matcher.clone_ref(py));
        Next { matcher, matches: self.matches.clone_ref(py), from, to: from + self.row, pos: self.place(from), epoch }
    }

    /// The answer once all of them were handed out, if it is known.
    fn end(&self) -> Option<Answer<()>> {
        match self.rest {
            _ if !self.is_current() => None,
            Rest::More => None,
            Rest::Nothing => Some(Answer::NotFound),
            Rest::Python => Some(Answer::Undecided),
        }
    }
}

impl Release for Search {
    fn release(self: Box<Self>, _py: Python<'_>) {}
}

/// The next match of a buffer. It is taken once it is certain that it will be handed out.
struct Next {
    /// None where it need not be asked: see [`Matcher::is_plain`].
    matcher: Option<Py<Matcher>>,
    matches: Py<Matches>,
    /// Where its spans begin, and those of the one after it.
    from: usize,
    to: usize,
    /// Where the iterator stands before it.
    pos: isize,
    /// [`State::epoch`]; [`EPOCH_OF_FIRST`] for a match of the first buffer.
    epoch: usize,
}

/// Stands for the epoch of the first buffer, which is valid in all of them.
const EPOCH_OF_FIRST: usize = usize::MAX;

impl Search {
    fn new(parser: Py<PyAny>, string: Py<PyAny>, pos: Pos, endpos: Pos, evaluate_result: bool) -> Search {
        let (empty_at, later, next, step, epoch) = (None, None, 0, 0, 0);
        let (parser, string) = (Some(parser), Some(string));
        let state = State { parser, string, pos, endpos, evaluate_result, empty_at, later, next, step, epoch };
        Search { first: OnceLock::new(), next: AtomicUsize::new(0), state: Mutex::new(state) }
    }

    /// Held for a moment only: no object is made or dropped under it.
    fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        self.settle(&mut state, self.next.load(Ordering::Acquire));
        state
    }

    /// Writes down where the iterator stands, while it hands out the first buffer.
    fn settle(&self, state: &mut State, next: usize) {
        if next != FIRST_IS_OVER
            && let Some(first) = self.first.get()
        {
            state.pos = Pos::At(first.place(next));
        }
    }

    /// As [`state`](Self::state); the first buffer is not used any more.
    fn later_state(&self) -> MutexGuard<'_, State> {
        let mut state = self.state();
        self.leave_first(&mut state);
        state
    }

    /// From now on the first buffer is not used any more.
    fn leave_first(&self, state: &mut State) {
        self.settle(state, self.next.swap(FIRST_IS_OVER, Ordering::AcqRel));
    }

    /// Changes something, after which no buffer is valid.
    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) {
        let mut state = self.later_state();
        state.epoch += 1;
        let before = (state.later.take(), change(&mut state));
        drop(state);
        drop(before);
    }

    /// As [`change`](Self::change), if nothing has changed since `epoch`. False when something has: another thread was faster.
    fn change_in<T>(&self, epoch: usize, change: impl FnOnce(&mut State) -> T) -> bool {
        // Nobody comes in between: this thread has the GIL, and no object is made or dropped.
        let is_current = self.state().epoch == epoch;
        if is_current {
            self.change(change);
        }
        is_current
    }

    /// Goes on to the next match of the first buffer: where its spans begin.
    fn advance(&self, _py: Python<'_>, first: &Buffer) -> Option<usize> {
        // Nobody comes in between: this thread has the GIL.
        let from = self.next.load(Ordering::Acquire);
        first.has(from).then(|| {
            self.next.store(from + first.row, Ordering::Release);
            from
        })
    }

    /// Takes a step back where there was no memory for the match, unless another step was made.
    #[cold]
    fn step_back(&self, first: &Buffer, from: usize) {
        if self.next.load(Ordering::Acquire) == from + first.row {
            self.next.store(from, Ordering::Release);
        }
    }

    /// The usual answer: a match of the first buffer, with nothing to ask and nothing to call, or the end.
    #[inline(always)]
    fn next_buffered<'py>(&self, py: Python<'py>) -> Option<PyResult<Option<Bound<'py, PyAny>>>> {
        let first = self.first.get().filter(|first| first.is_plain && first.is_current())?;
        match self.advance(py, first) {
            Some(from) => {
                let result = Result::lazy(py, || Captures::Row(first.matches.clone_ref(py), from));
                Some(result.map(Some).inspect_err(|_| self.step_back(first, from)))
            }
            None if first.rest == Rest::Nothing && self.next.load(Ordering::Acquire) != FIRST_IS_OVER => Some(Ok(None)),
            None => None,
        }
    }

    /// The next match, however it is found; none at the end.
    ///
    /// Searching and asking Python let other threads come in between, which may take from the same iterator. So what was found is taken, or kept, only
    /// if nothing has changed since; else it is looked for again.
    fn next_any<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        loop {
            if let Some(next) = self.peek(py) {
                let Some(matcher) = &next.matcher else {
                    let result = Result::lazy(py, || Captures::Row(next.matches.clone_ref(py), next.from))?;
                    // The collector may have run meanwhile, and other code with it.
                    if self.take(&next) {
                        return Ok(Some(result));
                    }
                    continue;
                };
                if !matcher.get().holds(py, next.matches.get())? {
                    // It is looked for again, from where the iterator stands.
                    if self.is_next(&next) {
                        self.change(|state| state.pos = Pos::At(next.pos));
                    }
                } else if self.take(&next) {
                    return matcher.get().result(py, Captures::Row(next.matches, next.from)).map(Some);
                }
                continue;
            }
            let epoch = self.state().epoch;
            match caught(|| self.fill(py, epoch))?? {
                Answer::Found(()) => {}
                Answer::NotFound => return Ok(None),
                Answer::Undecided => {
                    if let Some(answer) = self.by_re(py, epoch)? {
                        return Ok(answer.0);
                    }
                }
            }
        }
    }

    /// The next match of the buffers.
    fn peek(&self, py: Python<'_>) -> Option<Next> {
        let from = self.next.load(Ordering::Acquire);
        if let Some(first) = self.first.get().filter(|first| first.is_current() && first.has(from)) {
            return Some(first.peek(py, from, EPOCH_OF_FIRST));
        }
        let state = self.state();
        let (from, Pos::At(_)) = (state.next, &state.pos) else { return None };
        let later = state.later.as_ref().filter(|later| later.is_current() && later.has(from))?;
        Some(later.peek(py, from, state.epoch))
    }

    /// Whether it still is the next one.
    fn is_next(&self, next: &Next) -> bool {
        if next.epoch == EPOCH_OF_FIRST {
            return self.next.load(Ordering::Acquire) == next.from;
        }
        let state = self.state();
        state.epoch == next.epoch && state.next == next.from
    }

    /// Takes a match, unless another thread has.
    fn take(&self, next: &Next) -> bool {
        // Nobody comes in between: this thread has the GIL.
        if !self.is_next(next) {
            return false;
        }
        if next.epoch == EPOCH_OF_FIRST {
            self.next.store(next.to, Ordering::Release);
            return true;
        }
        let mut state = self.state();
        let place = state.later.as_ref().map(|later| later.place(next.to));
        (state.next, state.pos) = (next.to, Pos::At(place.unwrap_or(next.pos)));
        true
    }

    /// Fills a buffer by the native engine, from where the iterator stands in this epoch.
    fn fill(&self, py: Python<'_>, epoch: usize) -> PyResult<Answer<()>> {
        let mut state = self.state();
        let is_first = self.next.load(Ordering::Acquire) != FIRST_IS_OVER;
        let before = if is_first { self.first.get() } else { state.later.as_ref() };
        if let Some(end) = before.and_then(Buffer::end) {
            return Ok(end);
        }
        let (&Pos::At(pos), &Pos::At(endpos), true) = (&state.pos, &state.endpos, state.evaluate_result) else {
            return Ok(Answer::Undecided);
        };
        state.step = match state.step {
            0 if endpos.saturating_sub(pos) > SHORT => 1,
            0 => FIRST,
            step => (step * GROWTH).min(MOST),
        };
        let step = state.step;
        let (Some(string), Some(parser)) = (&state.string, &state.parser) else { return Ok(Answer::NotFound) };
        let string = string.clone_ref(py).into_bound(py);
        let parser = parser.clone_ref(py).into_bound(py);
        drop(state);

        let Ok(parser) = parser.cast_into::<ParserBase>() else { return Ok(Answer::Undecided) };
        let changes = parser.get().changes();
        let matcher = ParserBase::matcher(&parser)?;
        // A native search does not know that the last match was empty; `finditer` does.
        let Some(matcher) = matcher.filter(|matcher| !matcher.get().matches_empty()) else {
            return Ok(Answer::Undecided);
        };
        let found = match matcher.get().prefetch(&string, pos, endpos, step)? {
            Answer::Found(found) => found,
            Answer::NotFound => return Ok(Answer::NotFound),
            Answer::Undecided => return Ok(Answer::Undecided),
        };
        let (row, is_plain) = (matcher.get().row_size(), matcher.get().is_plain());
        let (parser, matcher, matches, rest) = (parser.unbind(), matcher.unbind(), found.matches, found.rest);
        let buffer = Buffer { parser, changes, matcher, matches, rest, start: pos, row, is_plain };
        let mut state = self.state();
        if state.epoch != epoch {
            // Another thread was faster: what it found comes first.
            return Ok(Answer::Found(()));
        }
        state.epoch += 1;
        if is_first && self.first.get().is_none() {
            drop(self.first.set(buffer));
            return Ok(Answer::Found(()));
        }
        self.leave_first(&mut state);
        let before = state.later.replace(buffer);
        state.next = 0;
        drop(state);
        drop(before);
        Ok(Answer::Found(()))
    }

    /// The next match by Python's `re`; or nothing when another thread was faster.
    fn by_re<'py>(&self, py: Python<'py>, epoch: usize) -> PyResult<Option<Answered<'py>>> {
        let (parser, string, pos, endpos, empty_at, evaluate_result) = {
            let state = self.state();
            let (Some(parser), Some(string)) = (&state.parser, &state.string) else { return Ok(Some(Answered(None))) };
            (
                parser.clone_ref(py).into_bound(py),
                string.clone_ref(py),
                state.pos.clone_ref(py),
                state.endpos.clone_ref(py),
                state.empty_at.map(|at| at as i64),
                state.evaluate_result,
            )
        };
        let empty_at = match empty_at {
            Some(at) => make::int(py, at)?.into_any(),
            None => py.None().into_bound(py),
        };
        let (pos, endpos) = (pos.object(py)?, endpos.object(py)?);
        let arguments = [string.bind(py).as_any(), pos.as_any(), endpos.as_any(), &empty_at];
        let found = capi::call_method(parser.as_any(), name!(py, "_find_by_re"), &arguments)?;
        if found.is_none() {
            return Ok(Some(Answered(None)));
        }
        let (start, end): (isize, isize) = capi::call_method(&found, name!(py, "span"), &[])?.extract()?;
        let is_mine = self.change_in(epoch, |state| {
            state.empty_at = (start == end).then_some(end);
            std::mem::replace(&mut state.pos, Pos::At(end))
        });
        if !is_mine {
            return Ok(None);
        }
        let result = capi::call_method(
            parser.as_any(),
            name!(py, "_finish"),
            &[&found, PyBool::new(py, evaluate_result).as_any()],
        )?;
        Ok(Some(Answered(Some(result))))
    }
}

/// What `next` answers: none at the end.
struct Answered<'py>(Option<Bound<'py, PyAny>>);

impl ResultIterator {
    pub(crate) fn over(
        parser: Py<PyAny>,
        string: Py<PyAny>,
        pos: Pos,
        endpos: Pos,
        evaluate_result: bool,
    ) -> ResultIterator {
        ResultIterator { search: OnceBox::new(Search::new(parser, string, pos, endpos, evaluate_result)) }
    }

    /// The search, which is there from the moment that the object is complete.
    fn search(&self) -> PyResult<&Search> {
        self.search.get().ok_or_else(|| error::<PyRuntimeError>("this iterator is still being made"))
    }
}

impl IterNext for ResultIterator {
    #[inline]
    fn quick<'py>(this: &Bound<'py, Self>) -> Option<PyResult<Option<Bound<'py, PyAny>>>> {
        this.get().search.get()?.next_buffered(this.py())
    }

    fn next<'py>(this: &Bound<'py, Self>) -> PyResult<Option<Bound<'py, PyAny>>> {
        this.get().search()?.next_any(this.py())
    }
}

#[pymethods]
impl ResultIterator {
    #[new]
    #[pyo3(
        signature = (parser, string, pos, endpos, evaluate_result = Truth(true)),
        text_signature = "(parser, string, pos, endpos, evaluate_result=True)"
    )]
    fn new(parser: Py<PyAny>, string: Py<PyAny>, pos: Pos, endpos: Pos, evaluate_result: Truth) -> ResultIterator {
        ResultIterator::over(parser, string, pos, endpos, evaluate_result.0)
    }

    fn __iter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let search = self.search()?;
        search.next_buffered(py).unwrap_or_else(|| search.next_any(py))
    }

    fn next<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.get().__next__(slf.py())?.ok_or_else(|| PyErr::new::<PyStopIteration, _>(()))
    }

    #[getter]
    fn parser(&self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
        Ok(self.search()?.state().parser.as_ref().map(|parser| parser.clone_ref(py)))
    }

    #[setter]
    fn set_parser(&self, parser: Py<PyAny>) -> PyResult<()> {
        self.search()?.change(|state| state.parser.replace(parser));
        Ok(())
    }

    #[getter]
    fn string(&self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
        Ok(self.search()?.state().string.as_ref().map(|string| string.clone_ref(py)))
    }

    #[setter]
    fn set_string(&self, string: Py<PyAny>) -> PyResult<()> {
        self.search()?.change(|state| state.string.replace(string));
        Ok(())
    }

    /// Where the next search begins, in characters.
    #[getter]
    fn pos<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let pos = self.search()?.state().pos.clone_ref(py);
        pos.object(py)
    }

    #[setter]
    fn set_pos(&self, pos: Pos) -> PyResult<()> {
        self.search()?.change(|state| std::mem::replace(&mut state.pos, pos));
        Ok(())
    }

    /// Where it ends.
    #[getter]
    fn endpos<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let endpos = self.search()?.state().endpos.clone_ref(py);
        endpos.object(py)
    }

    #[setter]
    fn set_endpos(&self, endpos: Pos) -> PyResult<()> {
        self.search()?.change(|state| std::mem::replace(&mut state.endpos, endpos));
        Ok(())
    }

    #[getter]
    fn evaluate_result(&self) -> PyResult<bool> {
        Ok(self.search()?.state().evaluate_result)
    }

    #[setter]
    fn set_evaluate_result(&self, evaluate_result: Truth) -> PyResult<()> {
        self.search()?.change(|state| state.evaluate_result = evaluate_result.0);
        Ok(())
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        let (py, this) = (slf.py(), slf.get());
        let empty_at = match this.search()?.state().empty_at {
            Some(at) => make::int(py, at as i64)?.into_any(),
            None => py.None().into_bound(py),
        };
        let state = make::tuple(py, [Ok(empty_at), slf.getattr(name!(py, "__dict__"))])?;
        let evaluate_result = PyBool::new(py, this.evaluate_result()?).to_owned().into_any();
        let parts = [this.parser(py)?, this.string(py)?].map(|part| part.unwrap_or_else(|| py.None()));
        let [parser, string] = parts.map(|part| part.into_bound(py));
        let arguments = make::tuple(py, [Ok(parser), Ok(string), this.pos(py), this.endpos(py), Ok(evaluate_result)])?;
        make::tuple(py, [Ok(slf.get_type().into_any()), Ok(arguments.into_any()), Ok(state.into_any())])
    }

    fn __setstate__(slf: &Bound<'_, Self>, state: (Option<isize>, Bound<'_, PyAny>)) -> PyResult<()> {
        let py = slf.py();
        slf.get().search()?.state().empty_at = state.0;
        capi::call_method(&slf.getattr(name!(py, "__dict__"))?, name!(py, "update"), &[&state.1]).map(drop)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> std::result::Result<(), PyTraverseError> {
        let Some(search) = self.search.get() else { return Ok(()) };
        let visit_buffer = |buffer: &Buffer| {
            visit.call(&buffer.parser)?;
            visit.call(&buffer.matcher)
        };
        search.first.get().map_or(Ok(()), visit_buffer)?;
        // Nobody holds the lock while the collector runs.
        if let Ok(state) = search.state.try_lock() {
            visit.call(&state.parser)?;
            visit.call(&state.string)?;
            for place in [&state.pos, &state.endpos] {
                if let Pos::Other(place) = place {
                    visit.call(place)?;
                }
            }
            state.later.as_ref().map_or(Ok(()), visit_buffer)?;
        }
        Ok(())
    }

    fn __clear__(&self) {
        if let Some(search) = self.search.get() {
            search.change(|state| {
                let places = [&mut state.pos, &mut state.endpos].map(|place| std::mem::replace(place, Pos::At(0)));
                (state.parser.take(), state.string.take(), places)
            });
        }
    }
}
