//! Ready patterns for the logs of programs that many people run.

/// A ready pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ready {
    /// Its name, such as `"nginx-combined"`.
    pub name: &'static str,
    /// Whose lines it reads.
    pub about: &'static str,
    /// The text of the pattern.
    pub pattern: &'static str,
    /// Whether its records may go over several lines, as stack traces do.
    pub is_multiline: bool,
}

/// The ready pattern of this name.
pub fn find(name: &str) -> Option<&'static Ready> {
    READY.iter().find(|ready| ready.name == name)
}

const fn lines(name: &'static str, about: &'static str, pattern: &'static str) -> Ready {
    Ready { name, about, pattern, is_multiline: false }
}

const fn records(name: &'static str, about: &'static str, pattern: &'static str) -> Ready {
    Ready { name, about, pattern, is_multiline: true }
}

/// The ready patterns, by name. What each reads is in `tests/cases/formats.toml`.
pub const READY: &[Ready] = &[
    lines(
        "apache-combined",
        "access logs of Apache httpd in the combined format",
        r#"{host} {ident:|-} {user:|-|""|} [{time:th}] "{request:|-|}" {status:d|-} {bytes:d|-} "{referer:|-|}" "{agent:|-|}""#,
    ),
    lines(
        "apache-common",
        "access logs in the common format",
        r#"{host} {ident:|-} {user:|-|""|} [{time:th}] "{request:|-|}" {status:d|-} {bytes:d|-}"#,
    ),
    lines(
        "apache-error",
        "error logs of Apache httpd 2.4",
        "[{time:t}] [{module:w|-|}:{level:w}] [pid {pid:d}{:[}:tid {tid:d}{:]}] {:[}{source:S}({source_line:d}): {:]}{:[}({code:d}){error}: {:]}{:[}[{:[}client{:]}{:[}remote{:]} {client}] {:]}{message:|}",
    ),
    lines(
        "aws-alb",
        "access logs of application load balancers of AWS",
        r#"{type} {time:ti} {elb} {client:ip}:{client_port:d} {target:|-} {request_processing_time:g} {target_processing_time:g} {response_processing_time:g} {elb_status_code:d|-} {target_status_code:d|-} {received_bytes:d} {sent_bytes:d} "{request}" "{user_agent:|-|}" {ssl_cipher:|-} {ssl_protocol:|-} {target_group_arn:|-} "{trace_id:|-|}" "{domain_name:|-|}" "{chosen_cert_arn:|-|}" {matched_rule_priority:d|-} {request_creation_time:ti} "{actions_executed:|-|}" "{redirect_url:|-|}" "{error_reason:|-|}"{rest:|}"#,
    ),
    lines(
        "aws-vpc-flow",
        "flow logs of AWS, version 2",
        "{version:d} {account_id} {interface_id} {srcaddr:ip|-} {dstaddr:ip|-} {srcport:d|-} {dstport:d|-} {protocol:d|-} {packets:d|-} {bytes:d|-} {start:tu} {end:tu} {action:l|-} {log_status:w}",
    ),
    lines(
        "glog",
        "logs of glog, with a year; `klog` has none",
        "{level:.1}{time:%Y%m%d %H:%M:%S.%f} {thread:>d} {file}:{line:d}] {message:|}",
    ),
    records(
        "hadoop",
        "logs of Hadoop's jobs, with threads in brackets",
        "{time:t} {level:w} [{thread}] {logger}: {message:|}",
    ),
    lines(
        "haproxy",
        "HTTP logs of HAProxy, with or without the head of syslog",
        r#"{:[}{} haproxy[{pid:d}]: {:]}{client:ip|unix}:{client_port:d} [{time:t}] {frontend} {backend}/{server} {request_ms:d}/{queue_ms:d}/{connect_ms:d}/{response_ms:d}/{total_ms:d} {status:d} {bytes:d} {request_cookie:|-} {response_cookie:|-} {state} {active:d}/{frontend_connections:d}/{backend_connections:d}/{server_connections:d}/{retries:d} {server_queue:d}/{backend_queue:d} {:[}{{{request_headers:|}}} {:]}{:[}{{{response_headers:|}}} {:]}"{request}""#,
    ),
    lines("hdfs", "logs of HDFS", "{time:%y%m%d %H%M%S} {thread:d} {level:w} {component}: {message:|}"),
    lines(
        "iis",
        "W3C logs of IIS with its default fields; `w3c` reads the `#Fields` line of others",
        "{time:t} {s_ip:ip|-} {cs_method:|-} {cs_uri_stem:|-} {cs_uri_query:|-} {s_port:d|-} {cs_username:|-} {c_ip:ip|-} {cs_user_agent:|-} {cs_referer:|-} {sc_status:d|-} {sc_substatus:d|-} {sc_win32_status:d|-} {time_taken:g|-}",
    ),
    lines(
        "journald",
        "`journalctl` in its short form, with a time of any layout",
        "{time:t} {host:S} {program}{:[}[{pid:d}]{:]}: {message:|}",
    ),
    lines("klog", "logs of Kubernetes", "{level:.1}{time:%m%d %H:%M:%S.%f} {thread:>d} {file}:{line:d}] {message:|}"),
    records(
        "log4j",
        "log4j with the pattern `%d %-5p [%t] %c - %m`",
        "{time:t} {level:<w} [{thread}] {logger} - {message:|}",
    ),
    records(
        "logback",
        "logback in its default form",
        "{time:tt} [{thread}] {level:<w} {logger:S} {:[}-{:]}- {message:|}",
    ),
    lines("logfmt", "pairs of keys and values; `kv(level,took:dur)` gives keys columns of their own", "{pairs:kv}"),
    lines(
        "nginx-combined",
        "access logs of nginx in its default format",
        r#"{ip:ip|unix:} - {user:|-|} [{time:th}] "{request:|-|}" {status:d} {bytes:d|-} "{referer:|-|}" "{agent:|-|}""#,
    ),
    lines(
        "nginx-error",
        "error logs of nginx",
        "{time:t} [{level:w}] {pid:d}#{tid:d}: {:[}*{connection:d} {:]}{message:|}",
    ),
    lines("openssh", "logs of sshd by way of syslog", "{time:t} {host:S} sshd{:[}-{}{:]}[{pid:d}]: {message:|}"),
    records(
        "postgresql",
        "logs of PostgreSQL with its default prefix, `%m [%p] `, or with `%u@%d` after it",
        "{time:t}{:[} {zone:S}{:]} [{pid:d}] {:[}{user:S}@{database:S} {:]}{level:w}:  {message:|}",
    ),
    records(
        "python-logging",
        "Python's logging with `%(asctime)s - %(name)s - %(levelname)s - %(message)s`",
        "{time:t} - {logger} - {level:w} - {message:|}",
    ),
    lines("python-logging-basic", "Python's logging as `basicConfig` sets it up", "{level:w}:{logger}:{message:|}"),
    lines("spark", "logs of Spark", "{time:%y/%m/%d %H:%M:%S} {level:w} {component}: {message:|}"),
    records(
        "spring-boot",
        "logs of Spring Boot 3",
        "{time:t} {level:>w} {pid:d} --- {:[}[{application:S}] {:]}[{thread:>.15}] {:[}[                                                 ] {:]}{:[}[{trace_id:32.32}-{span_id:16.16}] {:]}{logger:<S} : {message:|}",
    ),
    lines(
        "syslog",
        "syslog in the way of RFC 3164, with or without a priority",
        "{:[}<{priority:d}>{:]}{time:t} {host:S} {program}{:[}[{pid:d}]{:]}: {message:|}",
    ),
    lines(
        "syslog-5424",
        "syslog in the way of RFC 5424",
        "<{priority:d}>{version:d} {time:t|-} {host:S|-} {program:S|-} {pid:S|-} {message_id:S|-} {:[}-{:]}{:[}[{data}]{:]}{:[} {message:|}{:]}",
    ),
    records(
        "zookeeper",
        "logs of ZooKeeper",
        "{time:t} {:[}[myid:{myid:d|}] {:]}- {level:<w} [{thread}] - {message:|}",
    ),
];
