"""`candour stats`: the statistics that pages are drawn from, on files, so that an analyst can check each number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from deploy import stats_told as told
from deploy.stats_asked import events_over_exposure, level_between, places, share_of_one
from deploy.stats_table import Table, Unreadable, read_table
from libs.statistics.agreement import kappa as agreement
from libs.statistics.control import Chart, counts_alone, rates, shares
from libs.statistics.control import Kind as ChartKind
from libs.statistics.dispersion import Overdispersion
from libs.statistics.funnel import Kind as FunnelKind
from libs.statistics.funnel import LimitKind
from libs.statistics.funnel import funnel as funnel_of
from libs.statistics.quantiles import NotCalculable
from libs.statistics.rare import counts_between, times_between
from libs.statistics.rates import compare_rates
from libs.statistics.sampling import sample_size
from libs.statistics.xmr import xmr as individuals

stats = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Published statistics on files of figures; the answer is JSON.",
)

FILE = Annotated[
    Path, typer.Argument(help="A table with column names: CSV, or with ; tab or |. '-' is standard input.")
]
FREEZE = Annotated[int | None, typer.Option(help="Mean and limits from the first N points alone.")]
LEVEL = Annotated[float, typer.Option("--level", help="The confidence of the interval.")]


class Improvement(StrEnum):
    """Which way is better."""

    INCREASE = "increase"
    DECREASE = "decrease"


@contextmanager
def plainly() -> Iterator[None]:
    """What cannot be read or calculated goes to standard error in one sentence, with exit code 2."""
    try:
        yield
    except (Unreadable, NotCalculable) as problem:
        typer.echo(f"candour stats: {problem}", err=True)
        raise typer.Exit(2) from None


def answer(found: dict[str, Any]) -> None:
    """Write the answer; what has no value is null, never NaN."""
    typer.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())


@contextmanager
def about(table: Table) -> Iterator[None]:
    """What cannot be calculated is said of the file it came from."""
    try:
        yield
    except NotCalculable as problem:
        raise NotCalculable(f"{table.name}: {problem}.") from None


@stats.command()
def xmr(
    file: FILE,
    value: Annotated[str, typer.Option(help="The column of values, in order of time.")],
    freeze: FREEZE = None,
    screened: Annotated[
        bool, typer.Option("--screened/--unscreened", help="Leave large moving ranges out once.")
    ] = True,
    target: Annotated[float | None, typer.Option(help="Say also whether it will be met.")] = None,
    improvement: Annotated[
        Improvement, typer.Option(help="Which way is better, for the target.")
    ] = Improvement.INCREASE,
) -> None:
    """An XmR chart of individual values.

    mean of the values; limits mean ± 2.66 × mean moving range; near limits ±
    1.7733 ×. Limits are not cut at 0, as values may be below it. Screened (the
    default, as NHSRplotthedots): moving ranges of 3.267 times their mean or
    more are left out once and the mean taken anew. Unscreened: all are kept, as
    in NHS England's Making Data Count workbook.

    A point's signal is the first of: beyond a limit (on it is not beyond); 7
    rising or falling; 2 of 3 beyond a near limit, all 3 on one side of the
    mean; 7 on one side of the mean (one on the mean breaks it). All points of a
    run are marked. Points are numbered from 1. Fewer than 12 points give trial
    limits.
    """
    with plainly():
        table = read_table(file)
        values = table.numbers(value)
        with about(table):
            found = individuals(values, screened=screened, freeze=freeze)
        answer(told.xmr(found, target, more_is_better=improvement is Improvement.INCREASE))


@stats.command()
def chart(
    file: FILE,
    kind: Annotated[ChartKind, typer.Option(help="p, pp (p'), u, up (u'), c, t or g.")],
    count: Annotated[str, typer.Option(help="Counts; for t the times, for g the cases, between two events.")],
    exposure: Annotated[str | None, typer.Option(help="What counts are divided by, for p, pp, u and up.")] = None,
    freeze: FREEZE = None,
    exclude: Annotated[str, typer.Option(help="Points left out of mean, limits and runs, numbered from 1: 3,17")] = "",
    screened: Annotated[bool, typer.Option("--screened/--unscreened", help="For pp, up and t, as for xmr.")] = False,
) -> None:
    """A control chart of counts: limits are 3 sigma from the mean.

    p, pp: shares, limits cut at 0 and 1. u, up: rates, cut at 0. c: counts, cut
    at 0. pp and up multiply sigma by sigma_z = mean moving range of z / 1.128
    (Laney). t: an individuals chart (sigma = mean moving range / 1.128) of
    time^(1/3.6), turned back, cut at 0. g: limits mean ± 3 √(mean (mean + 1)),
    cut at 0; the centre is the median.

    The mean is all counts over all exposure. Points in --exclude count from 1;
    they are shown, and left out of mean, limits and runs. --freeze takes mean
    and limits from the first N points; runs are of all points. Runs (Anhøj): a
    longest run above round(log2 n) + 3, or fewer crossings than the 5 %
    quantile of n - 1 fair tosses, where n counts the points that are not on the
    centre line. A point on a limit is not beyond it.
    """
    with plainly():
        table = read_table(file)
        excluded = places(exclude)
        with about(table):
            found, counts, of = _chart(table, kind, count, exposure, freeze, excluded, screened=screened)
        answer(told.chart(found, counts, of))


def _chart(
    table: Table, kind: ChartKind, count: str, exposure: str | None, freeze: int | None, exclude: frozenset[int],
    *, screened: bool,
) -> tuple[Chart, list[float], list[float] | None]:  # fmt: skip
    divided = kind in (ChartKind.SHARE, ChartKind.SHARE_ADJUSTED, ChartKind.RATE, ChartKind.RATE_ADJUSTED)
    if divided != (exposure is not None):
        needs = "needs --exposure, what its counts are divided by" if divided else "takes no --exposure"
        raise Unreadable(f"A chart of kind {kind} {needs}.")
    if kind is ChartKind.TIME_BETWEEN:
        times = table.above_nought(count, "a time between two events")
        return times_between(times, screened=screened, freeze=freeze, exclude=exclude), times, None
    counts = table.counts(count)
    if exposure is None:
        one = counts_alone if kind is ChartKind.COUNT else counts_between
        return one(counts, freeze=freeze, exclude=exclude), counts, None
    of = table.above_nought(exposure, "exposure")
    adjusted = kind in (ChartKind.SHARE_ADJUSTED, ChartKind.RATE_ADJUSTED)
    is_share = kind in (ChartKind.SHARE, ChartKind.SHARE_ADJUSTED)
    if is_share:
        table.at_most(count, counts, exposure, of)
    drawn = shares if is_share else rates
    return drawn(counts, of, adjusted=adjusted, screened=screened, freeze=freeze, exclude=exclude), counts, of


@stats.command()
def funnel(
    file: FILE,
    kind: Annotated[FunnelKind, typer.Option(help="proportion, ratio (observed / expected) or rate.")],
    count: Annotated[str, typer.Option(help="The column of counts.")],
    denominator: Annotated[str, typer.Option(help="Cases, expected events, or exposure.")],
    overdispersion: Annotated[Overdispersion, typer.Option(help="none, shmi or cqc.")] = Overdispersion.NONE,
    limits: Annotated[LimitKind, typer.Option(help="exact or normal.")] = LimitKind.EXACT,
    unit: Annotated[str | None, typer.Option(help="A column that names the units.")] = None,
) -> None:
    """A funnel plot: units about all of them together (a ratio about 1).

    A unit's class is by the exact interval of its own observed count (Garwood,
    Clopper-Pearson): high.001 where its 99.8 % interval lies above the target,
    high.025 where its 95 % interval does, low.… below, else ns. With --limits
    normal a proportion is classed by its score interval. The limits are those
    drawn at the unit's expected count, cut at 0 (proportions also at 1), so
    near a limit the two may differ.

    --overdispersion shmi: z = √E ln(O/E), a tenth cut at each end by rank (O =
    0 counts ln(0.5/(E + 0.5))); cqc: square root scale, a tenth winsorised at
    each end. A rate's E is target × exposure; a proportion is taken on the
    arcsine scale, winsorised, under either name. phi = mean z², tau2 by
    moments. With 10 units or more, and tau2 above 0, limits and classes allow
    for tau2 and each unit shows also what it was without. With fewer than 10,
    phi is reported, tau2 is null, the limits stay exact, and a note says so.
    Counts are whole; those of a proportion may be weighted ones.
    """
    with plainly():
        table = read_table(file)
        counts = table.counts(count, whole=kind is not FunnelKind.PROPORTION)
        of = table.above_nought(denominator, "a denominator")
        if kind is FunnelKind.PROPORTION:
            table.at_most(count, counts, denominator, of)
        names = table.words(unit) if unit else None
        with about(table):
            found = funnel_of(kind, counts, of, overdispersion, limits)
        answer(told.funnel(found, names, overdispersion, limits))


@stats.command()
def compare(
    before: Annotated[str, typer.Option(help="EVENTS/EXPOSURE, such as 12/8400.")],
    after: Annotated[str, typer.Option(help="EVENTS/EXPOSURE, in the same unit.")],
    level: LEVEL = 0.95,
) -> None:
    """Two rates compared exactly, given how many events there were in all.

    The rate ratio is after ÷ before, with its exact (conditional, Clopper-
    Pearson) interval. p_central is twice the smaller one-sided p and agrees
    with the interval; p_minlike adds up all outcomes no likelier than this one
    (as R's poisson.test); mid_p is twice the smaller one-sided mid-p. A ratio
    to no event before, and an interval without an upper end, are null.
    """
    with plainly():
        answer(
            told.rate_ratio(
                compare_rates(
                    *events_over_exposure(before, "--before"),
                    *events_over_exposure(after, "--after"),
                    level_between(level),
                ),
                level,
            )
        )


@stats.command()
def wilson(
    share: Annotated[str, typer.Argument(metavar="K/N", help="So many of so many.")], level: LEVEL = 0.95
) -> None:
    """The score interval of a proportion (Wilson 1927), without continuity correction."""
    with plainly():
        found = re.fullmatch(r"\s*([0-9]{1,15})\s*/\s*([0-9]{1,15})\s*", share, re.ASCII)
        if not found:
            raise Unreadable(f"A share is K/N, two whole numbers such as 14/20: not {share!r}.")
        seen, of = int(found[1]), int(found[2])
        if not of:
            raise Unreadable("There is no share of none: N must be at least 1.")
        if seen > of:
            raise Unreadable(f"{seen} cannot be a share of {of}: K is at most N.")
        answer(told.score(seen, of, level_between(level)))


@stats.command()
def sample(
    claim: Annotated[str, typer.Option(help="The share that is to be shown in order, such as 0.95.")],
    population: Annotated[int | None, typer.Option(help="How many there are; without it, very many.")] = None,
    confidence: Annotated[str, typer.Option(help="How sure the claim is to be.")] = "0.95",
) -> None:
    """How many to look at: all of them in order show the claim.

    Of a finite population without replacement: the claim's contrary is floor((1
    - claim) × N) + 1 failures, and n the smallest sample that would miss all of
    them with a probability of at most 1 - confidence. Of very many: the
    smallest n with claim^n at most 1 - confidence (0.95 → 59).
    """
    with plainly():
        share, sure = share_of_one(claim, "--claim"), share_of_one(confidence, "--confidence")
        answer(told.sample(sample_size(share, population, sure), share, population, sure))


@stats.command()
def kappa(
    file: FILE,
    a: Annotated[str, typer.Option("--a", help="The column of the first person's judgements.")],
    b: Annotated[str, typer.Option("--b", help="The column of the second person's.")],
) -> None:
    """Cohen's kappa, unweighted: how far two people agree beyond chance. Null where both used one word throughout."""
    with plainly():
        table = read_table(file)
        with about(table):
            answer(told.agreement(agreement(table.words(a), table.words(b))))
