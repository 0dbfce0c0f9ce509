"""parse_type on parsimd: it subclasses the parser, and builds types out of types."""

from enum import Enum

import parse
import parsimd
from parse_type import TypeBuilder
from parse_type.cfparse import Parser
from parse_type.parse_util import FieldParser


def test_parse_is_parsimd():
    assert parse is parsimd and issubclass(Parser, parsimd.Parser)


@parse.with_pattern(r"\d+")
def number(text):
    return int(text)


class Color(Enum):
    red = 1
    green = 2


def test_cardinality_fields():
    parser = Parser("list: {numbers:Number+}; maybe: {one:Number?}", {"Number": number})
    assert parser.parse("list: 1, 2, 3; maybe: ").named == {"numbers": [1, 2, 3], "one": None}
    assert parser.parse("list: ; maybe: 1") is None


def test_enums_choices_and_variants():
    types = {
        "Color": TypeBuilder.make_enum(Color),
        "Choice": TypeBuilder.make_choice(["apple", "pear"]),
        "Either": TypeBuilder.make_variant([number, TypeBuilder.make_enum(Color)]),
    }
    found = parse.parse("{c:Color} {d:Choice} {e:Either} {f:Either}", "green pear 7 red", types)
    assert found.named == {"c": Color.green, "d": "pear", "e": 7, "f": Color.red}


def test_fields_are_found_in_a_format():
    assert [str(field.name) for field in FieldParser.extract_fields("{a:d} x {b}")] == ["a", "b"]
