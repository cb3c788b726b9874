"""What happened at a site in a month: how much of what, to whom, and whether it was looked at in time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from math import exp, floor
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from contracts.taxonomy import OpportunityKind, Theme
from deploy.demo.organisation import DemoSite
from deploy.demo.words import chance_of, say
from libs.calendar import LONDON
from libs.domain import follows
from libs.policytext import read

USUAL_PLACES = 40
AN_EVENING = 22
SOURCE = "careplan"
INITIALS = "ABCDEFGHJKLMNPRSTW"
REPORTER_KNOWN = 0.12
"""The share of opportunities whose reporter left word of how to be reached."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One learning opportunity to be; `category` says which sentences are used for it."""

    key: str
    site: DemoSite
    category: str
    kind: OpportunityKind
    themes: tuple[Theme, ...]
    occurred: datetime
    recorded: datetime
    person: UUID
    initials: str
    summary: str
    is_prompt: bool
    is_reviewed: bool
    is_known_reporter: bool
    harm: str = "none"
    facts: Mapping[str, Any] = field(default_factory=dict)
    measure: str = ""

    @property
    def source_key(self) -> str:
        """Its number in the care record that it was written in, by which it is recorded only once."""
        return f"{SOURCE}:{self.key}"

    @property
    def journey(self) -> UUID:
        return follows("intake.Opportunity", self.source_key)


@cache
def effects() -> dict[str, Any]:
    """What was planted in the history, and how much of everything is usual."""
    return read(Path(__file__).parent / "effects.yaml")


def happenings(site: DemoSite, month: date, back: int) -> list[Happening]:
    """A month of a site, `back` months before the last one of the history, by when it was recorded."""
    found = [each for category, n in _counts(site, back) for each in _of(site, month, back, category, n)]
    return sorted(found, key=lambda each: (each.recorded, each.key))


def _counts(site: DemoSite, back: int) -> Iterator[tuple[str, int]]:
    chance = chance_of(f"{site.id}/{back}/counts")
    more = effects()["sites"].get(site.id, {}).get("rate", {})
    for category, usual in effects()["rates"][site.kind].items():
        yield category, _poisson(chance, usual * site.places / USUAL_PLACES * more.get(category, 1.0))
    spreading = effects()["spreading"]
    if back <= spreading["from"].get(site.id, -1):
        yield "spreading", _poisson(chance, spreading["a_month"]) + 1
    change = effects()["sites"].get(site.id, {}).get("change")
    if change and change["month"] == back:
        yield "turning_point", 1


def _poisson(chance: Random, mean: float) -> int:
    """Knuth's method: how many rare events fall into a month."""
    limit, product, n = exp(-mean), chance.random(), 0
    while product > limit:
        product *= chance.random()
        n += 1
    return n


def promptness(site: DemoSite, back: int) -> float:
    """The share of a month's cases that are looked at in time."""
    share: float = effects()["usual"]["promptness"][site.kind]
    for since, changed in effects()["sites"].get(site.id, {}).get("promptness", ()):
        share = changed if back <= since else share
    return share


def _of(site: DemoSite, month: date, back: int, category: str, n: int) -> Iterator[Happening]:
    # Systematic sampling: a month of few cases keeps its share as nearly as whole cases can.
    share, start = promptness(site, back), chance_of(f"{site.id}/{back}/{category}").random()
    for number in range(1, n + 1):
        prompt = floor(start + share * number) > floor(start + share * (number - 1))
        yield _one(site, month, back, category, number, prompt=prompt)


