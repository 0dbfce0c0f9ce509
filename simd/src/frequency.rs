//! How common each byte is in logs.
//!
//! A byte that makes up the share *p* of a text has the value `16 · log2(1 + p · 10⁶ / 16)`, rounded: 16 more means twice as
//! common. The shares are means over eight kinds of logs, each with the same weight: Apache access logs (the public
//! Elastic example) and the public Loghub samples of BGL, Hadoop, HDFS, Linux, OpenSSH, Spark and ZooKeeper. Those are
//! ASCII without tabs and carriage returns, so these bytes, and those of UTF-8, have values set by hand: common
//! enough not to be taken for rare.

/// The frequency of each byte: 16 more is twice as common.
#[rustfmt::skip]
pub(crate) const FREQUENCY: [u8; 256] = [
    0, 0, 0, 0, 0, 0, 0, 0, 0, 120, 141, 0, 0, 100, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    201, 34, 122, 23, 98, 53, 59, 34, 121, 121, 78, 88, 123, 164, 174, 153,
    189, 188, 177, 163, 163, 167, 159, 159, 162, 159, 172, 108, 32, 136, 34, 45,
    99, 127, 112, 133, 124, 128, 136, 105, 94, 134, 123, 109, 126, 134, 147, 134,
    114, 91, 144, 136, 127, 111, 75, 120, 77, 35, 100, 132, 6, 132, 0, 132,
    0, 174, 141, 163, 164, 185, 142, 142, 151, 168, 73, 140, 158, 157, 170, 178,
    153, 79, 175, 173, 175, 159, 126, 121, 130, 133, 94, 1, 0, 1, 1, 0,
    60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60,
    60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60,
    60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60,
    60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60, 60,
    0, 0, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50,
    50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50,
    50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50,
    50, 50, 50, 50, 50, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
];
