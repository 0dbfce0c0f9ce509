//! [`Stop`]: why the command cannot go on.

use std::{fmt, io};

use crate::error::Error;

/// Why the command ends before its work is done.
#[derive(Debug)]
pub(super) enum Stop {
    /// Whoever read the output has gone. That is no error: `parsimd … | head` ends so.
    ClosedPipe,
    /// What to tell, without the name of the command.
    Message(String),
}

impl Stop {
    pub(super) fn new(message: impl Into<String>) -> Stop {
        Stop::Message(message.into())
    }

    /// What went wrong with the output.
    pub(super) fn output(name: &str, error: &io::Error) -> Stop {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Stop::ClosedPipe,
            _ => Stop::Message(format!("{name}: {error}")),
        }
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Stop {
        Stop::output("standard output", &error)
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Stop {
        Stop::Message(format!("{error:#}"))
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stop::ClosedPipe => f.write_str("the output was closed"),
            Stop::Message(message) => f.write_str(message),
        }
    }
}
