"""Single calls beside their peers: PyPI `parse`, `formatparse`, and the standard library's `re` with a conversion by hand.

    make bench-single

All contestants of a race run in turn within each round, so that what slows the machine down for a while slows all of them. What
is printed is the median CPU time of a call, half the distance between the quartiles as its spread, and how many times as long as
parsimd each takes. Before a race every contestant's answer is compared with that of `parse`. Read the ratios, and of
them only what is larger than the spread.
"""

import argparse
import platform
import re
import statistics
import sys
import time
from datetime import datetime

import formatparse
import parse
import parsimd


def plain(result):
    """What a result says, in a form that compares."""
    return None if result is None else (tuple(result.fixed), dict(result.named))


def read(result):
    return result.fixed, result.named


def integer(text):
    return int(text)


def number(text):
    return float(text)


def text(text):
    return text


def iso(text):
    return datetime.fromisoformat(text)


# Format, text, and what one would write by hand for `re`.
FORMATS = [
    (
        "{name} is {age:d} years",
        "Ada Lovelace is 36 years",
        r"(?P<name>.+?) is (?P<age>[-+]?\d+) years",
        {"name": text, "age": integer},
    ),
    (
        "{method:w} {path:S} took {ms:f} ms",
        "GET /index.html took 12.75 ms",
        r"(?P<method>\w+) (?P<path>\S+) took (?P<ms>[-+]?\d*\.\d+) ms",
        {"method": text, "path": text, "ms": number},
    ),
    (
        "{level:l} [{thread}] {module:S}: {message}",
        "WARN [main-7] app.db.pool: connection lost, trying again",
        r"(?P<level>[a-z]+) \[(?P<thread>.+?)\] (?P<module>\S+): (?P<message>.+)",
        {"level": text, "thread": text, "module": text, "message": text},
    ),
    (
        "{at:ti} {host:S} {count:d}",
        "2011-02-03T10:21:36 web-1 17",
        r"(?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d) (?P<host>\S+) (?P<count>[-+]?\d+)",
        {"at": iso, "host": text, "count": integer},
    ),
]


def by_hand(expression, converters):
    """A function of a text that gives the dict of its values, or None."""
    match = re.compile(expression, re.IGNORECASE | re.DOTALL).fullmatch
    converters = list(converters.items())

    def call(string):
        found = match(string)
        return None if found is None else {name: convert(found[name]) for name, convert in converters}

    return call


class Race:
    """Contestants that do the same work; the first one is the one that the others are compared with."""

    def __init__(self, name, targets):
        self.name = name
        self.targets = targets
        self.contestants = {}

    def add(self, name, call):
        self.contestants[name] = call

    def run(self, rounds, seconds):
        """The median time of a call and its spread, in nanoseconds, by contestant."""
        times = {name: [] for name in self.contestants}
        counts = {name: self.count(call, seconds) for name, call in self.contestants.items()}
        for _ in range(rounds):
            for name, call in self.contestants.items():
                count = counts[name]
                turns = [None] * count
                start = time.process_time_ns()
                for _ in turns:
                    call()
                times[name].append((time.process_time_ns() - start) / count)
        return {name: self.summary(times) for name, times in times.items()}

    @staticmethod
    def count(call, seconds):
        """How many calls take so long."""
        count = 1
        while True:
            start = time.process_time()
            for _ in range(count):
                call()
            took = time.process_time() - start
            if took >= seconds / 4:
                return max(1, round(count * seconds / took))
            count *= 4

    @staticmethod
    def summary(times):
        low, middle, high = statistics.quantiles(times, n=4)
        return middle, (high - low) / 2

    def show(self, results):
        best = results["parsimd"][0]
        print(f"### {self.name}\n")
        print("| | ns a call | spread | × parsimd | target |\n|---|---:|---:|---:|---:|")
        for name, (middle, spread) in results.items():
            target = self.targets.get(name)
            wanted = "" if target is None else f"{target} {'met' if middle / best >= target else 'missed'}"
            print(f"| {name} | {middle:.0f} | ±{spread / middle * 100:.0f} % | {middle / best:.1f} | {wanted} |")
        print(flush=True)


def equal(name, ours, theirs):
    if ours != theirs:
        sys.exit(f"{name}: {ours!r} is not {theirs!r}")


