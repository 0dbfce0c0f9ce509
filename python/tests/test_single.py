"""Single calls: what is made late must not be seen to be late, and what is native not to be native."""

import copy
import functools
import gc
import itertools
import pickle
import random
import re
import signal
import sys
import threading
import time
import weakref

import oracle
import parse
import parsimd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plain import HAS_PLAIN_CLASSES
from references import references_left_by
from strategies import CONVERTERS, format_and_text
from test_oracle import CASES

PACKAGES = pytest.mark.parametrize("package", [parse, parsimd], ids=["parse", "parsimd"])
PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)


class OwnParser(parsimd.Parser):
    def __init__(self, name):
        super().__init__("{%s:d}" % name)
        self.own = name


class OwnResult(parsimd.Result):
    def __init__(self, only):
        super().__init__((only,), {"only": only}, {})
        self.extra = "kept"


class TestResult:
    @PACKAGES
    def test_its_attributes_are_plain_ones(self, package):
        result = package.parse("{} {a:d}", "x 5")
        assert vars(result) == {"fixed": ("x",), "named": {"a": 5}, "spans": {"a": (2, 3), 0: (0, 1)}}
        result.note = "n"
        result.fixed = ("y",)
        assert (result[0], result.note, vars(result)["fixed"]) == ("y", "n", ("y",))
        vars(result)["named"] = {"b": 1}
        assert "b" in result and result["b"] == 1
        del result.named, result.note
        for gone in ("named", "note", "never"):
            with pytest.raises(AttributeError):
                getattr(result, gone)
            with pytest.raises(AttributeError):
                delattr(result, gone)
        result.__dict__ = {"fixed": (7,)}
        assert result[0] == 7 and not hasattr(result, "spans")

    @PACKAGES
    def test_what_was_read_once_is_the_same_object_ever_after(self, package):
        result = package.parse("{} {a:f} {b:ti}", "xyz 5.5 2011-02-03")
        assert result.fixed is result.fixed and result.named is result.named and result.spans is result.spans
        assert result["a"] is result["a"] and result[0] is result[0] and result["b"] is result.named["b"]
        result.named["c"] = 1
        assert result["c"] == 1 and "c" in result

    @PACKAGES
    def test_a_value_that_was_read_alone_is_that_of_its_attribute(self, package):
        result = package.parse("{} {a:f} {b:d}", "xyz 5.5 123456789")
        number, text = result["b"], result[0]
        assert result["b"] is number and result.named["b"] is number and result.named == {"a": 5.5, "b": 123456789}
        assert result[0] is text and result.fixed[0] is text and result.fixed == ("xyz",)
        result.named["b"], result.fixed = 1, (2,)
        assert result["b"] == 1 and result[0] == 2

    @PACKAGES
    def test_it_is_made_of_three_things(self, package):
        result = package.Result((1, 2), {"a": 3}, {0: (0, 1)})
        assert (result[0], result[:], result["a"], list(result)) == (1, (1, 2), 3, [1, 2])
        assert repr(package.Result(fixed=(), named={}, spans=None)) == "<Result () {}>"
        for wrong in ((), ((),), ((), {}, {}, {})):
            with pytest.raises(TypeError):
                package.Result(*wrong)

    @PACKAGES
    def test_it_is_equal_to_itself_alone_and_always_true(self, package):
        one, other = (package.parse("x", "x") for _ in range(2))
        assert one and one == one and one != other and len({one, other}) == 2

    def test_a_subclass_may_answer_for_its_items(self):
        class Answering(OwnResult):
            def __getitem__(self, item):
                return item, super().__getitem__(item)

        assert (OwnResult(7)["only"], Answering(7)["only"], Answering(7)[0]) == (7, ("only", 7), (0, 7))

    @PACKAGES
    @pytest.mark.parametrize(("item", "error"), [("b", KeyError), (1, IndexError), (10**30, IndexError)])
    def test_items_that_are_not_there_raise_before_and_after_others_were_read(self, package, item, error):
        result = package.parse("{} {a:d}", "x 5")
        for _ in range(2):
            with pytest.raises(error):
                result[item]
            assert (result[0], result["a"]) == ("x", 5)

    def test_it_can_be_subclassed(self):
        result = OwnResult(4)
        assert (result[0], result["only"], result.extra, repr(result)) == (4, 4, "kept", "<OwnResult (4,) {'only': 4}>")
        for protocol in PROTOCOLS:
            again = pickle.loads(pickle.dumps(result, protocol))
            assert (type(again), again.fixed, again.named, again.extra) == (OwnResult, (4,), {"only": 4}, "kept")
        del result.extra
        assert not hasattr(result, "extra")

    @pytest.mark.parametrize("read", [False, True], ids=["unread", "read"])
    @pytest.mark.parametrize("protocol", PROTOCOLS)
    def test_it_pickles_and_copies_before_and_after_it_was_read(self, protocol, read):
        result = parsimd.parse("{} {a:d} {b:ti}", "x 5 2011-11-21")
        if read:
            result.note = repr(result), result.spans
        again = pickle.loads(pickle.dumps(result, protocol))
        assert vars(again) == vars(result)
        copied = copy.copy(result)
        assert vars(copied) == vars(result) and copied.named is result.named
        deep = copy.deepcopy(result)
        assert vars(deep) == vars(result) and deep.named is not result.named

    def test_it_can_be_referred_to_weakly_and_cycles_through_it_are_collected(self):
        def loop_by_named(result):
            result.named["me"] = result

        def loop_by_attribute(result):
            result.me = result

        def loop_by_spans(result):
            result.spans["me"] = result

        for make in (loop_by_named, loop_by_attribute, loop_by_spans):
            result = parsimd.parse("{a}", "x")
            make(result)
            dead = weakref.ref(result)
            del result
            gc.collect()
            assert dead() is None

    def test_one_that_was_not_read_is_no_work_for_the_collector(self):
        result = parsimd.parse("{a} {b:d}", "x 5")
        assert gc.is_tracked(result) == HAS_PLAIN_CLASSES
        result.named
        assert gc.is_tracked(result)

    @pytest.mark.parametrize("read", ["nothing", "one", "named", "all"])
    def test_it_leaves_no_references_behind(self, read):
        text = "some text 5"
        parser = parsimd.compile("{a} {} {b:d}")

        def work():
            results = [parser.parse(text), parser.search(text), *parser.findall(text)]
            for result in results:
                if read == "one":
                    assert result["a"] + result[0] == "sometext" and result["b"] == 5
                if read in ("named", "all"):
                    assert result.named["a"] == "some"
                if read == "all":
                    assert vars(result)["fixed"] == ("text",) and result.spans[0] == (5, 9)
            if read != "one":
                dead = [weakref.ref(result, ends.append) for result in results]
                del result, results
                assert len(ends) == len(dead) and not any(one() for one in dead)
                ends.clear()

        ends = []
        assert references_left_by(work, parser, text, parsimd.Result, None) == [0, 0, 0, 0]

    def test_objects_of_its_subclasses_leave_no_references_behind(self):
        class Watched(OwnResult):
            def __del__(self):
                ends.append(self.extra)

        def work():
            one, other = Watched(value), Watched(value)
            dead = weakref.ref(one)
            del one, other
            assert dead() is None and (ends.pop(), ends.pop()) == ("kept", "kept")

        value, ends = object(), []
        assert references_left_by(work, value, Watched, OwnResult, parsimd.Result) == [0, 0, 0, 0]

    def test_its_text_may_be_of_a_subclass(self):
        class Text(str):
            pass

        text = Text("x 5")
        text.loop = parsimd.parse("{a} {b:d}", text)
        assert text.loop.named == {"a": "x", "b": 5} and type(text.loop["a"]) is str
        dead = weakref.ref(text)
        del text
        gc.collect()
        assert dead() is None

    @PACKAGES
    def test_many_fields_are_no_other_matter(self, package):
        names = [f"n{i}" for i in range(20)]
        result = package.parse(" ".join("{%s:d}" % name for name in names), " ".join(map(str, range(20))))
        assert list(result.named.values()) == list(range(20)) and result.spans["n19"] == (47, 49)
        result = package.parse("{} " * 20, "a " * 20)
        assert result.fixed == ("a",) * 20 and result.spans[19] == (38, 39)


