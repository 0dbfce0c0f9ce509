//! Logs of our own making, seeded: what `scan` is measured on where no other logs are named.
//!
//! Each is made to have the line lengths, the field lengths and the share of odd lines of a real log of its kind; no two lines
//! repeat a sequence of lengths, so that no branch predictor learns them.

use std::fmt::Write as _;

/// A kind of log, the pattern for it, and the same as a regular expression for one line.
pub struct Log {
    /// What the log is called.
    pub name: &'static str,
    /// The pattern.
    pub pattern: &'static str,
    /// A regular expression that matches the same lines of this log, tuned: classes instead of lazy dots, one way to match wherever the log
    /// allows it, and no class that crosses a newline, so that it serves for one line and, with `(?m)`, for a whole text.
    pub regex: &'static str,
    /// The same without what this log alone allows, where that costs `regex` its quickest engine: it matches what the pattern does.
    pub exact_regex: Option<&'static str>,
    /// Of each field, `d` for an integer, `f` for a float, `s` for text.
    pub types: &'static str,
    /// The file that it is read from, where that is not its name.
    pub file: &'static str,
    /// Whether a line matches as a whole.
    pub whole_line: bool,
    line: fn(&mut Random, &mut String),
}

/// The kinds of logs.
pub const LOGS: &[Log] = &[
    Log {
        name: "access",
        pattern: r#"{ip} - - [{ts}] "{req}" {status:d} {bytes:d} "{ref}" "{ua}""#,
        regex: r#"^([^ \n]+) - - \[([^\]\n]+)\] "([^"\n]+)" ([-+]?[0-9]+) ([-+]?[0-9]+) "([^"\n]+)" "([^"\n]+)"$"#,
        exact_regex: Some(
            r#"^([^ \n]+) - - \[([^\]\n]+)\] "([^"\n]+)" ([-+]?[0-9]+) ([-+]?[0-9]+) "([^"\n]+)" "([^\n]+?)"$"#,
        ),
        types: "sssddss",
        file: "access",
        whole_line: true,
        line: access,
    },
    Log {
        name: "hdfs",
        pattern: "{date:d} {time:d} {pid:d} {level:w} {comp}: {msg}",
        regex: r"^([-+]?[0-9]+) ([-+]?[0-9]+) ([-+]?[0-9]+) (\w+) ([^:\n]+): ([^\n]+)$",
        exact_regex: None,
        types: "dddsss",
        file: "hdfs",
        whole_line: true,
        line: hdfs,
    },
    Log {
        name: "openssh",
        pattern: "{mon:w} {day:d} {time} {host} sshd[{pid:d}]: {msg}",
        regex: r"^(\w+) ([-+]?[0-9]+) ([^ \n]+) ([^ \n]+) sshd\[([-+]?[0-9]+)\]: ([^\n]+)$",
        exact_regex: None,
        types: "sdssds",
        file: "openssh",
        whole_line: true,
        line: openssh,
    },
    Log {
        name: "openssh_sel",
        pattern: "{ts} LabSZ sshd[{pid:d}]: Failed password for {user} from {ip} port {port:d} ssh2",
        regex: r"^([^\n]+?) LabSZ sshd\[([-+]?[0-9]+)\]: Failed password for ([^\n]+?) from ([^ \n]+) port ([-+]?[0-9]+) ssh2$",
        exact_regex: None,
        types: "sdssd",
        file: "openssh",
        whole_line: true,
        line: openssh,
    },
    Log {
        name: "spark",
        pattern: "{date} {time} {level:w} {comp}: {msg}",
        regex: r"^([^ \n]+) ([^ \n]+) (\w+) ([^:\n]+): ([^\n]+)$",
        exact_regex: None,
        types: "sssss",
        file: "spark",
        whole_line: true,
        line: spark,
    },
    Log {
        name: "spark_sel",
        pattern: "{date} {time} INFO executor.Executor: Running task {task:f} in stage {stage:f} (TID {tid:d})",
        regex: r"^([^ \n]+) ([^ \n]+) INFO executor\.Executor: Running task ([-+]?[0-9]*\.[0-9]+) in stage ([-+]?[0-9]*\.[0-9]+) \(TID ([-+]?[0-9]+)\)$",
        exact_regex: None,
        types: "ssffd",
        file: "spark",
        whole_line: true,
        line: spark,
    },
    Log {
        name: "bgl",
        pattern: "{label} {epoch:d} {date} {node} {ts} {node2} {type:w} {comp:w} {level:w} {msg}",
        regex: r"^([^ \n]+) ([-+]?[0-9]+) ([^ \n]+) ([^ \n]+) ([^ \n]+) ([^ \n]+) (\w+) (\w+) (\w+) ([^\n]+)$",
        exact_regex: None,
        types: "sdssssssss",
        file: "bgl",
        whole_line: true,
        line: bgl,
    },
    Log {
        name: "metrics",
        pattern: "ts={ts:d} host={host:w} cpu={cpu:f} mem={mem:f} io={io:d} net={net:d} lat={lat:f} temp={temp:f}",
        regex: r"^ts=([-+]?[0-9]+) host=(\w+) cpu=([-+]?[0-9]*\.[0-9]+) mem=([-+]?[0-9]*\.[0-9]+) io=([-+]?[0-9]+) net=([-+]?[0-9]+) lat=([-+]?[0-9]*\.[0-9]+) temp=([-+]?[0-9]*\.[0-9]+)$",
        exact_regex: None,
        types: "dsffddff",
        file: "metrics",
        whole_line: true,
        line: metrics,
    },
    Log {
        name: "csv",
        pattern: "{ts:d},{host:w},{cpu:f},{mem:f},{io:d},{net:d},{lat:f},{temp:f}",
        regex: r"^([-+]?[0-9]+),(\w+),([-+]?[0-9]*\.[0-9]+),([-+]?[0-9]*\.[0-9]+),([-+]?[0-9]+),([-+]?[0-9]+),([-+]?[0-9]*\.[0-9]+),([-+]?[0-9]*\.[0-9]+)$",
        exact_regex: None,
        types: "dsffddff",
        file: "csv",
        whole_line: true,
        line: csv,
    },
    Log {
        name: "sparse",
        pattern: "ERROR worker-{wid:d}: request {rid:d} failed after {ms:f} ms (code {code:d})",
        regex: r"ERROR worker-([-+]?[0-9]+): request ([-+]?[0-9]+) failed after ([-+]?[0-9]*\.[0-9]+) ms \(code ([-+]?[0-9]+)\)",
        exact_regex: None,
        types: "ddfd",
        file: "sparse",
        whole_line: false,
        line: sparse,
    },
];

