"""`Parser.write` is the inverse of `Parser.parse`: what it writes is read back as the values, and what would not be is refused."""

import copy
import enum
import pickle
import zoneinfo
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from ipaddress import ip_address

import parsimd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

UTC = timezone.utc
MOMENT = datetime(2015, 5, 7, 10, 5, 3)

naive = st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 31))
offsets = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
aware = st.datetimes(datetime(1000, 1, 2), datetime(9999, 12, 30), timezones=offsets)
this_year = st.datetimes(datetime(datetime.today().year, 1, 1), datetime(datetime.today().year, 12, 31))
text = st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"]), min_size=1, max_size=12)
any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
word = st.text("abcXYZ_019", min_size=1, max_size=8)
floats = st.floats(allow_nan=False)

# The values of each type, all of which it can write.
TYPES = {
    "": text,
    "*": text,
    "d": st.integers(),
    "06d": st.integers(-99999, 999999),
    ">8d": st.integers(-9999999, 99999999),
    ",d": st.integers(),
    "n": st.integers(),
    "b": st.integers(),
    "o": st.integers(),
    "x": st.integers(),
    "X": st.integers(),
    "f": floats,
    ",f": floats,
    "F": st.decimals(allow_nan=False),
    "e": floats,
    "E": floats,
    "g": floats,
    "G": floats,
    ".2f": st.integers(-(10**6), 10**6).map(lambda n: n / 100),
    "%": st.integers(-1000, 1000).map(lambda n: n / 100),
    "l": st.text("abcXYZ", min_size=1),
    "w": word,
    "W": st.text(" .-+", min_size=1),
    "s": st.text(" \t", min_size=1),
    "S": st.text("abc.-!9", min_size=1),
    "D": st.text("abc .", min_size=1),
    "ti": naive | aware,
    "tg": naive | aware,
    "ta": naive | aware,
    "te": aware,
    "th": aware,
    "tc": naive,
    "ts": this_year,
    "tt": st.times() | st.times(timezones=offsets),
    "%Y-%m-%d": st.dates(),
    "%H:%M:%S.%f": st.times(),
    "%d %b %Y %H:%M:%S.%f %z": aware,
    "t": naive | aware,
    "tu": st.datetimes(datetime(1970, 1, 1), datetime(5000, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC)),
    "dur": st.timedeltas(timedelta(days=-100000), timedelta(days=100000)),
    "size": st.integers(0, 2**63 - 1),
    "ip": st.ip_addresses(),
    "bool": st.booleans(),
    "q": any_text,
    "kv": st.dictionaries(word, any_text, min_size=1, max_size=4),
}

# Some of many; a type's values are told from what follows it by the blank and the colon.
fields = st.sampled_from(sorted(TYPES)).flatmap(lambda kind: st.tuples(st.just(kind), TYPES[kind]))


def is_same(read, value):
    return read == value and (not isinstance(value, (datetime, time)) or read.utcoffset() == value.utcoffset())