def test_the_order_in_which_attributes_are_read_changes_nothing():
    @CASES
    @given(format_and_text(), st.permutations(["fixed", "named", "spans"]), st.sampled_from(["parse", "search", "findall"]))
    def check(case, order, call):
        format, text = case
        try:
            native = parsimd.Parser(format, CONVERTERS)
            by_re = parsimd.Parser(format, CONVERTERS)
            by_re._expression = by_re._expression
            wanted = getattr(by_re, call)(text * 2)
            wanted = list(wanted) if call == "findall" else [wanted]
        except Exception:
            return
        found = getattr(native, call)(text * 2)
        found = list(found) if call == "findall" else [found]
        for result in filter(None, found):
            for name in order:
                getattr(result, name)
        assert oracle.shown(found) == oracle.shown(wanted)

    check()


class TestDatetimes:
    """Whatever can be seen happens at the match, not when its result is read."""

    @PACKAGES
    def test_values_that_do_not_exist_raise_at_the_match(self, package):
        for format, text in (("{:ti}", "2011-02-30"), ("{:%d.%m.%Y}", "31.02.2011"), ("{:tt}", "25:00")):
            with pytest.raises(ValueError):
                package.parse(format, text)
            with pytest.raises(ValueError):
                package.search(format, text)
            with pytest.raises(ValueError):
                next(package.findall(format, text))

    @PACKAGES
    def test_names_that_contradict_each_other_raise_at_the_match(self, package):
        with pytest.raises(TypeError):
            package.parse("{a} {a[b]}", "x y")

    @PACKAGES
    def test_converters_are_called_at_the_match_positional_ones_first(self, package):
        seen = []

        def note(text):
            seen.append(text)
            return text

        result = package.parse("{a:N} {:N} {b:N} {:N}", "1 2 3 4", {"N": note})
        assert seen == ["2", "4", "1", "3"]
        assert (result.fixed, result.named) == (("2", "4"), {"a": "1", "b": "3"}) and len(seen) == 4

    @PACKAGES
    def test_findall_converts_a_match_when_it_is_asked_for(self, package):
        seen = []

        def note(text):
            seen.append(text)
            if text == "3":
                raise KeyError(text)
            return int(text)

        note.pattern = r"\d"
        results = package.compile("{:N}", {"N": note}).findall("1 2 3 4")
        assert next(results)[0] == 1 and seen == ["1"] and results.pos == 1
        assert next(results)[0] == 2 and seen == ["1", "2"] and results.pos == 3
        with pytest.raises(KeyError):
            next(results)
        # The match that failed is behind it.
        assert results.pos == 5 and next(results)[0] == 4
        assert list(results) == []

    @PACKAGES
    def test_findall_goes_on_behind_a_value_that_does_not_exist(self, package):
        results = package.findall("{:ti}", "2011-01-01 2011-02-30 2011-03-01")
        assert next(results)[0].month == 1
        with pytest.raises(ValueError):
            next(results)
        assert [r[0].month for r in results] == [3]

    def test_findall_gives_integers_of_any_size_in_their_turn(self):
        numbers = [5, 10**30, -7, 2**63, 8]
        assert [r[0] for r in parsimd.findall("{:d}", " ".join(map(str, numbers)))] == numbers


