"""How often memory is searched for circles, which counting references alone would never free."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

SELDOM = (20_000, 20, 20)
"""Objects made before the youngest are searched, and searches of one age before the next; the usual 700, 10 and 10
search everything that a room holds several times a second, and find nothing."""
HARDLY = 100_000


def settled() -> None:
    """What was made at the start stays for good: leave it out of every search, and search less often from now on.

    A tenth to a quarter of the processor's time for each command (`tests/bench/visible.py`, with and without).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SELDOM)


@contextmanager
def hardly_swept() -> Iterator[None]:
    """Search hardly ever meanwhile: most of what is made stays in use, so that looking for waste in it finds none."""
    usual = gc.get_threshold()
    gc.set_threshold(HARDLY)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


@contextmanager
def unswept() -> Iterator[None]:
    """Let memory be freed by counting alone meanwhile: rows that are held hold no circles, and looking for circles among
    them took a third of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
