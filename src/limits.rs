//! Every limit of the crate and its default, in one table.
//!
//! | limit | value | past it |
//! |---|---|---|
//! | [`REGEX_BYTES`] | 32 MiB | compiling a pattern is an error with [`is_limit`](crate::Error::is_limit) |
//! | [`OPTIONAL_DEPTH`] | 8 | compiling a pattern with optional parts nested deeper is an error with [`is_syntax`](crate::Error::is_syntax) |
//! | [`PROGRAM_WIDTH`] | 1,000 | a pattern with a larger width or precision is matched by its regular expression alone, which takes longer |
//! | [`BACKTRACKS`] | 1,000,000 | a pattern with a repeated name or lookaround gives up on that text: `is_limit` |
//! | [`TEXT_BYTES`] | 4,294,967,294 | `parse`, `search` and `find_iter` of a longer text are an error with `is_limit` |
//! | [`BLOCK_BYTES`] | 256 KiB | a scan reads the input in blocks of this size; a record longer than a block is still read whole |
//! | [`BLOCKS_AHEAD`] | 4 | a scan with several threads reads no further ahead than so many blocks for each |
//! | [`AHEAD_BYTES`] | 128 MiB | a scan with several threads reads no further ahead in the compressed files whose turn has not come |
//! | [`OBJECT_RANGE_BYTES`] | 8 MiB | an object of a store is fetched in ranges of this size, one ahead of the scan |
//! | [`OBJECTS_AHEAD`] | 4 | the first ranges of no more objects are fetched before their turn |
//! | [`THREADS_PER_CORE`] | 4 | a scan that was told to use more threads uses so many |
//! | [`PARALLEL_BYTES`] | 1 MiB | a scan that was not told how many threads to use takes more than one |
//! | [`RECORD_BYTES`] | 64 MiB | a longer record fails, and is skipped; [`ScanOptions::max_record_bytes`](crate::ScanOptions::max_record_bytes) sets it |
//! | [`BLOCK_BYTES_MOST`] | 1 GiB | larger blocks and longer records cannot be asked for |
//! | [`COLUMN_TEXT_BYTES`] | 2,147,483,647 | joining the text of a column is an error with `is_limit`; batch by batch, or as views, it can be had |
//! | [`XZ_MEMORY`] | 1 GiB | a file of xz that asks for more memory is an error of the input |
//! | [`FAILURES_KEPT`] | 10 | failures are still counted, their texts are no longer kept |
//! | [`UNREAD_KEPT`] | 1,000 | reasons are those of so many records, and their counts are estimates |
//! | [`EXPLAINED_BYTES`] | 4 KiB | a longer record is not kept to be explained, so that all take 4 MiB at most: it does not match, and that is all |
//! | [`REASONS_GIVEN`] | 20 | the records of further reasons are counted together |
//! | [`MEMORY_KEPT`] | 4 | a batch of views copies its long texts out of the block, rather than keep so many times their memory |
//! | [`EXCERPT_BYTES`] | 120 | a longer record is cut in a failure entry |
//! | [`GUESS_LINES`] | 1,000 | a guess looks at no more lines |
//! | [`GUESS_BYTES`] | 4 MiB | a guess looks at no more lines once it has read so much |
//! | [`GUESS_LINE_BYTES`] | 16 KiB | a guess passes over a longer line |
//! | [`GUESS_FIELDS`] | 64 | a pattern that was guessed has no more fields; the rest of a line is one text |
//! | [`GUESS_KINDS`] | 8 | a guess tells no more kinds of lines apart |
//! | [`FILTER_DEPTH`] | 100 | a condition of the command that is nested deeper is an error |
//! | [`SORT_BYTES`] | 1 GiB | the command sorts no more rows, and ends with an error |
//! | [`GROUP_BYTES`] | 1 GiB | the command holds no more groups, and ends with an error |

/// How large the compiled regular expression of a pattern may be, in bytes of the compiled program.
pub const REGEX_BYTES: usize = 32 << 20;

/// How deep optional parts, between `{:[}` and `{:]}`, may be nested.
pub const OPTIONAL_DEPTH: usize = 8;