class TestFindall:
    def test_many_matches_are_found_as_one_by_one(self):
        text = "".join(f"k{i}={i};" for i in range(20_000))
        parser = parsimd.compile("{key:w}={value:d};")
        found = [(r["key"], r["value"], r.spans["value"]) for r in parser.findall(text)]
        assert len(found) == 20_000 and found[12_345][:2] == ("k12345", 12345)
        at, results = 0, []
        for _ in range(3000):
            result = parser.search(text, at)
            at = result.spans["value"][1] + 1
            results.append((result["key"], result["value"], result.spans["value"]))
        assert found[:3000] == results
        assert all(text[start:end] == str(value) for _, value, (start, end) in found)

    def test_what_is_done_to_the_parser_holds_for_the_next_match(self):
        parser = parsimd.compile("{a:d};")
        results = parser.findall("1;2;x;3;")
        assert next(results)["a"] == 1
        parser._expression = "(?P<a>x);"
        parser._type_conversions = {}
        assert [r["a"] for r in results] == ["x"]

    def test_what_is_done_to_the_iterator_holds_for_the_next_match(self):
        results = parsimd.findall("{:d};", "1;2;3;4;5;")
        assert next(results)[0] == 1
        results.endpos = 8
        assert next(results)[0] == 2
        results.evaluate_result = False
        assert next(results).match.group(1) == "3"
        results.evaluate_result = True
        assert [r[0] for r in results] == [4]
        results.parser = parsimd.compile("{:d}{:d}")
        results.pos, results.endpos = -5, 10**6
        results.string = "67"
        assert [r.fixed for r in results] == [(6, 7)]

    @pytest.mark.parametrize("taken", [0, 1, 15, 16, 17, 40, 79, 80, 81, 100])
    def test_it_stands_behind_the_last_match_however_many_were_found_ahead(self, taken):
        text = "".join(f"{n};" for n in range(100))
        ends = [m.end() for m in re.finditer(r"\d+;", text)]
        places = [0, *ends]

        def after():
            results = parsimd.findall("{:d};", text)
            assert [next(results)[0] for _ in range(taken)] == list(range(taken)) and results.pos == places[taken]
            return results

        assert [r[0] for r in after()] == list(range(taken, 100))
        assert [r[0] for r in pickle.loads(pickle.dumps(after()))] == list(range(taken, 100))
        results = after()
        results.endpos = places[min(taken + 20, 100)]
        assert [r[0] for r in results] == list(range(taken, min(taken + 20, 100))) and results.pos == results.endpos
        results.pos, results.endpos = places[50], len(text)
        assert [(r[0], results.pos) for r in results] == [(n, places[n + 1]) for n in range(50, 100)]
        results = after()
        results.parser._expression += ""
        assert [r[0] for r in results] == list(range(taken, 100))
        results = after()
        results.string = text.replace("9;", "x;")
        assert [r[0] for r in results] == [n for n in range(taken, 100) if n % 10 != 9]

    @PACKAGES
    def test_it_ends_again_and_again_and_has_a_method_next(self, package):
        results = package.findall("{:d}", "1")
        assert results.next()[0] == 1
        for _ in range(2):
            with pytest.raises(StopIteration):
                results.next()
        assert iter(results) is results and list(results) == []

    def test_it_can_be_set_back_from_its_end(self):
        results = parsimd.findall("{a:d};", "1;2;")
        for _ in range(2):
            assert [result["a"] for result in results] == [1, 2]
            assert (list(results), results.pos) == ([], 4)
            results.pos = 0

    def test_a_subclass_may_say_what_is_next(self):
        class Numbers(parsimd.ResultIterator):
            def __next__(self):
                return super().__next__()["a"]

        assert list(Numbers(parsimd.compile("{a:d};"), "1;2;", 0, 4)) == [1, 2]

    @PACKAGES
    def test_places_that_are_none_are_told_when_a_match_is_asked_for(self, package):
        for pos, error in ((None, TypeError), ("1", TypeError), (10**30, OverflowError)):
            results = package.findall("{:d}", "1", pos)
            with pytest.raises(error):
                next(results)
            with pytest.raises(error):
                package.search("{:d}", "1", pos)

    @pytest.mark.parametrize("protocol", PROTOCOLS)
    def test_it_pickles_where_it_stands(self, protocol):
        results = parsimd.findall("{:d};", "1;2;3;")
        next(results)
        assert [r[0] for r in pickle.loads(pickle.dumps(results, protocol))] == [2, 3]
        empty = parsimd.findall("{:tt}", "ab")
        next(empty)
        again = pickle.loads(pickle.dumps(empty, protocol))
        assert [r.spans[0] for r in again] == [r.spans[0] for r in empty] == [(1, 1), (2, 2)]

    def test_a_cycle_through_it_is_collected(self):
        def converter(text):
            return text

        converter.results = parsimd.compile("{:C};", {"C": converter}).findall("1;2;")
        next(converter.results)
        dead = weakref.ref(converter)
        del converter
        gc.collect()
        assert dead() is None


