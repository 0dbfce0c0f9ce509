//! The bar on the terminal while a long work goes on.

use std::{
    io::{self, IsTerminal},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A work that takes less long has no bar.
const PATIENCE: Duration = Duration::from_secs(1);

/// Bytes read, how fast, how long it will take, and rows: on standard error, if that is a terminal and rows do not go there too.
pub struct Progress {
    begin: Instant,
    total: Option<u64>,
    is_wanted: bool,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Of so many bytes, where that is known. `is_shown` says that the terminal is free.
    pub fn new(total: Option<u64>, is_shown: bool) -> Progress {
        let is_wanted = is_shown && io::stderr().is_terminal();
        Progress { begin: Instant::now(), total, is_wanted, bar: None }
    }

    /// Shows how far it is: how many bytes were read, and how many rows there are.
    pub fn update(&mut self, bytes: u64, rows: u64) {
        if !self.is_wanted || self.begin.elapsed() < PATIENCE {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(self.total, ProgressDrawTarget::stderr_with_hz(10));
            let template = match self.total {
                Some(_) => "{bar:20} {binary_bytes}/{binary_total_bytes} {binary_bytes_per_sec} {msg} {eta} left",
                None => "{spinner} {binary_bytes} {binary_bytes_per_sec} {msg} {elapsed}",
            };
            let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
            bar.with_style(style).with_elapsed(self.begin.elapsed())
        });
        bar.set_message(format!("{rows} rows"));
        bar.set_position(bytes);
    }

    /// Takes the bar away: something else is written now.
    pub fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}
