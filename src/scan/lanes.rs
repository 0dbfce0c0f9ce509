//! [`Lanes`]: compressed files that are read side by side.
//!
//! They are the file whose turn it is, and those after it, as many as there are threads. What comes of the later ones is held until their turn, up to
//! [`limits::AHEAD_BYTES`] of text.

use std::collections::VecDeque;

use super::{
    block::Scanned,
    wave::{Ticket, Turn},
};
use crate::{input::Input, limits};

/// The files that are read side by side, in order; none if the input is read by itself.
#[derive(Debug, Default)]
pub(super) struct Lanes<'a>(VecDeque<Lane<'a>>);

#[derive(Debug)]
struct Lane<'a> {
    input: Input<'a>,
    /// What came of its blocks, until its turn has come.
    held: VecDeque<Scanned>,
    is_over: bool,
}

impl<'a> Lane<'a> {
    fn new(input: Input<'a>) -> Lane<'a> {
        Lane { input, held: VecDeque::new(), is_over: false }
    }
}

impl<'a> Lanes<'a> {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes the compressed files that come next out of the input, if there are threads to read them side by side.
    pub(super) fn open(&mut self, threads: usize, input: &mut Input<'a>) {
        if threads > 1 && self.0.is_empty() && input.is_packed() {
            self.0.extend(input.split_current().map(Lane::new));
        }
        while threads > 1 && !self.0.is_empty() && self.0.len() < threads {
            let Some(next) = input.split_next() else { break };
            self.0.push_back(Lane::new(next));
        }
    }

    pub(super) fn inputs(&mut self) -> impl Iterator<Item = &mut Input<'a>> {
        self.0.iter_mut().map(|lane| &mut lane.input)
    }

    /// What is to become of each in the next wave.
    pub(super) fn turns(&self) -> Vec<Turn> {
        let most = limits::AHEAD_BYTES / self.0.len() as u64;
        let turn = |(number, lane): (usize, &Lane<'_>)| match lane {
            Lane { is_over: true, .. } => Turn::Over,
            _ if number > 0 && lane.held.iter().map(|scanned| scanned.stats.bytes).sum::<u64>() >= most => Turn::Full,
            _ => Turn::Free,
        };
        self.0.iter().enumerate().map(turn).collect()
    }

    /// Takes what came of a wave, in the order of its tickets.
    pub(super) fn take(&mut self, done: Vec<(Ticket, Scanned)>, turns: Vec<Turn>) {
        for ((lane, ..), scanned) in done {
            self.0[lane].held.push_back(scanned);
        }
        for (lane, turn) in self.0.iter_mut().zip(turns) {
            lane.is_over = turn == Turn::Over;
        }
    }

    /// Gives what came of the file whose turn it is, and of those after it if it is over.
    pub(super) fn hand_out(&mut self, ready: &mut VecDeque<Scanned>) {
        while let Some(lane) = self.0.front_mut() {
            ready.append(&mut lane.held);
            if !lane.is_over {
                break;
            }
            self.0.pop_front();
        }
    }
}