class TestParser:
    @pytest.mark.parametrize("protocol", PROTOCOLS)
    def test_a_subclass_with_arguments_of_its_own_pickles(self, protocol):
        parser = OwnParser("x")
        for again in (pickle.loads(pickle.dumps(parser, protocol)), copy.deepcopy(parser), copy.copy(parser)):
            assert (type(again), again.own, again.parse("5").named) == (OwnParser, "x", {"x": 5})

    def test_methods_that_a_subclass_overrides_are_used_at_the_top_of_their_own(self):
        class Loud(parsimd.Parser):
            def parse(self, string, evaluate_result=True):
                return "loud", super().parse(string.lower(), evaluate_result)

        said, result = Loud("{:d}").parse("7")
        assert (said, result[0]) == ("loud", 7)

    def test_what_is_patched_into_the_class_is_used_by_the_module(self, monkeypatch):
        parsimd.parse("{:d}", "5")
        monkeypatch.setattr(parsimd.Parser, "parse", lambda self, string: ("patched", string))
        assert parsimd.parse("{:d}", "5") == ("patched", "5")
        monkeypatch.undo()
        assert parsimd.parse("{:d}", "5")[0] == 5

    def test_changes_after_the_first_match_hold(self):
        parser = parsimd.compile("{a:d}")
        assert parser.parse("5")["a"] == 5 and parser.engine.name == "native"
        parser._expression = "(?P<a>x)"
        assert parser.parse("5") is None and parser.engine.name == "re"
        # Made again, it is as new.
        parser.__init__("{b:d}")
        assert parser.parse("5").named == {"b": 5} and parser.engine.name == "native"

    def test_a_parser_that_nobody_has_is_collected_with_its_converters(self):
        def converter(text):
            return text

        converter.parser = parsimd.compile("{:C}", {"C": converter})
        converter.parser.parse("x")
        dead = weakref.ref(converter.parser)
        del converter
        gc.collect()
        assert dead() is None

    @PACKAGES
    def test_whether_to_evaluate_is_a_matter_of_truth(self, package):
        for false in (None, 0, "", False):
            assert type(package.parse("{:d}", "1", None, false)) is package.Match
            assert type(next(package.findall("{:d}", "1", evaluate_result=false))) is package.Match
        assert type(package.compile("{:d}").search("1", evaluate_result="yes")) is package.Result


