"""What proves that a change works: figures before and after it, and people who went and looked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from libs.statistics import shown_without_failure, wilson
from services.assurance.domain.figures import Figure, month_after, month_of

MONTHS_TO_LAST = 3
DAYS_BETWEEN_ROUNDS = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Tied:
    """A measure that is to prove the change, and whether more is better."""

    measure_id: str
    title: str
    target_percent: float
    higher_is_better: bool


def in_order(figures: dict[date, Figure]) -> list[Figure]:
    """The months in which there was something to measure, earliest first."""
    return [figures[period] for period in sorted(figures) if figures[period].denominator]


def since(figures: dict[date, Figure], changed_on: date) -> list[Figure]:
    """The months that began after the change; its own month is half one and half the other and counts to neither."""
    return [figure for figure in in_order(figures) if figure.period > changed_on]


def share_words(seen: int, of: int) -> str:
    """A count as it is said: "14 of 20 (70 %)"."""
    return f"{seen} of {of} ({_percent(seen / of)})" if of else "nothing to measure"


def figure_words(tied: Tied, outcome: str, figure: Figure) -> str:
    """A month's figure as proof or against it, with the measure's name and its target."""
    words = share_words(figure.numerator, figure.denominator)
    return f"{tied.title}: {outcome} in {figure.period:%B %Y}, {words}, target {tied.target_percent:g} %."


def sample_words(seen: int, of: int) -> str:
    """What a round of looking shows and how sure that is: share, interval, and the claim where nothing was amiss."""
    interval = wilson(seen, of)
    words = f"{share_words(seen, of)}; 95 % interval {_percent(interval.low)} to {_percent(interval.high)}."
    if seen < of:
        return words
    return (
        f"{words} {seen} of {of} without exception show with 95 % confidence that at least"
        f" {_percent(shown_without_failure(of))} is done so; 59 of 59 would show 95 %."
    )


def lasted(since_period: date, period: date) -> bool:
    """Whether a month lies far enough behind the one that first showed the effect."""
    return period >= month_after(since_period, MONTHS_TO_LAST)


def months_later(day: date, months: int = MONTHS_TO_LAST) -> date:
    """The same day some months later, or the last day of that month where it is shorter."""
    first = month_after(month_of(day), months)
    return min(first + timedelta(days=day.day - 1), month_after(first) - timedelta(days=1))


def _percent(share: float) -> str:
    """Rounded down, so that nothing short of all is said to be 100 %."""
    return f"{int(share * 100 + 1e-9)} %"
