"""What proves that a change works: figures before and after it, and people who went and looked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import takewhile

from contracts.taxonomy import ClosureState
from libs.statistics import shown_without_failure, wilson
from services.assurance.domain.figures import Figure, month_after, month_of

MONTHS_TO_LAST = 3
WEEKS_BETWEEN_ROUNDS = timedelta(weeks=4)


@dataclass(frozen=True, slots=True)
class Tied:
    """A measure that is to prove the change, whether more is better, and how many checks on end, of how many cases, do."""

    measure_id: str
    title: str
    target_percent: float
    higher_is_better: bool
    checks: int = 1
    cases: int = 1


def in_order(figures: dict[date, Figure]) -> list[Figure]:
    """The months in which there was something to measure, earliest first."""
    return [figures[period] for period in sorted(figures) if figures[period].denominator]


def since(figures: dict[date, Figure], changed_on: date) -> list[Figure]:
    """The months that began after the change; its own month is half one and half the other and counts to neither."""
    return [figure for figure in in_order(figures) if figure.period > changed_on]


def last_of(figures: Mapping[str, Mapping[date, Figure]]) -> date | None:
    """The latest month heard of: what was met up to it does not prove anew what is found not to work."""
    return max((period for months in figures.values() for period in months), default=None)


@dataclass(frozen=True, slots=True)
class Shown:
    """What figures show by themselves: whether the change works, in which words, from which month on and up to which."""

    works: bool
    words: str
    since: date
    until: date


def shown_by(
    tied: Mapping[str, Tied],
    figures: Mapping[str, dict[date, Figure]],
    changed_on: date,
    *,
    after: date | None,
    improved: Collection[str],
) -> Shown | None:
    """What the months since the change show, or None where they leave it open.

    One measure whose latest month missed, and it does not work. It works where one was met as often on end as was fixed
    before, in months `after` the last time that it was found not to work; or where a review found it improved.
    """
    found = {name: months for name in tied if (months := since(figures.get(name, {}), changed_on))}
    for name, months in found.items():
        if months[-1].met is False:
            return Shown(False, figure_words(tied[name], "missed", months[-1:]), months[-1].period, months[-1].period)
    enough: list[tuple[date, str, list[Figure]]] = []
    for name, months in found.items():
        met = on_end([each for each in months if after is None or each.period > after])
        if name in improved:
            enough.append((months[-1].period, name, months[-1:]))
        elif len(met) >= tied[name].checks and sum(each.denominator for each in met) >= tied[name].cases:
            enough.append((met[-1].period, name, met))
    if not enough:
        return None
    latest, name, met = max(enough, key=lambda each: each[:2])
    return Shown(True, figure_words(tied[name], "met", met), met[0].period, latest)


def shown_by_rounds(proven_since: Mapping[str, date], today: date, shown: str) -> dict[ClosureState, str]:
    """Where no measure fits: what people show who look again, and again, and find the same. Each state with its proof."""
    if ClosureState.EFFECTIVE not in proven_since:
        if today >= weeks_later(proven_since[ClosureState.PRACTISED]):
            return {
                ClosureState.EFFECTIVE: f"No measure fits this change. Seen again four weeks later or more: {shown}"
            }
    elif today >= months_later(proven_since[ClosureState.EFFECTIVE]):
        return {ClosureState.SUSTAINED: f"No measure fits this change. Seen again three months later or more: {shown}"}
    return {}


def on_end(months: list[Figure]) -> list[Figure]:
    """The latest months that met their target without one between that missed it, earliest first."""
    return list(takewhile(lambda each: each.met, reversed(months)))[::-1]


def share_words(seen: int, of: int) -> str:
    """A count as it is said: "14 of 20 (70 %)"."""
    return f"{seen} of {of} ({_percent(seen / of)})" if of else "nothing to measure"


def figure_words(tied: Tied, outcome: str, months: Sequence[Figure]) -> str:
    """One month's figure, or that of months on end, as proof or against it, with the measure's name and its target."""
    share = share_words(sum(each.numerator for each in months), sum(each.denominator for each in months))
    when = f"{months[-1].period:%B %Y}"
    if len(months) > 1:
        when = f"{len(months)} months on end, {months[0].period:%B %Y} to {when}"
    return f"{tied.title}: {outcome} in {when}, {share}, target {tied.target_percent:g} %."


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


def weeks_later(day: date) -> date:
    """When people look again, at the earliest."""
    return day + WEEKS_BETWEEN_ROUNDS


def months_later(day: date, months: int = MONTHS_TO_LAST) -> date:
    """The same day some months later, or the last day of that month where it is shorter."""
    first = month_after(month_of(day), months)
    return min(first + timedelta(days=day.day - 1), month_after(first) - timedelta(days=1))


def _percent(share: float) -> str:
    """Rounded down, so that nothing short of all is said to be 100 %."""
    return f"{int(share * 100 + 1e-9)} %"
