"""The verdict on a change: which months are compared, with whom, by which method, and in which words it is told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from contracts.taxonomy import Verdict
from libs.statistics import compare
from libs.statistics.effect import Difference, Share, Spread, difference, expected_after, spread_of
from services.assurance.domain.figures import Figure, month_after, month_of
from services.assurance.domain.proof import Tied, share_words

METHOD_VERSION = "2"
LEVEL = 0.05
BASELINE = 6
"""Months at most, before what set the change off, that it is compared with."""
CRUDE = 3
"""Months just before the change that a plain before and after would look at."""
REVIEWS = {3: (1, 3), 6: (4, 6), 12: (7, 12)}
"""Months after that of the change in which it is judged, and the first and last month that each review looks at."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The same measure at another site: its months, and the days on which that site changed its own practice."""

    site: str
    figures: Mapping[date, Figure]
    changed_on: Sequence[date] = ()

    def over(self, tied: Tied, periods: Iterable[date]) -> Share:
        """Its misses over some months."""
        return _sum(_missed(tied, self.figures[period]) for period in periods if period in self.figures)

    def untouched(self, first: date, last: date) -> bool:
        """Whether nothing was changed there between two months."""
        return not any(first <= month_of(day) <= last for day in self.changed_on)


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with everything it rests on. `met_after`: whether the target was kept over all months looked at.

    `crude` is what a plain before and after would have said; `data` holds every count that went in.
    """

    verdict: str
    before: str
    after: str
    method: str
    crude: str
    p: float | None
    met_after: bool
    until: date
    data: dict[str, Any] = field(default_factory=dict)


def judge(
    tied: Tied,
    own: Mapping[date, Figure],
    others: Sequence[Elsewhere],
    *,
    baseline_until: date,
    changed_on: date,
    months: int,
) -> Judgement:
    """Judge a change at its review after so many months, on months fixed before it was made.

    Improved and worse are said only where the exact test, with all sites allowed for, is beyond chance, and where
    untouched sites did not move as much; too little data, where no outcome at all could have shown that it worked.
    """
    shares = {period: _missed(tied, figure) for period, figure in own.items() if figure.denominator}
    change = month_of(changed_on)
    earlier = sorted(period for period in shares if period < change)
    fixed = [period for period in earlier if period <= baseline_until][-BASELINE:]
    base = fixed or earlier[-BASELINE:]
    first, last = REVIEWS[months]
    later = [month_after(change, n) for n in range(first, last + 1)]
    before, after = _over(shares, base), _over(shares, later)
    crude = _plain(_over(shares, earlier[-CRUDE:]), after)
    spread = spread_of([before, *(each.over(tied, base) for each in others)])
    still = [each for each in others if base and each.untouched(base[0], later[-1])]
    untouched = _sum(each.over(tied, base) for each in still), _sum(each.over(tied, later) for each in still)
    moved = difference((before, after), untouched)
    p, found, how = _tested(before, after, spread)
    verdict = _held_against(found, untouched, moved)
    words = [
        _months_words(tied, base, later, fixed=bool(fixed)), how,
        _untouched_words(len(still), moved, overruled=verdict != found),
        f"A plain before and after of the last {CRUDE} months would have said: {Verdict(crude).label.lower()}.",
    ]  # fmt: skip
    rows = [
        {
            "site": each.site,
            "before": asdict(each.over(tied, base)),
            "after": asdict(each.over(tied, later)),
            "untouched": each in still,
        }
        for each in others
    ]
    return Judgement(
        verdict, _kept(tied, before), _kept(tied, after), f"Method {METHOD_VERSION}. {' '.join(words)}", crude, p,
        _target_met(tied, after), later[-1],
        {
            "baseline": [f"{each:%Y-%m}" for each in base], "looked_at": [f"{each:%Y-%m}" for each in later],
            "baseline_before_trigger": bool(fixed), "misses_before": asdict(before), "misses_after": asdict(after),
            "spread": {"mean": spread.mean, "weight": str(spread.weight)} if spread else None,
            "difference": asdict(moved) if moved else None, "elsewhere": rows,
        },
    )  # fmt: skip


def shown_to(sites: Collection[str], data: Mapping[str, Any]) -> dict[str, Any]:
    """What a verdict rests on, as somebody may see it who reads of these sites: of others no more than how many they are."""
    elsewhere = data.get("elsewhere", ())
    seen = [each for each in elsewhere if each["site"] in sites]
    return {**data, "elsewhere": seen, "not_shown": len(elsewhere) - len(seen)}


def _tested(before: Share, after: Share, spread: Spread | None) -> tuple[float | None, Verdict, str]:
    """The p-value, what it says by itself, and how it was found."""
    if not before.of or not after.of:
        return None, Verdict.TOO_LITTLE_DATA, f"Nothing was measured {'after' if before.of else 'before'}."
    if spread:
        expected = expected_after(before, after, spread)
        how = (
            f"Corrected for regression to the mean: given all sites, {_percent(expected.share)} missed were to be"
            f" expected anyway; {_percent(after.events / after.of)} did, exact beta-binomial, central two-sided"
            f" p = {expected.p:.3f}."
        )
        return expected.p, _verdict(expected.p, expected.attainable, fell=expected.lower), how
    plain = compare(before.events, before.of, after.events, after.of)
    how = (
        "With fewer than ten sites to learn from, regression to the mean could not be estimated: Fisher's exact test,"
        f" central two-sided p = {plain.p:.3f} (mid-p {plain.mid_p:.3f})."
    )
    return plain.p, _verdict(plain.p, plain.attainable, fell=plain.is_lower(1.1)), how


def _verdict(p: float, attainable: float, *, fell: bool) -> Verdict:
    if p < LEVEL and not fell:
        return Verdict.WORSE
    if attainable >= LEVEL:
        return Verdict.TOO_LITTLE_DATA
    return Verdict.IMPROVED if p < LEVEL else Verdict.NO_EVIDENCE


def _plain(before: Share, after: Share) -> Verdict:
    if not before.of or not after.of:
        return Verdict.TOO_LITTLE_DATA
    found = compare(before.events, before.of, after.events, after.of)
    return _verdict(found.p, found.attainable, fell=found.is_lower(1.1))


def _held_against(found: Verdict, untouched: tuple[Share, Share], moved: Difference | None) -> Verdict:
    """The verdict, unless untouched sites moved the same way and the difference to them may be chance."""
    if moved is None or found not in {Verdict.IMPROVED, Verdict.WORSE}:
        return found
    everywhere = _plain(*untouched) == found
    stands_out = moved.high < 1 if found is Verdict.IMPROVED else moved.low > 1
    return found if stands_out or not everywhere else Verdict.NO_EVIDENCE


def _untouched_words(sites: int, moved: Difference | None, *, overruled: bool) -> str:
    if moved is None:
        return (
            "Untouched sites missed too few to compare with."
            if sites
            else "There was no untouched site to compare with."
        )
    words = (
        f"Against {sites} untouched {'site' if sites == 1 else 'sites'} the rate of misses is {moved.ratio:.2f} times"
        f" what it was, 95 % interval {moved.low:.2f} to {moved.high:.2f}."
    )
    return (
        f"{words} They moved the same way without this change, so it cannot be told from theirs."
        if overruled
        else words
    )


def _months_words(tied: Tied, base: Sequence[date], later: Sequence[date], *, fixed: bool) -> str:
    looked = f"{later[0]:%B %Y} to {later[-1]:%B %Y}"
    if not base:
        return f"Looked at: {looked}."
    when = (
        "fixed before what set it off"
        if fixed
        else (
            "which reach up to the change, since nothing was measured before what set it off, so that part of the difference may"
            " be a return to the usual"
        )
    )
    return f"{tied.title}: {base[0]:%B %Y} to {base[-1]:%B %Y}, {when}, against {looked}."


def _missed(tied: Tied, figure: Figure) -> Share:
    missed = figure.denominator - figure.numerator if tied.higher_is_better else figure.numerator
    return Share(missed, figure.denominator)


def _kept(tied: Tied, share: Share) -> str:
    return f"{share.of - share.events if tied.higher_is_better else share.events}/{share.of}"


def _target_met(tied: Tied, share: Share) -> bool:
    percent = 100 * (share.of - share.events if tied.higher_is_better else share.events)
    wanted = tied.target_percent * share.of
    return share.of > 0 and (percent >= wanted - 1e-9 if tied.higher_is_better else percent <= wanted + 1e-9)


def _over(shares: Mapping[date, Share], periods: Iterable[date]) -> Share:
    return _sum(shares.get(period) for period in periods)


def _sum(shares: Iterable[Share | None]) -> Share:
    return sum((each for each in shares if each), Share(0, 0))


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def still_works(verdict: str, *, doubted: bool, met_after: bool) -> bool:
    """Whether what was held to work still is after a review; one with too little data leaves it as it was."""
    if verdict == Verdict.TOO_LITTLE_DATA:
        return not doubted
    return verdict == Verdict.IMPROVED or (met_after and verdict != Verdict.WORSE)


def heard_words(months: int, verdict: str, after: str, target: float) -> str:
    """A verdict as the reason why a state no longer holds."""
    k, n = map(int, after.split("/"))
    label = Verdict(verdict).label.lower()
    return f"At the review after {months} months: {share_words(k, n)}, target {target:g} %; against before: {label}."
