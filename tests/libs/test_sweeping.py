"""How memory is searched is put back as it was, and what a room began with is left out of every search."""

import gc
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress

from libs.sweeping import hardly_swept, unswept

SETTLED = """
import gc
from libs.sweeping import settled
ring = []; ring.append(ring)
kept = [[] for _ in range(1000)]
settled()
assert gc.get_freeze_count() > 1000 and gc.isenabled() and gc.get_threshold()[0] > 700
circle = []; circle.append(circle); del circle
assert gc.collect() == 1  # what is made afterwards is still found
"""


def broken_off(way: Callable[[], AbstractContextManager[None]]) -> tuple[bool, int]:
    """Whether and how often memory is searched within; the work itself fails."""
    with suppress(KeyError), way():
        within = gc.isenabled(), gc.get_threshold()[0]
        raise KeyError
    return within


def test_memory_is_searched_as_before_once_the_work_is_done() -> None:
    usual = gc.get_threshold()
    assert broken_off(hardly_swept)[1] > usual[0]
    assert gc.get_threshold() == usual
    assert not broken_off(unswept)[0]
    assert gc.isenabled()


def test_where_nothing_was_searched_before_nothing_is_afterwards() -> None:
    gc.disable()
    try:
        with unswept():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_what_was_there_at_the_start_is_left_out_of_every_search() -> None:
    subprocess.run((sys.executable, "-c", SETTLED), check=True)