class TestWhatIsWrittenIsReadBack:
    @pytest.mark.parametrize("kind", sorted(TYPES))
    def test_values_of_each_type(self, kind):
        parser = parsimd.compile(f"<{{x:{kind}}}>" if kind else "<{x}>")

        @given(TYPES[kind])
        def check(value):
            line = parser.write(x=value)
            assert is_same(parser.parse(line)["x"], value)
            assert parser.write(parser.parse(line)) == line

        check()

    @given(st.lists(fields, min_size=1, max_size=4))
    def test_several_fields_or_the_values_are_refused(self, fields):
        parser = parsimd.compile(" : ".join(f"{{:{kind}}}" if kind else "{}" for kind, _ in fields))
        values = [value for _, value in fields]
        try:
            line = parser.write(values)
        except ValueError as error:
            # Only a text can be told in two ways from what stands next to it.
            assert any(kind in ("", "*", "W", "s", "D", "S", "kv", "q") for kind, _ in fields), error
            return
        assert all(map(is_same, parser.parse(line), values))

    @given(st.none() | st.integers(0), st.none() | word, st.none() | naive)
    def test_null_texts_and_optional_parts(self, pid, user, at):
        parser = parsimd.compile("{user:|-|none}{:[}[{pid:d}{:[} {at:t}{:]}]{:]}: {size:d|}.")
        assume(user not in ("none", "-"))
        values = {"user": user, "pid": pid, "at": at, "size": pid}
        if pid is None and at is not None:
            with pytest.raises(ValueError, match="None cannot be written"):
                parser.write(values)
        else:
            assert parser.parse(parser.write(values)).named == values

    @given(st.none() | any_text, st.none() | st.integers(), st.none() | st.booleans(), st.none() | st.timedeltas(timedelta(0), timedelta(9)))
    def test_keys(self, name, n, on, took):
        parser = parsimd.compile("{:w} {:kv(name,n:d|-,on:bool,took:dur)}")
        values = {"name": name, "n": n, "on": on, "took": took}
        if all(value is None for value in values.values()):
            with pytest.raises(ValueError, match="None cannot be written"):
                parser.write(["x"], **values)
        else:
            assert parser.parse(parser.write(["x"], **values)).named == values

    def test_layouts(self):
        moment = MOMENT.replace(tzinfo=timezone(timedelta(hours=-5, minutes=-30)))
        assert [parsimd.compile(f"{{:{kind}}}").write([moment]) for kind in ("th", "te", "tg", "ta", "ti", "t")] == [
            "07/May/2015:10:05:03 -0530",
            "Thu, 07 May 2015 10:05:03 -0530",
            "07/05/2015 10:05:03 -0530",
            "05/07/2015 10:05:03 -0530",
            "2015-05-07T10:05:03-05:30",
            "2015-05-07T10:05:03-05:30",
        ]
        assert parsimd.compile("{:tc}").write([MOMENT]) == "Thu May  7 10:05:03 2015" == MOMENT.ctime()

    def test_an_hour_that_comes_twice(self):
        zone = zoneinfo.ZoneInfo("Europe/Berlin")
        lines = [parsimd.compile("{:th}").write([datetime(2024, 10, 27, 2, 30, fold=fold, tzinfo=zone)]) for fold in (0, 1)]
        assert lines == ["27/Oct/2024:02:30:00 +0200", "27/Oct/2024:02:30:00 +0100"]

    def test_texts_are_quoted_where_they_are_no_word(self):
        parser = parsimd.compile("{x:q}")
        assert [parser.write([], x=x) for x in ("off", "", "a b", 'say "hi"\n')] == ["off", '""', '"a b"', r'"say \"hi\"\n"']

    def test_braces_names_and_repeated_names(self):
        assert parsimd.compile("{{{a}}} {a} {b[c]} {d.e:d}").write({"a": "x", "b": {"c": "y"}, "d.e": 5}) == "{x} x y 5"

    def test_types_of_the_programs_own(self):
        class Level(str):
            pass

        @parsimd.with_pattern("[A-Z]+")
        def level(text):
            return Level(text)

        parser = parsimd.compile("{x:Level}!", {"Level": level})
        assert parser.write(x=Level("INFO")) == "INFO!"
        with pytest.raises(ValueError, match=r"^field \{x:Level\}: 'info 5' cannot be written: 'info 5' is not read"):
            parser.write(x="info 5")


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        "format, values, message",
        [
            ("{a} {b}", ["x y"], "1 values for 0 fields without a name"),
            ("{a} {b}", {"a": "x y", "b": "z"}, r"^field \{a\}: 'x y' would be read back as 'x' from the line 'x y z'"),
            ("{a}, {b}", {"a": "x", "b": "y\nz"}, r"^field \{b\}: 'y\\nz' has a newline"),
            ("{a}", {"a": "x\r"}, "carriage return"),
            ("{a}", {"a": "\0abc"}, r"begins with '\\x00', which a scan passes over"),
            ("{a}", {"a": "\ufeffabc"}, r"begins with '\\ufeff', which a scan passes over"),
            ("{a}", {"a": ""}, "'' is not read"),
            ("{a}", {"a": 5}, "'5' would be read back as '5'"),
            ("{a}", {}, r"^field \{a\}: None cannot be written"),
            ("{a}", {"a": "x", "b": 5}, "no field has the name 'b'; the names are a"),
            ("{a:|-}", {"a": "-"}, "would be read back as None"),
            ("{:th}", [MOMENT], "the time has no zone"),
            ("{:te}", [MOMENT], "the time has no zone"),
            ("{:tu}", [MOMENT], "the time has no zone"),
            ("{:tc}", [MOMENT.replace(tzinfo=UTC)], "would be read back as"),
            ("{:ts}", [MOMENT], "would be read back as"),
            ("{:t}", [MOMENT.date()], "t writes no date"),
            ("{:ti}", [MOMENT.replace(tzinfo=timezone(timedelta(seconds=3208)))], "is not read"),
            ("{:f}", [float("nan")], "nan is not equal to itself"),
            ("{:.2f}", [3.14159], "'3.14' would be read back as 3.14"),
            ("{:2d}", [440], "'440' is not read"),
            ("{:d}", [1.5], "d writes no float"),
            ("{:d}", ["5"], "d writes no str: give 5"),
            ("{:5}", ["abc"], "'  abc' would be read back as '  abc'"),
            ("{:w}", ["a b"], "'a b' is not read"),
            ("{:size}", [-1], "is not read"),
            ("{:size}", [2**63], "64 bits"),
            ("{:dur}", [timedelta.max], "292 years"),
            ("{:ip}", ["999.1.1.1"], "is not read"),
            ("{:kv}", [{}], "is not read"),
            ("{:kv}", [{"a b": "c"}], "would be read back as"),
            ("{:%d %b %Y}", [MOMENT], "would be read back as"),
            ("{:d}", [1, 2], "2 values for 1 fields"),
            ("a{1,2} {}", ["x"], r"the line 'a\{1,2\} x' would not be read back"),
        ],
    )
    def test_it_is_an_error_that_says_why(self, format, values, message):
        with pytest.raises(ValueError, match=message):
            parsimd.compile(format).write(values)

    @pytest.mark.parametrize("values", ["text", b"bytes", 5, None, {1, 2}])
    def test_values_that_have_no_order_and_no_names(self, values):
        with pytest.raises(TypeError, match="^values must be a mapping, a sequence, a Result or a Row, not"):
            parsimd.compile("{}").write(values)

    def test_an_unknown_name_as_a_keyword(self):
        with pytest.raises(ValueError, match="no field has the name 'c'"):
            parsimd.compile("{a} {b}").write(a="x", b="y", c="z")