def compiled(format, string, expression, converters):
    by_re = by_hand(expression, converters)
    parsers = [package.compile(format) for package in (parsimd, parse, formatparse)]
    ours, theirs, other = parsers
    wanted = theirs.parse(string)
    equal(format, plain(ours.parse(string)), plain(wanted))
    equal(format, ours.parse(string).spans, wanted.spans)
    equal(f"{format} by formatparse", plain(other.parse(string)), plain(wanted))
    equal(f"{format} by re", by_re(string), wanted.named)

    race = Race(f"`compile({format!r}).parse`", {"parse": 15, "formatparse": 4, "re": 1})
    race.add("parsimd", lambda: ours.parse(string))
    race.add("parsimd, fields read", lambda: read(ours.parse(string)))
    race.add("parse", lambda: theirs.parse(string))
    race.add("formatparse", lambda: other.parse(string))
    race.add("re", lambda: by_re(string))
    return race


def module_level(format, string, *_):
    equal(format, plain(parsimd.parse(format, string)), plain(parse.parse(format, string)))
    race = Race(f"`parse({format!r}, …)`", {"parse": 40})
    race.add("parsimd", lambda: parsimd.parse(format, string))
    race.add("parse", lambda: parse.parse(format, string))
    race.add("formatparse", lambda: formatparse.parse(format, string))
    return race


def ten_matches(unread):
    format, string = "{name} is {age:d}; ", "".join(f"Name{i} is {i * 7}; " for i in range(10))
    packages = parsimd, parse, formatparse
    ours, theirs, other = [lambda package=package: list(package.findall(format, string)) for package in packages]
    equal("findall", [plain(r) for r in ours()], [plain(r) for r in theirs()])
    equal("findall by formatparse", [plain(r) for r in other()], [plain(r) for r in theirs()])
    parsers = [package.compile(format) for package in (parsimd, parse)]
    ours, theirs = [lambda parser=parser: list(parser.findall(string)) for parser in parsers]
    if unread:
        race = Race("`findall`, ten matches, none read", {"parse": 30, "formatparse": 6})
        race.add("parsimd", ours)
        race.add("parse", theirs)
        race.add("formatparse", other)
    else:
        race = Race("`findall`, ten matches, each field read", {"parse": 20, "formatparse": 6})
        for name, call in (("parsimd", ours), ("parse", theirs), ("formatparse", other)):
            race.add(name, lambda call=call: [(r["name"], r["age"]) for r in call()])
    return race


def no_match():
    format, string = "status={code:d};", "lorem ipsum dolor sit amet, " * 3700
    ours, theirs, other = [package.compile(format) for package in (parsimd, parse, formatparse)]
    for parser in (ours, theirs, other):
        equal("search", parser.search(string), None)
    race = Race(f"`search` in {len(string) // 1000} KB without a match, ignoring case", {"parse": 100, "formatparse": 2})
    race.add("parsimd", lambda: ours.search(string))
    race.add("parse", lambda: theirs.search(string))
    race.add("formatparse", lambda: other.search(string))
    return race


def a_million():
    format, string = "{name} is {age:d}; ", "".join(f"Name{i} is {i * 7}; " for i in range(100_000))
    ours, theirs = parsimd.compile(format), parse.compile(format)
    count = sum(1 for _ in theirs.findall(string))
    equal("findall", sum(1 for _ in ours.findall(string)), count)
    race = Race(f"`findall`, {count} matches, none read", {})
    race.add("parsimd", lambda: sum(1 for _ in ours.findall(string)))
    race.add("parse", lambda: sum(1 for _ in theirs.findall(string)))
    return race


def main():
    arguments = argparse.ArgumentParser(description="Single calls beside their peers.")
    arguments.add_argument("--rounds", type=int, default=11, help="how often each contestant runs")
    arguments.add_argument("--seconds", type=float, default=0.02, help="about how long it runs each time")
    options = arguments.parse_args()
    print(f"CPython {platform.python_version()}, {parsimd.isa()}; parse {parse.__version__}\n")
    races = [compiled(*one) for one in FORMATS]
    races += [module_level(*one) for one in FORMATS]
    races += [ten_matches(True), ten_matches(False), no_match(), a_million()]
    for race in races:
        race.show(race.run(options.rounds, options.seconds))


if __name__ == "__main__":
    main()