/// How wide a field may be whose width or precision is written, in characters, to be matched by something faster than the regular expression.
pub const PROGRAM_WIDTH: usize = 1000;

/// How often a pattern with a repeated name or lookaround may backtrack in one search before it gives up.
pub const BACKTRACKS: usize = 1_000_000;

/// How long a text may be that is matched as one, in bytes: positions in a text are 32 bits wide.
pub const TEXT_BYTES: usize = u32::MAX as usize - 1;

/// How many bytes a scan holds at a time.
pub const BLOCK_BYTES: usize = 1 << 18;

/// How many blocks for each thread a scan may be ahead of its caller, where it has several threads.
pub const BLOCKS_AHEAD: usize = 4;

/// How many threads a scan uses at most, for each that the machine runs at once. More than one is of use where a thread waits: for its turn to read,
/// or for an external matcher. With hundreds, most of the time goes into waking them.
pub const THREADS_PER_CORE: usize = 4;

/// How many bytes a scan reads on one thread before it takes others, unless it was told how many to use.
pub const PARALLEL_BYTES: u64 = 1 << 20;

/// How long one record may be, in bytes without its newline, unless a scan sets it otherwise. So much of an input without newlines is held at a time.
pub const RECORD_BYTES: usize = 64 << 20;

/// How large a block may be, and how long a record, whatever a scan asks for: positions in a block are 32 bits wide.
pub const BLOCK_BYTES_MOST: usize = 1 << 30;

/// How many times the memory of its long texts a batch of views may keep; past it, the texts are copied.
pub const MEMORY_KEPT: usize = 4;

/// How long the text of one column may be, in bytes, where it lies in one piece: its offsets are 32 bits wide, with a sign.
pub const COLUMN_TEXT_BYTES: usize = i32::MAX as usize;

/// How much memory a file of xz may ask for, in bytes: `xz -9` takes 65 MiB.
pub const XZ_MEMORY: u64 = 1 << 30;

/// How many failures a scan keeps with their text; all are counted.
pub const FAILURES_KEPT: usize = 10;

/// How many records that could not be read a scan keeps for its reasons. With [`EXPLAINED_BYTES`] each, and an excerpt, that is 4 MiB at most; a scan without such records
/// keeps nothing.
pub const UNREAD_KEPT: usize = 1000;

/// How long a record may be that is kept for the reasons of a scan, to be explained, in bytes: what is missing from a longer one nobody can tell from its beginning.
pub const EXPLAINED_BYTES: usize = 4096;

/// How many reasons a scan gives before the one that has the rest.
pub const REASONS_GIVEN: usize = 20;

/// How much of a record that failed is kept, in bytes.
pub const EXCERPT_BYTES: usize = 120;

/// How many bytes of text may be scanned ahead of compressed files whose turn has not come, by a scan of several threads. What is held of them are columns, which
/// take about as much.
pub const AHEAD_BYTES: u64 = 128 << 20;

/// How many bytes of an object of a store are asked for at a time: as many as the guides of stores advise, so that the time until an answer comes counts little.
pub const OBJECT_RANGE_BYTES: u64 = 8 << 20;

/// Of how many objects of a store the first range is asked for before their turn.
pub const OBJECTS_AHEAD: usize = 4;

/// How many lines a [guess](crate::guess()) looks at, unless it is asked for another number.
pub const GUESS_LINES: usize = 1000;

/// After how many bytes a guess looks at no further lines.
pub const GUESS_BYTES: usize = 4 << 20;

/// How long a line may be that a guess looks at, in bytes.
pub const GUESS_LINE_BYTES: usize = 16 << 10;

/// How many fields a pattern has at most that was guessed.
pub const GUESS_FIELDS: usize = 64;

/// How many kinds of lines a guess tells apart.
pub const GUESS_KINDS: usize = 8;

/// How deep the conditions of the command, as `--where` has them, may be nested.
pub const FILTER_DEPTH: usize = 100;

/// How many bytes the rows may take that the command sorts, about.
pub const SORT_BYTES: usize = 1 << 30;

/// How many bytes the groups of the command may take together, about.
pub const GROUP_BYTES: usize = 1 << 30;
