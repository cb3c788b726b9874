"""Sites of a peer group compared fairly: each site's rate with the range in which chance alone may put a site of its size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from libs.statistics.dispersion import LEAST_UNITS, Overdispersion
from libs.statistics.funnel import HIGH_FAR, HIGH_NEAR, LOW_FAR, LOW_NEAR, Funnel, Kind, drawn, funnel, widened

SAID = {
    HIGH_FAR: "much higher than chance explains",
    HIGH_NEAR: "higher than chance usually gives",
    LOW_NEAR: "lower than chance usually gives",
    LOW_FAR: "much lower than chance explains",
}
WITHIN = "no more different than chance explains"
THOUSAND = 1000
LEAST_SITES = 2
ONE_IN_TWENTY = 20


@dataclass(frozen=True, slots=True)
class SiteRate:
    """What a site had in a time, over what it stated for the same months."""

    site: str
    title: str
    events: int
    exposure: float
    months: int


@dataclass(frozen=True, slots=True)
class Placed:
    """A site in the comparison: its rate per 1,000, and its class in words and by name."""

    rate: SiteRate
    per_thousand: float
    placed: str

    @property
    def said(self) -> str:
        """The class in words."""
        return SAID.get(self.placed, WITHIN)

    @property
    def direction(self) -> int:
        """1 above the funnel, -1 below, 0 within."""
        return (self.placed in (HIGH_FAR, HIGH_NEAR)) - (self.placed in (LOW_FAR, LOW_NEAR))


@dataclass(frozen=True, slots=True)
class Compared:
    """Sites about their rate together, with what may be said of them."""

    sites: tuple[Placed, ...]
    funnel: Funnel
    sentences: tuple[str, ...]

    def limits(self, exposure: float) -> tuple[float, float, float, float]:
        """The four lines, per 1,000, for a site of so much exposure."""
        if self.funnel.tau2:
            at = widened(Kind.RATE, exposure, self.funnel.target, self.funnel.tau2, Overdispersion.CQC)
        else:
            at = drawn(Kind.RATE, exposure, self.funnel.target)
        return THOUSAND * at.low_far, THOUSAND * at.low_near, THOUSAND * at.high_near, THOUSAND * at.high_far


def compare_sites(rates: Sequence[SiteRate]) -> Compared | None:
    """Sites that state the same unit of exposure; None where fewer than two do, or nothing happened anywhere."""
    if len(rates) < LEAST_SITES or not any(rate.events for rate in rates):
        return None
    counts, exposure = [rate.events for rate in rates], [rate.exposure for rate in rates]
    found = funnel(Kind.RATE, counts, exposure, Overdispersion.CQC)
    sites = tuple(
        Placed(rate, THOUSAND * unit.value, unit.placed) for rate, unit in zip(rates, found.units, strict=True)
    )
    return Compared(sites, found, tuple(_sentences(sites, found)))


def _sentences(sites: Sequence[Placed], found: Funnel) -> list[str]:
    outside = sorted((each for each in sites if each.direction), key=lambda each: -each.per_thousand)
    said = [f"{each.rate.title}: {each.said} ({each.per_thousand:.2f} per 1,000)." for each in outside]
    said = said or ["No site differs from the others by more than chance explains."]
    if len(sites) < LEAST_UNITS:
        said.append(
            f"{len(sites)} sites are too few to tell how much sites differ for reasons other than chance"
            f" ({LEAST_UNITS} are needed), so the limits allow for chance alone and are exact."
        )
    elif found.tau2:
        said.append(
            f"The sites differ more than chance explains (φ {found.phi:.2f}, τ² {found.tau2:.3f}), so the limits are"
            " wider: a site outside them differs even so."
        )
    else:
        said.append("Together the sites differ no more than chance explains, so the limits are exact.")
    if len(sites) >= ONE_IN_TWENTY and outside:
        said.append(
            "One site in twenty lies outside the inner limits by chance. Look first at those beyond the outer ones."
        )
    return said