impl Log {
    /// At least `size` bytes of whole lines, the same for the same seed.
    pub fn make(&self, size: usize, seed: u64) -> Vec<u8> {
        let mut random = Random::new(seed);
        let mut text = String::with_capacity(size + 1024);
        while text.len() < size {
            (self.line)(&mut random, &mut text);
            text.push('\n');
        }
        text.into_bytes()
    }
}

/// Pseudo-random numbers: xorshift64* by Marsaglia and Vigna.
pub struct Random(u64);

impl Random {
    /// A sequence that depends on `seed` alone.
    pub fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// A number of up to `digits` digits, all lengths equally often.
    fn number(&mut self, digits: u64) -> u64 {
        let length = 1 + self.below(digits) as u32;
        self.below(10_u64.pow(length))
    }

    fn one_of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len() as u64) as usize]
    }

    /// Lower-case words.
    fn words(&mut self, count: u64, out: &mut String) {
        for word in 0..count {
            if word > 0 {
                out.push(' ');
            }
            for _ in 0..2 + self.below(9) {
                out.push(char::from(b'a' + self.below(26) as u8));
            }
        }
    }
}

macro_rules! put {
    ($out:expr, $($format:tt)*) => {{
        // Writing to a String cannot fail.
        let _ = write!($out, $($format)*);
    }};
}

fn ip(random: &mut Random, out: &mut String) {
    let mut part = || random.below(256);
    put!(out, "{}.{}.{}.{}", part(), part(), part(), part());
}

fn clock(random: &mut Random, out: &mut String) {
    put!(out, "{:02}:{:02}:{:02}", random.below(24), random.below(60), random.below(60));
}

const AGENTS: &[&str] = &[
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/32.0.1700.107 Safari/537.36",
    "Mozilla/5.0 (Windows NT 6.1; WOW64; rv:27.0) Gecko/20100101 Firefox/27.0",
    "UniversalFeedParser/4.2-pre-314-svn +http://feedparser.example/",
    "Mozilla/5.0 (compatible; ExampleBot/2.1; +http://www.example.com/bot.html)",
    "curl/8.5.0",
];

