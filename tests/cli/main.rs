//! The command, run as a program.
//!
//! | file | what it promises |
//! |---|---|
//! | [`reading`] | patterns, files, standard input, exit codes |
//! | [`forms`] | the forms of the output |
//! | [`rows`] | which rows and columns, and what is made of them |
//! | [`run`] | how the tests run it |

mod forms;
mod reading;
mod rows;
mod run;
