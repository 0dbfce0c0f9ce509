"""Whether objects give back the references that they held."""

import contextlib
import gc
import sys


@contextlib.contextmanager
def frozen():
    """What was there before is looked through by no collection, as it would take most of the time; unless somebody else has seen to that."""
    is_ours = gc.get_freeze_count() == 0
    gc.collect()
    if is_ours:
        gc.freeze()
    try:
        yield
    finally:
        if is_ours:
            gc.unfreeze()


def references_left_by(work, *objects):
    """How many more references there are to each object for each time that `work` runs, rounded."""
    times = 200
    # What other tests have left would be freed at any time, and be counted.
    gc.collect()
    gc.disable()
    try:
        work()
        before = [sys.getrefcount(one) for one in objects]
        for _ in range(times):
            work()
        after = [sys.getrefcount(one) for one in objects]
    finally:
        gc.enable()
    return [round((now - then) / times) for now, then in zip(after, before)]
