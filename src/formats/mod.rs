//! Formats that people have already, as patterns: what configures a web server or another reader of logs, and ready patterns by name.
//!
//! Each call gives the text of a pattern, to be compiled, shown or changed. What a pattern cannot say is an error that points at it.
//!
//! ```
//! use parsimd::{Pattern, formats};
//!
//! let pattern = formats::nginx(r#"$remote_addr [$time_local] "$request" $status $request_time"#)?;
//! assert_eq!(pattern, r#"{remote_addr:ip|unix:} [{time_local:th}] "{request:|-|}" {status:d} {request_time:g|-}"#);
//! let found = Pattern::new(&pattern)?.parse(r#"::1 [17/May/2015:10:05:03 +0000] "-" 400 0.250"#)?;
//! assert!(found.is_some());
//!
//! let syslog = formats::find("syslog").expect("it is ready");
//! assert!(Pattern::new(syslog.pattern)?.parse("Jun 14 15:16:01 combo sshd[19939]: check pass")?.is_some());
//! # Ok::<(), parsimd::Error>(())
//! ```

mod apache;
mod dissect;
mod grok;
mod nginx;
mod quoted;
mod ready;
mod w3c;
mod writer;

pub use apache::apache;
pub use dissect::dissect;
pub use grok::grok;
pub use nginx::nginx;
pub use ready::{READY, Ready, find};
pub use w3c::w3c;