class TestWhereValuesComeFrom:
    LINE = '8.8.8.8 [17/May/2015:10:05:03 +0000] "GET /" 5.20 0x1'

    def test_rows_of_a_batch(self):
        parser = parsimd.compile("{ip:ip} [{at:th}] {request:q} {price:F} 0x{n:d}")
        for row in parser.scan(self.LINE + "\n").read_all():
            assert parser.write(row) == self.LINE
        parser = parsimd.compile("{:d} {}")
        assert [parser.write(row) for row in parser.scan("1 a\n2 b\n").read_all()] == ["1 a", "2 b"]

    def test_results(self):
        parser = parsimd.compile("{:ip} [{at:th}] {:q} {:F} 0x{n:d}")
        assert parser.write(parser.parse(self.LINE)) == self.LINE
        assert parser.write(parser.parse(self.LINE), n=7)[-1] == "7"

    def test_a_sequence_and_keywords(self):
        assert parsimd.compile("{} {a} {:d}").write(("x", 5), a="y") == "x y 5"

    def test_copies_and_pickles_of_a_parser_that_has_written(self):
        parser = parsimd.compile("{a:d}")
        parser.write(a=5)
        for other in (copy.deepcopy(parser), pickle.loads(pickle.dumps(parser))):
            assert other.write(a=6) == "6"

    def test_a_parser_that_reads_in_its_own_way_decides(self):
        class Loud(parsimd.Parser):
            def evaluate_result(self, m):
                r = super().evaluate_result(m)
                return parsimd.Result(r.fixed, {name: value.upper() for name, value in r.named.items()}, r.spans)

        parser = Loud("{a}")
        assert parser.write(a="X") == "X"
        with pytest.raises(ValueError, match="would be read back as 'X'"):
            parser.write(a="x")

    def test_addresses_are_objects_or_texts(self):
        parser = parsimd.compile("{x:ip}")
        assert parser.write(x=ip_address("::1")) == parser.write(x="::1") == "::1"

    def test_decimals_keep_their_digits(self):
        assert parsimd.compile("{x:F}").write(x=Decimal("0.10")) == "0.10"


def test_numbers_of_other_classes_are_written_as_the_numbers_that_they_are():
    numpy = pytest.importorskip("numpy")

    class Level(enum.IntEnum):
        HIGH = 3

    for spec in ("", "d", "g", "f", "F", "e", "%", ".2f", "size", "n"):
        parser = parsimd.compile(f"{{x:{spec}}}" if spec else "{x:g}")
        for value in (numpy.float64(1.5), numpy.float64(0.1), numpy.int64(3), numpy.int64(123456789), True, Level.HIGH, numpy.float64("inf")):
            plain = float(value) if isinstance(value, float) else int(value)
            try:
                expected = parser.write(x=plain)
            except (ValueError, TypeError) as error:
                with pytest.raises(type(error)):
                    parser.write(x=value)
            else:
                assert parser.write(x=value) == expected, (spec, value)


def test_a_text_that_cannot_be_encoded_is_refused():
    for text in ("\ud800", "a\udfffb", "\ud83d\ude00"):
        with pytest.raises(ValueError, match="surrogate"):
            parsimd.compile("{u}").write(u=text)
    assert parsimd.compile("{u}").write(u="\U0001f600\ue000") == "\U0001f600\ue000"
