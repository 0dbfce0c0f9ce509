//! Texts to measure on, made here, the same in every run.

use parsimd_simd::Span;

/// Random numbers that are the same in every run (splitmix64, Sebastiano Vigna, 2015).
pub struct Random(pub u64);

impl Random {
    /// Any 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// A number from 0 to `limit` − 1.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.bits() % limit
    }

    /// A number with so many digits, the first of which is not zero.
    pub fn digits(&mut self, count: u32) -> u64 {
        let least = 10u64.pow(count - 1);
        least + self.below(9 * least)
    }
}

/// A column: a block of text, and a span for each row.
pub struct Column {
    /// The text.
    pub block: Vec<u8>,
    /// The rows.
    pub spans: Vec<Span>,
}

impl Column {
    /// A column of `rows` texts with a few other bytes between them, as in a log.
    pub fn new(rows: usize, mut text: impl FnMut(&mut Random) -> String) -> Column {
        let mut random = Random(42);
        let mut column = Column { block: b"a line of a log, then ".to_vec(), spans: Vec::new() };
        for _ in 0..rows {
            let start = column.block.len() as u32;
            column.block.extend_from_slice(text(&mut random).as_bytes());
            column.spans.push(Span::new(start, column.block.len() as u32));
            column.block.extend_from_slice(b" some words ");
        }
        column
    }

    /// The texts of the rows.
    pub fn texts(&self) -> impl Iterator<Item = &[u8]> {
        self.spans.iter().map(|span| &self.block[span.start as usize..span.end as usize])
    }
}

/// At least `size` bytes of lines like those of a web server, in the combined format.
pub fn access_log(size: usize) -> Vec<u8> {
    let mut random = Random(7);
    let mut text = Vec::with_capacity(size + 512);
    let paths = ["index.html", "images/web/2009/banner.png", "blog/tags/puppet?flav=rss20", "projects/xdotool/"];
    let agents = [
        "Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/32.0.1700.107 Safari/537.36",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "UniversalFeedParser/4.2-pre-314-svn +http://feedparser.org/",
    ];
    while text.len() < size {
        let size = 1 << (4 + 2 * random.below(8));
        let mut part = |limit: u64| random.below(limit);
        let line = format!(
            "{}.{}.{}.{} - - [{:02}/May/2015:{:02}:{:02}:{:02} +0000] \"GET /{} HTTP/1.1\" {} {} \"http://semicomplete.com/{}\" \"{}\"\n",
            part(256),
            part(256),
            part(256),
            part(256),
            1 + part(28),
            part(24),
            part(60),
            part(60),
            paths[part(4) as usize],
            [200, 200, 200, 304, 404][part(5) as usize],
            part(size),
            paths[part(4) as usize],
            agents[part(3) as usize],
        );
        text.extend_from_slice(line.as_bytes());
    }
    text
}

/// Reads all of `text` and does no more: adds up its words, many sums side by side, in the widest registers that the CPU has. What comes after
/// the last 512 bytes is left out.
#[allow(clippy::disallowed_macros, reason = "what the machine can do is no matter of the project's dispatch")]
#[multiversion::multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl", "x86_64+avx2"))]
pub fn read(text: &[u8]) -> u64 {
    let mut sums = [0u64; 64];
    for chunk in text.as_chunks::<512>().0 {
        for (sum, word) in sums.iter_mut().zip(chunk.as_chunks::<8>().0) {
            *sum = sum.wrapping_add(u64::from_le_bytes(*word));
        }
    }
    sums.iter().fold(0u64, |all, sum| all.wrapping_add(*sum))
}
