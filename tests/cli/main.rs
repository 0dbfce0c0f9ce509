//! The command, run as a program.
//!
//! | file | what it promises |
//! |---|---|
//! | [`reading`] | patterns, files, standard input, exit codes |
//! | [`follow`] | files that are followed |
//! | [`inputs`] | files, patterns of their names, standard input: the same bytes, the same output |
//! | [`sets`] | several patterns |
//! | [`failing_output`] | full disks, closed pipes; names that are no text |
//! | [`forms`] | the forms of the output |
//! | [`rows`] | which rows and columns, and what is made of them |
//! | [`why`] | records that have no row, and what is told of them |
//! | [`run`] | how the tests run it |

mod failing_output;
mod follow;
mod forms;
mod inputs;
mod reading;
mod rows;
mod run;
mod sets;
mod why;
