"""Records that were decided on lately, as they stood at a version, so that only what happened since is read."""

from __future__ import annotations

import pickle
import time
from collections import OrderedDict
from typing import Any
from uuid import UUID

from libs.domain import Aggregate
from libs.keys import TRUSTED, KeyRing

MOST = 2_000


class Remembered:
    """A bounded memory of aggregates. Each recall makes a copy, so a decision that is not kept leaves no trace here.

    Events after the remembered version are always read from the store, so what is remembered may be old and never
    wrong. It is let go of when a key is destroyed, and at the latest when the keys themselves are asked for again.
    """

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys
        self._held: OrderedDict[UUID, tuple[bytes, float, int]] = OrderedDict()

    def keep(self, aggregate: Aggregate) -> None:
        """Remember it as it is now; it must hold nothing that is not yet in the store."""
        self._held[aggregate.id] = (pickle.dumps(aggregate), time.monotonic() + TRUSTED, self._keys.forgotten)
        self._held.move_to_end(aggregate.id)
        while len(self._held) > MOST:
            self._held.popitem(last=False)

    def recall(self, identity: UUID) -> Any:
        """A copy of what is remembered, or None."""
        held = self._held.get(identity)
        if held is None:
            return None
        pickled, until, forgotten = held
        if until < time.monotonic() or forgotten != self._keys.forgotten:
            del self._held[identity]
            return None
        return pickle.loads(pickled)  # noqa: S301 only what this process itself pickled is ever read
