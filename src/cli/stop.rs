//! [`Stop`]: why the command cannot go on.

use std::{fmt, io};

use crate::error::Error;

/// Why the command ends before its work is done.
#[derive(Debug)]
pub(super) enum Stop {
    /// Whoever read the output has gone. That is no error: `parsimd … | head` ends so.
    ClosedPipe,
    /// There is nothing that could match.
    Nothing(String),
    /// What to tell, without the name of the command.
    Message(String),
}

impl Stop {
    pub(super) fn new(message: impl Into<String>) -> Stop {
        Stop::Message(message.into())
    }

    /// The same with more to be told.
    pub(super) fn and(self, more: &str) -> Stop {
        Stop::Message(format!("{self}; {more}"))
    }
}

/// What went wrong with the output, which says what it is called.
impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Stop {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Stop::ClosedPipe,
            _ => Stop::Message(error.to_string()),
        }
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
            Stop::Nothing(message) | Stop::Message(message) => f.write_str(message),
        }
    }
}
