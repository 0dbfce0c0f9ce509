"""Objects that threads share: each match is given once, and none is missed."""

import threading
from collections import Counter

import parsimd
import pytest

THREADS = 16
NUMBERS = 5000
TEXT = " ".join(f"<{n}>" for n in range(NUMBERS))


def together(work):
    """What each of the threads gives that begin at the same moment."""
    barrier, answers, errors = threading.Barrier(THREADS), [], []

    def run():
        try:
            barrier.wait()
            answers.append(work())
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors, errors[:3]
    return answers


def own(text):
    return int(text)


ITERATORS = {
    "native": lambda: parsimd.compile("<{n:d}>").findall(TEXT),
    "converters": lambda: parsimd.compile("<{n:N}>", {"N": own}).findall(TEXT),
    "dates": lambda: parsimd.compile("<{n:d}>{:tt}").findall(TEXT.replace(">", ">10:11")),
    "re": lambda: parsimd.compile("<{n:d}>").findall("é" + TEXT[: len(TEXT) // 4]),
    "unevaluated": lambda: parsimd.compile("<{n:d}>").findall(TEXT[: len(TEXT) // 4], evaluate_result=False),
}


@pytest.mark.parametrize("iterator", ITERATORS)
def test_a_match_that_many_threads_ask_for_is_given_to_one(iterator):
    def number(found):
        return (found if isinstance(found, parsimd.Result) else found.evaluate_result())["n"]

    wanted = Counter(number(found) for found in ITERATORS[iterator]())
    assert len(wanted) > 1000 and set(wanted.values()) == {1}
    for _ in range(5):
        shared = ITERATORS[iterator]()
        given = together(lambda: [number(found) for found in shared])
        assert Counter(number for numbers in given for number in numbers) == wanted


def test_threads_that_change_a_parser_lose_no_match():
    shared = parsimd.compile("<{n:d}>")
    iterator = shared.findall(TEXT)

    def work():
        numbers = []
        for result in iterator:
            numbers.append(result["n"])
            if result["n"] % 100 == 0:
                # The same expression: all that was found ahead is dropped.
                shared._expression = shared._expression
        return numbers

    given = together(work)
    assert sorted(number for numbers in given for number in numbers) == list(range(NUMBERS))


def test_the_batches_of_a_scan_are_given_to_one_thread_each():
    scan = parsimd.compile("<{n:d}>").scan(TEXT.replace(" ", "\n") * 40)
    given = together(lambda: sum(len(batch) for batch in iter(lambda: next(scan, None), None)))
    assert sum(given) == scan.stats.matched


def test_threads_share_a_parser_and_a_result():
    shared = parsimd.compile("{a} {n:d}")
    result = shared.parse("abc 500000")

    def work():
        assert all(shared.parse(f"x {n}").named == {"a": "x", "n": n} for n in range(300))
        return id(result.named), id(result.spans), result["n"]

    assert len(set(together(work))) == 1