fn access(random: &mut Random, out: &mut String) {
    ip(random, out);
    put!(out, " - - [{:02}/May/2015:", 1 + random.below(31));
    clock(random, out);
    put!(out, " +0000] \"GET /{}/", random.one_of(&["blog", "images", "presentations/logstash-2013/css", "files"]));
    let words = 1 + random.below(4);
    let from = out.len();
    random.words(words, out);
    let path = out.split_off(from).replace(' ', "-");
    put!(
        out,
        "{path} HTTP/1.1\" {}",
        random.one_of(&["200", "200", "200", "200", "200", "200", "200", "304", "301", "404", "404", "500"])
    );
    // About one in fifteen has no length, and does not match.
    if random.below(15) == 0 {
        out.push_str(" -");
    } else {
        put!(out, " {}", random.number(6));
    }
    put!(
        out,
        " \"{}\"",
        random.one_of(&[
            "-",
            "-",
            "http://www.example.com/",
            "http://semicomplete.example/presentations/logstash-monitorama-2013/"
        ])
    );
    put!(out, " \"{}\"", random.one_of(AGENTS));
}

fn hdfs(random: &mut Random, out: &mut String) {
    put!(
        out,
        "{:06} {:06} {} {} dfs.",
        random.below(1_000_000),
        random.below(1_000_000),
        random.number(5),
        random.one_of(&["INFO", "INFO", "WARN"])
    );
    put!(
        out,
        "{}: ",
        random.one_of(&["DataNode$PacketResponder", "FSNamesystem", "DataNode$DataXceiver", "DataBlockScanner"])
    );
    put!(out, "PacketResponder {} for block blk_{} ", random.below(4), random.next());
    let words = random.below(9);
    random.words(words, out);
    out.push_str(" terminating");
}

fn openssh(random: &mut Random, out: &mut String) {
    put!(out, "{} {} ", random.one_of(&["Dec", "Jan", "Nov"]), 1 + random.below(31));
    clock(random, out);
    put!(out, " LabSZ sshd[{}]: ", 20_000 + random.below(9000));
    if random.below(4) == 0 {
        put!(
            out,
            "Failed password for {} from ",
            random.one_of(&["root", "invalid user admin", "invalid user test", "git"])
        );
        ip(random, out);
        put!(out, " port {} ssh2", 1024 + random.below(60_000));
    } else {
        put!(
            out,
            "{} ",
            random.one_of(&[
                "pam_unix(sshd:auth): authentication failure;",
                "Received disconnect from",
                "reverse mapping checking getaddrinfo for"
            ])
        );
        let words = 2 + random.below(7);
        random.words(words, out);
    }
}

fn spark(random: &mut Random, out: &mut String) {
    put!(out, "17/06/{:02} ", 1 + random.below(30));
    clock(random, out);
    let block = |random: &mut Random, out: &mut String| {
        put!(out, "rdd_{}_{}", random.number(2), random.number(4));
    };
    // In twenty: how often the components of a real log speak.
    match random.below(20) {
        0..3 => {
            put!(out, " INFO executor.Executor: Running task {}.0 in stage ", random.number(3));
            put!(out, "{}.0 (TID {})", random.number(2), random.number(5));
        }
        3..6 => {
            put!(out, " INFO executor.Executor: Finished task {}.0 in stage ", random.number(3));
            put!(
                out,
                "{}.0 (TID {}). {} bytes result sent to driver",
                random.number(2),
                random.number(5),
                random.number(4)
            );
        }
        6..10 => {
            put!(out, " INFO python.PythonRunner: Times: total = {}, boot = {}", random.number(4), random.number(4));
            put!(out, ", init = {}, finish = {}", random.number(3), random.number(2));
        }
        10..13 => {
            put!(out, " INFO executor.CoarseGrainedExecutorBackend: Got assigned task {}", random.number(5));
        }
        13..16 => {
            out.push_str(" INFO storage.BlockManager: Found block ");
            block(random, out);
            out.push_str(" locally");
        }
        16..18 => {
            out.push_str(" INFO storage.MemoryStore: Block ");
            block(random, out);
            put!(out, " stored as values in memory (estimated size {}.{} KB", random.number(3), random.below(10));
            put!(out, ", free {}.{} MB)", random.number(3), random.below(10));
        }
        18 => {
            put!(out, " INFO rdd.HadoopRDD: Input split: hdfs://10.10.34.{}:9000/user/", random.below(256));
            let words = 2 + random.below(4);
            let from = out.len();
            random.words(words, out);
            let path = out.split_off(from).replace(' ', "/");
            put!(out, "{path}:{}+{}", random.number(9), random.number(8));
        }
        _ => {
            put!(out, " {} ", random.one_of(&["INFO", "INFO", "WARN"]));
            put!(
                out,
                "{}: ",
                random.one_of(&["spark.CacheManager", "output.FileOutputCommitter", "spark.SecurityManager"])
            );
            let words = 3 + random.below(20);
            random.words(words, out);
        }
    }
}

