"""The demo provider's figures, as it would have them on a day in March, without playing its history."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from uuid import NAMESPACE_URL, uuid5

from contracts import assurance, governance, intake
from contracts.envelope import Envelope, PublishedEvent
from deploy.demo.founding import capacity_of
from deploy.demo.happenings import Happening, happenings
from deploy.demo.organisation import DemoSite, Organisation
from services.governance.domain.comparing import SiteRate
from services.governance.domain.trending import Month

MONTHS = 18
Pick = Callable[[Happening], bool]


@cache
def sites() -> dict[str, DemoSite]:
    """The 24 sites of the demo provider, by id."""
    return {site.id: site for site in Organisation(24).sites}


def month(back: int) -> date:
    """The month so many before March 2026."""
    year, place = divmod(2026 * 12 + 2 - back, 12)
    return date(year, place + 1, 1)


@cache
def happened(site: str, back: int) -> tuple[Happening, ...]:
    """What happened at a site in a month."""
    return tuple(happenings(sites()[site], month(back), back))


def exposure(site: str, of: date) -> tuple[float, str]:
    """What the site states for a month, and its unit."""
    _, stated, unit = capacity_of(sites()[site], of)
    return stated, unit


def falls(each: Happening) -> bool:
    """Accidents and injuries, which are falls in the demo."""
    return each.kind == "accident_or_injury"


def medicines(each: Happening) -> bool:
    """The theme that spreads."""
    return "medication" in each.themes


def months_of(site: str, pick: Pick) -> list[Month]:
    """Eighteen whole months of a site."""
    whole = [(month(back), happened(site, back)) for back in range(MONTHS, 0, -1)]
    return [Month(when, sum(map(pick, each)), exposure(site, when)[0]) for when, each in whole]


def times_of(site: str, pick: Pick) -> list[datetime]:
    """When each happened."""
    return [each.occurred for back in range(MONTHS, 0, -1) for each in happened(site, back) if pick(each)]


def promptness_of(site: str, kind: str) -> list[Month]:
    """Of the cases of a kind in each month, how many were looked at in time."""
    whole = [(month(b), [h for h in happened(site, b) if h.kind == kind]) for b in range(MONTHS, 0, -1)]
    return [Month(when, sum(each.is_prompt for each in found), len(found)) for when, found in whole]


def rates_of(homes: list[str], pick: Pick, months: int = 12) -> list[SiteRate]:
    """Each site's last months together."""
    found = []
    for home in homes:
        kept = months_of(home, pick)[-months:]
        found.append(
            SiteRate(home, sites()[home].title, sum(m.count for m in kept), sum(m.of for m in kept), len(kept))
        )
    return found


def care_homes() -> list[str]:
    """The sites that count in occupied bed days."""
    return [site.id for site in sites().values() if site.kind.startswith("care_home")]


def told(home: list[str], pick: Pick, named: Mapping[str, str] | None = None) -> list[PublishedEvent]:
    """What governance would have heard of these sites: what was raised, and what they stated; under other names, if any."""
    said: list[PublishedEvent] = []
    for site in home:
        name = (named or {}).get(site, site)
        for back in range(MONTHS, 0, -1):
            when = month(back)
            stated, unit = exposure(site, when)
            fact = governance.CapacityStated(site_id=name, month=when, beds=None, exposure=stated, exposure_unit=unit)
            said.append(_said(fact, name, f"capacity/{site}/{when}", datetime.fromisoformat(f"{when}T00:00:00+00:00")))
            said += [_raised(each, name) for each in happened(site, back) if pick(each)]
    return said


def figures_told(site: str, kind: str, measure: str) -> list[PublishedEvent]:
    """A measure's figure for each month, as assurance would have checked it."""
    said: list[PublishedEvent] = []
    for each in promptness_of(site, kind):
        fact = assurance.MeasureChecked(
            measure_id=measure, site_id=site, title="Looked at in time", period=each.month, numerator=each.count,
            denominator=int(each.of), target_percent=95, met=each.count == each.of, breaches=[],
        )  # fmt: skip
        at = datetime.fromisoformat(f"{each.month}T00:00:00+00:00")
        said.append(_said(fact, site, f"measure/{site}/{each.month}", at))
    return said


def _raised(each: Happening, site: str) -> PublishedEvent:
    fact = intake.OpportunityRaised(
        kind=each.kind, themes=list(each.themes), reference=each.key, route="event", reporter_known=False, summary=""
    )
    return _said(fact, site, each.key, each.occurred)


def _said(fact: PublishedEvent, site: str, key: str, at: datetime) -> PublishedEvent:
    journey = uuid5(NAMESPACE_URL, key)
    envelope = Envelope(
        id=uuid5(NAMESPACE_URL, f"{fact.name}/{key}"), type=fact.name, source=fact.publisher(), time=at,
        recordedtime=at, sequence=1, provider="acme", site=site, journey=journey, about=journey, actor="", role="system",
        data=fact.model_dump(mode="json"),
    )  # fmt: skip
    return fact.enclosed(envelope)
