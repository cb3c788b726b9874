"""What a measurement is: rounds of several contenders in turn, medians and ranges, side by side."""

from __future__ import annotations

import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Series:
    """One contender's figures over the rounds: per second, and milliseconds where it has latencies."""

    name: str
    per_second: list[float] = field(default_factory=list)
    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)

    def summary(self) -> dict[str, Any]:
        """Medians and ranges."""
        found: dict[str, Any] = {"name": self.name}
        for label, values in (("per_second", self.per_second), ("p50_ms", self.p50), ("p99_ms", self.p99)):
            if values:
                found[label] = {
                    "median": round(statistics.median(values), 2),
                    "min": round(min(values), 2),
                    "max": round(max(values), 2),
                }
        return found


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which a share of the values lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


async def closed_loop(
    work: Callable[[], Awaitable[Any]], concurrency: int, seconds: float
) -> tuple[float, float, float]:
    """`concurrency` workers, each asking again as soon as it was answered: per second, and p50 and p99 in ms."""
    import asyncio

    taken: list[float] = []
    end = time.perf_counter() + seconds

    async def worker() -> None:
        while (began := time.perf_counter()) < end:
            await work()
            taken.append((time.perf_counter() - began) * 1000)

    began = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(concurrency)))
    spent = time.perf_counter() - began
    return len(taken) / spent, percentile(taken, 0.5), percentile(taken, 0.99)


def ratio(ours: Series, theirs: Series) -> float | None:
    """How many times as fast, round by round, in the median; None where one did not run."""
    pairs = [a / b for a, b in zip(ours.per_second, theirs.per_second, strict=False) if b]
    return round(statistics.median(pairs), 1) if pairs else None