class TestModuleCalls:
    def test_they_pickle_by_name(self):
        for call in (parsimd.parse, parsimd.search, parsimd.findall):
            again = pickle.loads(pickle.dumps(functools.partial(call, "{:d}")))
            assert again("5") is not None and again.func == call

    def test_the_cache_is_bounded_and_forgets_the_oldest(self):
        def parser_of(format):
            return parsimd.findall(format, "").parser

        first, formats = parser_of("first {}"), [f"{{}} {i}" for i in range(300)]
        parsers = [weakref.ref(parser_of(format)) for format in formats]
        gc.collect()
        assert 200 < sum(parser() is not None for parser in parsers) <= 256
        assert parser_of(formats[-1]) is parsers[-1]()
        assert parser_of("first {}") is not first

    def test_the_cache_tells_types_apart(self):
        def number(text):
            return int(text)

        def parser_of(types, case_sensitive=False):
            return parsimd.findall("{:N}", "", extra_types=types, case_sensitive=case_sensitive).parser

        types = {"N": number}
        first = parser_of(types)
        assert parser_of(types) is first and parser_of(dict(types)) is first
        assert parser_of(types, True) is not first and parser_of({"N": int}) is not first
        types["other"] = str
        assert parser_of(types) is not first
        number.regex_group_count = 0
        assert parser_of({"N": number}) is not first
        # What was compiled has the converters of then.
        types["N"] = str
        assert parsimd.parse("{:N}", "5", {"N": number})[0] == 5

    def test_formats_of_odd_classes_are_formats(self):
        class Format(str):
            def __hash__(self):
                raise ZeroDivisionError

        assert parsimd.parse(Format("{:d}"), "5")[0] == 5
        for wrong in (None, 7, b"{}"):
            with pytest.raises(TypeError):
                parsimd.parse(wrong, "5")


class Interrupt(Exception):
    pass


