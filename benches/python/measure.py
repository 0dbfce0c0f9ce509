"""Timing and tables, for every program of this folder."""

from __future__ import annotations

import gc
import statistics
import struct
import sys
import time
from dataclasses import dataclass, field
from typing import Any, Callable, List, Optional, Sequence, Tuple

#: How many bytes are tried before it is known how many fit in a round.
TRIAL = 1 << 20

Answer = Tuple[int, Optional[int]]


def cpu_time(work: Callable[[], Any]) -> Tuple[float, Any]:
    """How many seconds of CPU time all threads of this process take for `work`, and its result.

    The garbage collector does not run meanwhile: it would cost those most who make many objects.
    """
    gc.collect()
    gc.disable()
    try:
        start = time.process_time()
        result = work()
        return time.process_time() - start, result
    finally:
        gc.enable()


def whole_lines(data: bytes, most: int) -> bytes:
    """As many of the first `most` bytes as are whole lines."""
    return data[: data.rfind(b"\n", 0, most) + 1]


def answer(columns: Sequence[Sequence[Any]], types: str) -> Answer:
    """Rows, and the sum modulo 2**64 of all integers, of the bits of all floats, and of the lengths of all texts in bytes."""
    total = 0
    for values, kind in zip(columns, types):
        if kind == "d":
            total += sum(values)
        elif kind == "f":
            total += sum(struct.unpack(f"<{len(values)}Q", struct.pack(f"<{len(values)}d", *values)))
        else:
            total += sum(len(value.encode()) for value in values)
    return len(columns[0]), total % 2**64


@dataclass
class Contestant:
    """Someone in a race."""

    name: str
    side: str  #: own, peer or limit
    prepare: Callable[[int], Callable[[], Tuple[float, Optional[Answer]]]]
    """For so many bytes, what to run in each round: it says how many seconds it took, and its answer, whose sum may be None."""
    clock: str = "CPU"
    form: str = ""
    most: int = sys.maxsize  #: how many bytes it takes at most
    bytes: int = 0  #: of a piece of work
    times: int = 1  #: how often it does that in a round
    speeds: List[float] = field(default_factory=list)
    run: Any = None

    @property
    def speed(self) -> float:
        """The median, in megabytes (10**6) per second."""
        return statistics.median(self.speeds)

    @property
    def spread(self) -> float:
        """Half the distance between the quartiles, as a share of the median."""
        if len(self.speeds) < 2:
            return 0.0
        low, _, high = statistics.quantiles(self.speeds, n=4, method="inclusive")
        return (high - low) / 2 / self.speed


class WrongAnswer(Exception):
    """A contestant came to another answer than parsimd."""


def race(contestants: Sequence[Contestant], total: int, expected: Callable[[int], Answer], rounds: int, budget: float) -> None:
    """Runs interleaved rounds: in each, every contestant works for about `budget` seconds, on as many bytes as take it so long, or on all of
    them several times: who is quick must not pay more than others for coming after somebody else.

    Before the first round and in each one, rows and sum must be those that `expected` gives for as many bytes.
    """
    for contestant in contestants:
        least = min(total, TRIAL)
        seconds = contestant.prepare(least)()[0]
        contestant.bytes = min(total, contestant.most, max(TRIAL // 4, int(least * budget / max(seconds, 1e-6))))
        contestant.run = contestant.prepare(contestant.bytes)
        seconds, result = contestant.run()
        check(contestant, expected(contestant.bytes), result)
        contestant.times = max(1, min(8, int(budget / max(seconds, 1e-6))))
    for number in range(rounds):
        # Nobody always comes after the same one.
        turn = number % len(contestants)
        for contestant in [*contestants[turn:], *contestants[:turn]]:
            seconds = 0.0
            for _ in range(contestant.times):
                taken, result = contestant.run()
                check(contestant, expected(contestant.bytes), result)
                seconds += taken
            contestant.speeds.append(contestant.bytes * contestant.times / seconds / 1e6)
    for contestant in contestants:
        contestant.run = None


def check(contestant: Contestant, expected: Answer, got: Optional[Answer]) -> None:
    if got is not None and (got[0] != expected[0] or got[1] not in (None, expected[1])):
        raise WrongAnswer(f"{contestant.name} {contestant.form}: {got} where parsimd has {expected}, on {contestant.bytes} bytes")


def show(speed: float) -> str:
    """A speed with three figures."""
    return f"{speed:.0f}" if speed >= 100 else f"{speed:.3g}"


def ratio(of: Contestant, to: Optional[Contestant]) -> str:
    return "" if to is None or not to.speeds else f"{of.speed / to.speed:.2f}" if of.speed < 10 * to.speed else f"{of.speed / to.speed:.0f}"


def table(contestants: Sequence[Contestant], against: Sequence[Tuple[str, Optional[Contestant]]]) -> str:
    """A table in Markdown, with a column of ratios for each of `against`."""
    heads = ["", "MB/s", "spread", "MB a round", *(f"× {name}" for name, _ in against)]
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)]]
    for one in contestants:
        name = f"{one.name} ({one.form})" if one.form else one.name
        name = name if one.clock == "CPU" else f"{name}, {one.clock} time"
        ratios = [ratio(one, other) for _, other in against]
        lines.append([name, show(one.speed), f"±{one.spread * 100:.1f} %", f"{one.bytes * one.times / 1e6:.1f}", *ratios])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