def _one(site: DemoSite, month: date, back: int, category: str, number: int, *, prompt: bool) -> Happening:
    # By chance that knows how long ago it was and not which month: the story is the same whenever it is told.
    chance, measure = chance_of(f"{site.id}/{back}/{category}/{number}"), ""
    key = f"{site.id}-{month:%y%m}-{category.replace('_', '-')}-{number}"
    if category == "turning_point":
        change = effects()["sites"][site.id]["change"]
        category, measure = change["kind"], change["measure"]
    if category == "spreading":
        category = effects()["spreading"]["theme"]
    kind, themes, harm, facts = _nature(chance, category, prompt=prompt)
    occurred = _moment(chance, month, early=bool(measure))
    resident = chance.randrange(site.places)
    who = chance_of(f"{site.id}/resident/{resident}")
    letters = f"{who.choice(INITIALS)}. {who.choice(INITIALS)}."
    reviewed = bool(measure) or _is_reviewed(chance, site, category, prompt=prompt)
    return Happening(
        key, site, category, kind, themes, occurred, occurred + timedelta(minutes=chance.randint(10, 180)),
        follows("demo.Resident", f"{site.id}/{resident}"), letters, say(chance, "summaries", category), is_prompt=prompt,
        is_reviewed=reviewed, is_known_reporter=chance.random() < REPORTER_KNOWN, harm=harm, facts=facts, measure=measure,
    )  # fmt: skip


def _is_reviewed(chance: Random, site: DemoSite, category: str, *, prompt: bool) -> bool:
    if category == "financial" and site.kind == "supported_living":
        return prompt
    share: float = effects()["reviewed"][category]
    return chance.random() < share


def _moment(chance: Random, month: date, *, early: bool) -> datetime:
    day = month + timedelta(days=chance.randrange(5 if early else 28))
    return datetime.combine(day, time(chance.randint(6, AN_EVENING), chance.randrange(60)), tzinfo=LONDON)


def _nature(
    chance: Random, category: str, *, prompt: bool
) -> tuple[OpportunityKind, tuple[Theme, ...], str, dict[str, Any]]:
    """Kind, themes, harm and the facts that a manager would answer."""
    some_harm = chance.choice(["none", "none", "low"])
    if category == "financial":
        is_abuse = chance.random() < 0.2  # noqa: PLR2004 - a share
        kind = OpportunityKind.ABUSE_OR_NEGLECT if is_abuse else OpportunityKind.SAFEGUARDING_INDICATOR
        return kind, (Theme.FINANCIAL_RISK,), "none", {"abuse_types": ["financial"]} if is_abuse else {}
    if category == "medication":
        return OpportunityKind.NEAR_MISS, (Theme.MEDICATION,), "none", {}
    kind = OpportunityKind(category)
    if kind is OpportunityKind.SAFEGUARDING_INDICATOR:
        late = () if prompt else (Theme.DELAYED_ESCALATION,)
        theme = chance.choice([Theme.REPEATED_LOW_LEVEL, Theme.FEELING_UNSAFE, Theme.RECORDING])
        return kind, (theme, *late), some_harm, {}
    if kind is OpportunityKind.ABUSE_OR_NEGLECT:
        abuse = chance.choice(["physical", "psychological", "neglect"])
        return kind, (Theme.FEELING_UNSAFE,), "low", {"abuse_types": [abuse], "has_care_needs": True}
    themes = {
        OpportunityKind.ACCIDENT_OR_INJURY: (Theme.FALLS,),
        OpportunityKind.PROFESSIONAL_UPDATE: (Theme.INFORMATION_SHARING,),
        OpportunityKind.COMPLAINT: (Theme.COMMUNICATION,),
        OpportunityKind.COMPLIMENT: (Theme.GOOD_PRACTICE,),
        OpportunityKind.WHISTLEBLOWING: (Theme.WORKFORCE_PRESSURE,),
        OpportunityKind.QUALITY_ASSURANCE: (Theme.RECORD_OVERSIGHT,),
        OpportunityKind.STAFF_ALLEGATION: (Theme.CULTURE,),
    }
    facts: dict[str, Any] = {"council_funded": True} if kind is OpportunityKind.COMPLAINT else {}
    return kind, themes.get(kind, ()), some_harm if kind is OpportunityKind.ACCIDENT_OR_INJURY else "none", facts
