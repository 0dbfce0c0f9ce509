//! Inputs: the access log as a plain file and compressed, on one thread and on two, in one file and in four.
//!
//! ```text
//! cargo run --release -p parsimd-benches --bin inputs -- [--megabytes 64] [--rounds 5]
//! ```
//!
//! Scans run in turns, by the clock on the wall, and must all have the same rows. A line has the medians, in MB of text a second, and how many times as quick
//! two threads are as one. `unpack` is unpacking alone, on one thread, by the crate that unpacks: no scan of one file can be much quicker.

use std::{
    error::Error,
    fs::{self, File},
    io::{self, BufReader, Read, Write},
    num::NonZeroUsize,
    path::{Path, PathBuf},
    time::Instant,
};

use parsimd::{Input, Pattern, ScanOptions};
use parsimd_benches::{logs::LOGS, record};

type Outcome<T> = Result<T, Box<dyn Error>>;

struct Codec {
    name: &'static str,
    pack: fn(&[u8]) -> io::Result<Vec<u8>>,
    unpack: fn(File) -> io::Result<Box<dyn Read>>,
}

const CODECS: [Codec; 6] = [
    Codec { name: "plain", pack: |text| Ok(text.to_vec()), unpack: |file| Ok(Box::new(file)) },
    Codec {
        name: "gzip",
        pack: |text| {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(text)?;
            encoder.finish()
        },
        unpack: |file| Ok(Box::new(flate2::bufread::MultiGzDecoder::new(BufReader::with_capacity(1 << 16, file)))),
    },
    Codec {
        name: "zstd",
        pack: |text| zstd::encode_all(text, 3),
        unpack: |file| Ok(Box::new(zstd::Decoder::new(file)?)),
    },
    Codec {
        name: "lz4",
        pack: |text| {
            let mut encoder = lz4_flex::frame::FrameEncoder::new(Vec::new());
            encoder.write_all(text)?;
            Ok(encoder.finish()?)
        },
        unpack: |file| Ok(Box::new(lz4_flex::frame::FrameDecoder::new(file))),
    },
    Codec {
        name: "xz",
        pack: |text| read_all(liblzma::read::XzEncoder::new(text, 2)),
        unpack: |file| Ok(Box::new(liblzma::read::XzDecoder::new_multi_decoder(file))),
    },
    Codec {
        name: "bzip2",
        pack: |text| read_all(bzip2::read::BzEncoder::new(text, bzip2::Compression::fast())),
        unpack: |file| Ok(Box::new(bzip2::read::MultiBzDecoder::new(file))),
    },
];

fn read_all(mut reader: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// How many bytes there are.
fn unpack(codec: &Codec, path: &Path) -> Outcome<u64> {
    let (mut reader, mut buffer, mut bytes) = ((codec.unpack)(File::open(path)?)?, vec![0; 1 << 18], 0);
    loop {
        match reader.read(&mut buffer)? {
            0 => return Ok(bytes),
            read => bytes += read as u64,
        }
    }
}

/// How many rows there are.
fn scan(pattern: &Pattern, paths: &[PathBuf], threads: usize) -> Outcome<u64> {
    let mut options = ScanOptions::default();
    options.threads = NonZeroUsize::new(threads);
    let mut rows = 0;
    for batch in pattern.scan_input(Input::files(paths.iter().cloned())?, options) {
        rows += batch?.len() as u64;
    }
    Ok(rows)
}

/// The medians of some works that are done in turns, in seconds.
fn medians<const N: usize>(rounds: usize, mut works: [&mut dyn FnMut() -> Outcome<()>; N]) -> Outcome<[f64; N]> {
    let mut times = [const { Vec::new() }; N];
    for _ in 0..rounds {
        for (work, times) in works.iter_mut().zip(&mut times) {
            let start = Instant::now();
            work()?;
            times.push(start.elapsed().as_secs_f64());
        }
    }
    Ok(times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    }))
}

fn main() -> Outcome<()> {
    let (mut megabytes, mut rounds) = (64, 5);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let number = arguments.next().and_then(|text| text.parse().ok());
        match argument.as_str() {
            "--megabytes" => megabytes = number.unwrap_or(megabytes),
            "--rounds" => rounds = number.unwrap_or(rounds).max(1),
            other => return Err(format!("unknown: {other}").into()),
        }
    }
    println!("{}\n", record::machine());
    let log = &LOGS[0];
    let (text, pattern) = (log.make(megabytes << 20, 1), Pattern::new(log.pattern)?);
    let folder = std::env::temp_dir().join(format!("parsimd-inputs-{}", std::process::id()));
    fs::create_dir(&folder)?;
    let measured = CODECS.iter().try_for_each(|codec| measure(codec, &pattern, &text, &folder, rounds));
    fs::remove_dir_all(&folder)?;
    measured
}

/// Prints the lines of a compression: one file, and the same text in four.
fn measure(codec: &Codec, pattern: &Pattern, text: &[u8], folder: &Path, rounds: usize) -> Outcome<()> {
    let lines = pattern.scan(text).try_fold(0, |rows, batch| batch.map(|batch| rows + batch.len() as u64))?;
    for files in [1, 4] {
        let mut paths = Vec::new();
        let mut rest = text;
        for number in 0..files {
            let about = rest.len() / (files - number);
            let end = rest[about..].iter().position(|&byte| byte == b'\n').map_or(rest.len(), |at| about + at + 1);
            let path = folder.join(format!("{}-{number}", codec.name));
            fs::write(&path, (codec.pack)(&rest[..end])?)?;
            (rest, paths) = (&rest[end..], [paths, vec![path]].concat());
        }
        let packed: u64 =
            paths.iter().map(|path| fs::metadata(path).map(|found| found.len())).sum::<io::Result<_>>()?;
        let check = |threads| {
            let rows = scan(pattern, &paths, threads)?;
            if rows == lines { Ok(()) } else { Err(format!("{}: {rows} rows of {lines}", codec.name).into()) }
        };
        let mut alone = || paths.iter().try_for_each(|path| unpack(codec, path).map(drop));
        let [unpacking, one, two] = medians(rounds, [&mut alone, &mut || check(1), &mut || check(2)])?;
        let speed = |seconds: f64| text.len() as f64 / 1e6 / seconds;
        println!(
            "{:6} {files} file(s), {:4.1} x smaller: unpack {:5.0} MB/s, 1 thread {:5.0}, 2 threads {:5.0}: {:.2} x",
            codec.name,
            text.len() as f64 / packed as f64,
            speed(unpacking),
            speed(one),
            speed(two),
            one / two
        );
    }
    Ok(())
}
