"""Formats and texts that belong together: a text is written for the format, so that most of them match."""

from hypothesis import strategies as st

ASCII = "abcdexXoOnNaAfFgGkKsSiIzZ0123456789+-.,:;/ _%{}[]()*?^$|\\\"'=<>\t\n\x1c"
# Letters that fold in odd ways, digits and spaces of other scripts, marks, a lone surrogate.
ODD = "ıİſKßẞéÉσςΣµμǅÅ²½Ⅷ٣९𝟡\xa0\u2028\u3000中🎉नि‿Ⓐ\ud800"

ascii_text = st.text(ASCII, max_size=6)
odd_text = st.text(ASCII + ODD * 2, max_size=6)
digits = st.text("0123456789", min_size=1, max_size=6)
space = st.sampled_from([" ", "  ", "\t", "\x1c"])
sign = st.sampled_from(["", "", "", "-", "+", " ", " -"])
month = st.sampled_from("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split())
long_month = month | st.sampled_from("January February March April June October december NOV".split())
day_name = st.sampled_from("Mon Tue Wed Thu Fri Sat Sun sun".split())
clock = st.builds(
    lambda h, m, s: f"{h}:{m:02}" + s,
    st.integers(0, 23),
    st.integers(0, 59),
    st.sampled_from(["", ":07", ":59", ":07.5", ":07,5", ":07.123456789", ":07,"]),
)
zone = st.sampled_from([" +0000", " -0530", " +1:30", " -930", " +9959"])
half = st.sampled_from(["", "", " AM", " PM", " pm"])
year = st.sampled_from(["2011", "1972", "2024", "9999"])
day = st.integers(1, 28).map(str)
dash = st.sampled_from(["-", "/"])
join = "".join


def parts(*strategies):
    return st.tuples(*strategies).map(join)


def one_of(*texts):
    return st.sampled_from(texts)


# Type → texts that it matches, and texts that come close.
TYPES = {
    "": (st.text(ASCII, min_size=1, max_size=6), ascii_text),
    "d": (parts(sign, digits | one_of("0x1F", "0b101", "0o17", "00", "9" * 25)), one_of("0x", "1,234", "1_000", "--5", "0x_1f", "0B12")),
    "n": (parts(sign, one_of("1", "12", "1,234", "1.234.567")), one_of("1234", "999,99")),
    "b": (parts(sign, one_of("1", "0101", "0b11")), one_of("0B2", "0b")),
    "o": (parts(sign, one_of("17", "0o17")), one_of("0O8", "9")),
    "x": (parts(sign, one_of("1f", "0x1F", "0b1", "FF", "f" * 20)), one_of("0xG", "x")),
    "X": (one_of("1f", "0X1F"), one_of("0X")),
    "%": (parts(sign, one_of("50%", "12.5%", "1,250.5%", "1_000%")), one_of("%", "1.%", "1,5%")),
    "f": (parts(sign, one_of("1.5", ".25", "nan", "INF", "1.0000001", "123456789012345678.125", "1,234.5", "1_234_567.0")), one_of("12.", "3", "-nan", "1e5", "1,2.5")),
    "F": (parts(sign, one_of("1.50", ".25", "nan", "inf", "1,367.50")), one_of("1", "--1.0")),
    "e": (one_of("1.5e3", " 1.5e3", "-.5E-10", "1.0e+400", "nan", "-inf"), one_of("1e5", "-nan", " nan")),
    "E": (one_of("1.5e3", "NAN"), one_of("e")),
    "g": (one_of("1", "-1.5", "1e5", " 1.5E-7", "nan", "-INF", "1,234", "1_234.5e3"), one_of(".5", "-nan", "1.")),
    "G": (one_of("1.5", "inf"), one_of("G")),
    "l": (st.text("abcKSxyz", min_size=1, max_size=5), one_of("a1", "")),
    "w": (st.text("abc_019K", min_size=1, max_size=5), one_of("a-b", "é")),
    "W": (st.text(" .-+", min_size=1, max_size=3), one_of("_")),
    "s": (parts(space, one_of("", " ")), one_of("s")),
    "S": (st.text("abc.-!9", min_size=1, max_size=4), one_of("\x1c", " ")),
    "D": (st.text("abc .", min_size=1, max_size=4), one_of("9", "٣")),
    "ti": (
        parts(year, one_of("-01-02", "-12-30"), st.just("") | parts(one_of(" ", "T", "  "), clock), one_of("", "Z", "z", "+0100", " -05:30")),
        one_of("2011-13-01", "2011-02-30", "2011-2-3", "2011-01-01 24:00", "2011-01-01T1:2:3.5+0160"),
    ),
    "tg": (
        parts(day, dash, long_month | one_of("1", "12"), dash, year, one_of("") | parts(space, clock), half, one_of("") | zone),
        one_of("31/2/2011", "1/1/2011 13:00 PM", "1/13/2011", "1/1/11", "1/1/2011 1:2 +01:60"),
    ),
    "ta": (
        parts(long_month | one_of("1", "12"), dash, day, dash, year, one_of("") | parts(space, clock), half, one_of("") | zone),
        one_of("2/31/2011", "13/1/2011", "1/1/0000"),
    ),
    "te": (
        parts(one_of("") | parts(day_name, one_of(", ")), day, one_of(" ", "\x1c"), month, one_of(" "), year, space, clock, zone),
        one_of("1  Jan 2011 1:00 +0000", "1 Jan 2011 1:00", "Mon, 31 Feb 2011 1:00 +0000"),
    ),
    "th": (
        parts(day, dash, month, dash, year, st.just(":"), clock, zone),
        one_of("31/Feb/2011:00:00:00 +0000", "1/1/2011:00:00:00 +0000", "1/Jan/2011:25:00 +0000"),
    ),
    "tc": (parts(day_name, space, month, space, day, space, clock, space, year), one_of("Mon Feb 30 1:00:00 2011", "Mon Jan 1 2011")),
    "ts": (parts(month, space, day, space, one_of("", "1:02:03", "23:59:59", "23:59:59,5", "23:59:59.123456")), one_of("Feb 30 1:2:3", "Jan 99999999999999999999 ", "Jan 1 24:00:00")),
    "tt": (parts(clock, half, one_of("") | zone), one_of("", "25:00", " PM", "13:00 PM", "1:02:60")),
    "%Y-%m-%d": (parts(year, one_of("-1-", "-12-"), day), one_of("2011-13-01", "2011-02-30")),
    "%H:%M:%S.%f": (one_of("1:02:03.5", "23:59:59.123456", "7:9:3.123456789"), one_of("24:00:00.0", "1:2:3.1234567890", "1:00:60.0")),
    "%b %d %H:%M": (parts(month, one_of(" 2", "  2", " 12", "\t 2"), one_of(" 7:9", "  17:09")), one_of("Feb 30 7:9", "Feb  0 7:9")),
    "%S%f": (one_of("01123456", "12", "59123456789"), one_of("60123456", "1")),
    "%d %b %Y %I:%M %p": (parts(day, one_of(" "), month, one_of(" "), year, one_of(" 1:30 PM", " 12:59 am")), one_of("1 Jan 2011 13:00 AM")),
    "%j %z": (one_of("1 +0100", "365 -05:30", "42 +01:02:03", "42 Z"), one_of("0 +0000", "400 +0000", "1 |12")),
    "%y(%a)": (one_of("11Mon", "70Sun"), one_of("1Mon")),
    "%f": (digits, one_of("-1", "x")),
    "Letters": (st.text("ab", min_size=1, max_size=4), one_of("c")),
    "Pair": (one_of("ac", "b", "bc"), one_of("c")),
    "Undeclared": (one_of("a", "b"), one_of("c")),
    "Nullable": (st.text("12", max_size=3), one_of("x")),
    "Loop": (st.text("ab", max_size=3), one_of("c")),
    "Ahead": (one_of("ab"), one_of("a")),
    "Twice": (one_of("aa", "bb"), one_of("ab")),
    "Plain": (st.text("abc 1", min_size=1, max_size=6), one_of("")),
    "Fails": (one_of("7"), one_of("x")),
    "eg": (one_of("a", "-a"), one_of("-d")),
    "zz": (one_of("1"), one_of("2")),
}
# What makes the whole format an error, or leaves it to Python, comes now and then.
_USUAL = [kind for kind in TYPES if kind not in ("Undeclared", "Nullable", "Loop", "Ahead", "Twice", "Fails", "zz", "%y(%a)")]
_NAMES = ["a", "b", "c", "name", "a.b", "user-id", "a[b]", "_x", "1"]
_ODD_NAMES = ["a_b", "a-b", "a[c]", "a[b][c]", "ı", "a b", "²"]


def _converters():
    def make(pattern=None, count=None, convert=str.upper):
        def converter(text):
            return convert(text)

        if pattern is not None:
            converter.pattern = pattern
        if count is not None:
            converter.regex_group_count = count
        return converter

    return {
        "Letters": make("[ab]+"),
        "Pair": make("(a|b)c?", 1),
        "Undeclared": make("(a|b)"),
        "Nullable": make(r"\d*"),
        "Loop": make("(a|b*)*", 1),
        "Ahead": make("a(?=b)b"),
        "Twice": make(r"(?P<t>a|b)(?P=t)", 1),
        "Plain": make(),
        "Fails": make(r"\w", 0, int),
        "eg": make("[a-c]"),
    }


CONVERTERS = _converters()


def rarely(draw, chance=10):
    return draw(st.integers(1, chance)) == 1


def fill_and_align(draw, kind, text):
    """A fill, alignment, width and so on; and the text with padding that may go with them."""
    fill = draw(st.sampled_from(["", "", " ", "x", ".", "0", "-"])) if not rarely(draw) else draw(st.sampled_from("*|["))
    align = draw(st.sampled_from(["", "<", ">", "^", "="]))
    zero = draw(st.sampled_from(["", "", "0"]))
    width = draw(st.sampled_from(["", "", "1", "3", "5"]))
    grouping = draw(st.sampled_from(["", "", ",", "_"]))
    precision = draw(st.sampled_from(["", "", ".0", ".2", "."]) if kind else st.sampled_from(["", "", ".6", ".9"]))
    spec = (fill if align else "") + align + draw(st.sampled_from(["", "", "+"])) + zero + width + grouping + precision
    pad = (fill or " ") * draw(st.integers(0, 2))
    return spec, {"<": text + pad, ">": pad + text, "^": pad + text + pad}.get(align, text)


def doubled(text):
    return text.replace("{", "{{").replace("}", "}}")


@st.composite
def format_and_text(draw, odd=False):
    literal = odd_text if odd else ascii_text
    format, text, seen = [], [], {}
    for _ in range(draw(st.integers(1, 4))):
        if draw(st.integers(0, 2)):
            text.append(draw(literal))
            format.append(text[-1] if rarely(draw, 20) else doubled(text[-1]))
        name = draw(st.sampled_from(_ODD_NAMES)) if rarely(draw, 15) else draw(st.sampled_from(["", "", "", *_NAMES]))
        if name in seen and not rarely(draw):
            spec, value = seen[name]
        else:
            kind = draw(st.sampled_from(list(TYPES) if rarely(draw) else _USUAL))
            value = draw(TYPES[kind][rarely(draw, 15)])
            if odd and kind == "":
                value = draw(odd_text)
            spec = kind
            if draw(st.integers(0, 2)) == 0:
                extra, value = fill_and_align(draw, kind, value)
                spec = extra + kind
            if name[:1].isalpha():
                seen[name] = spec, value
        format.append("{" + name + (":" + spec if spec or rarely(draw) else "") + "}")
        text.append(value)
    if draw(st.booleans()):
        text.append(draw(literal))
        format.append(doubled(text[-1]))
    return "".join(format), spoil(draw, "".join(text), literal)


def spoil(draw, text, other):
    """Mostly the text itself; now and then a little wrong."""
    at = draw(st.integers(0, len(text)))
    how = draw(st.integers(0, 15))
    if how == 0:
        return text[:at] + text[at + 1 :]
    if how == 1:
        return text[:at] + draw(other) + text[at:]
    if how in (2, 3):
        return text.swapcase()
    if how in (4, 5):
        return draw(other) + text + draw(other)
    return text