@pytest.fixture
def interrupt():
    """Raises Interrupt out of a signal handler, so many seconds from now; gives when that was."""
    when = []

    def handler(number, frame):
        when.append(time.monotonic())
        raise Interrupt

    def start(seconds):
        signal.setitimer(signal.ITIMER_REAL, seconds)
        return when

    before = signal.signal(signal.SIGALRM, handler)
    yield start
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def hard(text):
    return text


# As an automaton it has a million states, so that no engine that is linear in the text is quick at it.
hard.pattern = "[ab]*a[ab]{20}c"


@pytest.fixture(scope="module")
def hard_case():
    parser = parsimd.compile("{:Hard}", {"Hard": hard}, case_sensitive=True)
    assert parser.engine.name == "native"
    letters = random.Random(1).randbytes(8 << 20).translate(bytes(b"ab"[i % 2] for i in range(256)))
    # It has all that a match needs, but not in the right place.
    return parser, letters.decode() + "b" * 21 + "c"


class TestLongCalls:
    @pytest.mark.parametrize("call", ["search", "findall", "parse"])
    def test_a_signal_ends_one_soon(self, interrupt, hard_case, call):
        parser, text = hard_case
        when = interrupt(0.05)
        with pytest.raises(Interrupt):
            found = getattr(parser, call)(text)
            list(found or ())
            interrupt(0)
        # A tenth of a second is what is promised; a busy machine gets some more.
        assert time.monotonic() - when[0] < 0.5

    def test_other_threads_run_in_the_meantime(self, hard_case):
        parser, text = hard_case
        ticks, done = [], threading.Event()

        def tick():
            while not done.is_set():
                ticks.append(time.monotonic())
                time.sleep(0.001)

        thread = threading.Thread(target=tick)
        thread.start()
        try:
            for size in (100_000, 2_000_000):
                start = time.monotonic()
                assert parser.search(text[-size:]) is None
                end = time.monotonic()
                # Fewer than one in ten would be none at all.
                assert sum(start <= tick <= end for tick in ticks) >= (end - start) / 0.001 / 10 - 1
        finally:
            done.set()
            thread.join()

    def test_long_texts_are_matched_as_short_ones(self):
        noise = "no number in this line\n" * 40_000
        parser = parsimd.compile("took {ms:d} ms, {rest}\n")
        text = noise + "took 12 ms, ok\n" + noise + "Took 7 MS, fine\n" + noise
        assert parser.search(text).named == {"ms": 12, "rest": "ok"}
        assert [(r["ms"], r["rest"]) for r in parser.findall(text)] == [(12, "ok"), (7, "fine")]
        start, end = parser.search(text, len(noise) + 5).spans["ms"]
        assert text[start:end] == "7"
        assert parser.search(text, 0, len(noise)) is None
        result = parsimd.parse("{head}took {ms:d} ms{tail}", text)
        assert result["head"] == noise and len(result["tail"]) == len(text) - len(noise) - len("took 12 ms")

    def test_threads_share_parsers_results_and_iterators(self):
        text = "".join(f"k{i}={i};" for i in range(5000))
        parser, result = parsimd.compile("{k:w}={v:d};"), parsimd.parse("{a:d}{rest}", "5 x")
        shared, wrong = parser.findall(text), []

        def work(seed):
            for i in range(200):
                if parsimd.parse("{:d} {}", f"{i} x").fixed != (i, "x") or result["a"] != 5:
                    wrong.append(i)
                found = next(shared, None)
                if found is not None and found["k"] != f"k{found['v']}":
                    wrong.append(found)

        threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
        interval = sys.getswitchinterval()
        sys.setswitchinterval(1e-6)
        try:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        finally:
            sys.setswitchinterval(interval)
        assert wrong == [] and len(list(itertools.islice(shared, 1))) == 1


def test_a_state_may_grow_while_it_is_taken():
    class Growing:
        def __del__(self):
            state.update((f"more{n}", n) for n in range(100))

    result, state = parsimd.parse("{a}", "x"), {"first": 1, "second": 2}
    result.first = Growing()
    result.__setstate__(state)
    assert (result.first, result.second, len(state)) == (1, 2, 102)