fn bgl(random: &mut Random, out: &mut String) {
    put!(out, "{} ", if random.below(14) == 0 { random.one_of(&["KERNDTLB", "KERNSTOR", "APPSEV"]) } else { "-" });
    put!(out, "{} 2005.{:02}.{:02} ", 1_117_838_570 + random.below(1 << 24), 6 + random.below(7), 1 + random.below(28));
    let node = if random.below(20) == 0 {
        format!("R{:02}-M{}-N{}", random.below(64), random.below(2), random.below(16))
    } else {
        let (card, chip) = (random.below(2), random.below(16));
        format!("R{:02}-M{}-N{}-C:J{:02}-U{card}{}", random.below(64), random.below(2), chip % 10, 2 + chip, 1 + card)
    };
    put!(out, "{node} 2005-{:02}-{:02}-", 6 + random.below(7), 1 + random.below(28));
    put!(out, "{:02}.{:02}.{:02}.{:06}", random.below(24), random.below(60), random.below(60), random.below(1_000_000));
    put!(
        out,
        " {node} RAS {} ",
        random.one_of(&["KERNEL", "KERNEL", "KERNEL", "KERNEL", "KERNEL", "APP", "DISCOVERY"])
    );
    put!(out, "{} ", random.one_of(&["INFO", "INFO", "INFO", "INFO", "FATAL", "ERROR"]));
    match random.below(10) {
        0..5 => put!(out, "generating core.{}", random.number(5)),
        5 | 6 => put!(out, "iar {:08x} dear {:08x}", random.below(1 << 32), random.below(1 << 32)),
        7 | 8 => put!(out, "{} double-hummer alignment exceptions", random.number(7)),
        _ => {
            let words = 3 + random.below(20);
            random.words(words, out);
        }
    }
}

fn metric(random: &mut Random, out: &mut String, names: [&str; 8]) {
    let [ts, host, cpu, mem, io, net, lat, temp] = names;
    put!(out, "{ts}{}{host}node{}", 1_700_000_000_000 + random.below(1 << 36), random.number(3));
    put!(
        out,
        "{cpu}{}.{:02}{mem}{}.{:03}",
        random.below(100),
        random.below(100),
        random.below(64_000),
        random.below(1000)
    );
    put!(
        out,
        "{io}{}{net}{}{lat}{}.{:06}",
        random.number(6),
        random.number(11),
        random.number(3),
        random.below(1_000_000)
    );
    put!(out, "{temp}{}{}.{}", random.one_of(&["", "", "-"]), random.below(95), random.below(10));
}

fn metrics(random: &mut Random, out: &mut String) {
    metric(random, out, ["ts=", " host=", " cpu=", " mem=", " io=", " net=", " lat=", " temp="]);
}

fn csv(random: &mut Random, out: &mut String) {
    metric(random, out, ["", ",", ",", ",", ",", ",", ",", ","]);
}

fn sparse(random: &mut Random, out: &mut String) {
    match random.below(1000) {
        0 => {
            put!(out, "ERROR worker-{}: request {} failed after ", random.below(64), random.number(9));
            put!(
                out,
                "{}.{:03} ms (code {}) retrying",
                random.number(4),
                random.below(1000),
                random.one_of(&["401", "500", "503"])
            );
        }
        1 | 2 => out.push_str("ERROR worker-x: cannot start"),
        line if line % 2 == 0 => openssh(random, out),
        _ => hdfs(random, out),
    }
}
