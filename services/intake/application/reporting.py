"""What someone told us, and the opportunity that begins with it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from contracts.taxonomy import IntakeRoute, OpportunityKind, Role
from libs.deciding import Act
from libs.directory import Site
from libs.keys import KeyRing
from services.intake.domain import Opportunity
from services.intake.domain.answers import require_answers

FORMS_OF_ADDRESS = re.compile(r"^(?:mr|mrs|ms|miss|mx|dr|sir|lady)\.? ", re.IGNORECASE)
UNNAMED = "unnamed"
"""Who acts where nobody is to know who it was."""
CONFIDANTS = frozenset({Role.NOMINATED_INDIVIDUAL, Role.SAFEGUARDING_LEAD})
LEAST_LETTERS = 4
"""Fewer letters, such as initials, are shared by too many people to tell anybody again by."""


@dataclass(frozen=True, slots=True)
class Report:
    """What someone told us, by whichever way it came.

    `source_key` identifies it at its source, if it has one; `said_at` is when the source said so.
    """

    site: str
    kind: str
    summary: str
    themes: list[str] = field(default_factory=list)
    immediate_action: str = ""
    harm_level: str = "unknown"
    person_name: str = ""
    person: UUID | None = None
    reporter: str = ""
    route: str = IntakeRoute.FORM
    source_key: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    due_on: date | None = None
    due_note: str = ""
    said_at: datetime | None = None


def pseudonym_of(keys: KeyRing, provider: str, report: Report) -> str:
    """What tells the same person again within a provider, or nothing where that cannot be told."""
    if report.person:
        return keys.pseudonym("person", str(report.person))
    return pseudonym_of_name(keys, provider, report.person_name)


def pseudonym_of_name(keys: KeyRing, among: str, name: str) -> str:
    """The same for a name within those among whom it tells somebody apart; nothing for initials."""
    name = FORMS_OF_ADDRESS.sub("", " ".join(name.split()))
    return keys.pseudonym("person", f"{among}/{name}") if sum(map(str.isalpha, name)) >= LEAST_LETTERS else ""


def shielded(act: Act, kind: str) -> Act:
    """Who blows the whistle is named in no event, whoever reads those: their name is under the seal of the report alone."""
    return replace(act, actor=UNNAMED, role="") if kind == OpportunityKind.WHISTLEBLOWING else act


def knows_who_told(kind: str, role: str, scope: str) -> bool:
    """Whether a post may read who told us. Of a whistleblower only those who stand outside every line at their site: the
    nominated individual and who leads on safeguarding, over the whole provider."""
    return kind != OpportunityKind.WHISTLEBLOWING or (role in CONFIDANTS and scope.startswith("provider:"))


def begun(report: Report, site: Site, journey: UUID, person: str = "") -> Opportunity:
    """A new opportunity from a report; `person` is the pseudonym of whom it is about. Raises FactNotUnderstood."""
    require_answers(report.facts)
    opportunity = Opportunity(
        provider=site.provider,
        site=site.site_id,
        journey=journey,
        about=report.person or journey,
        kind=report.kind,
        themes=report.themes,
        reference=receipt(journey),
        route=report.route,
        reporter_known=bool(report.reporter),
        harm_level=report.harm_level,
        summary=report.summary,
        immediate_action=report.immediate_action,
        person_name=report.person_name,
        reporter=report.reporter,
        source_key=report.source_key,
        facts=report.facts,
        due_on=report.due_on,
        said_at=report.said_at,
        due_note=report.due_note,
        person=person,
    )
    if report.immediate_action:
        opportunity.confirm_safety(report.immediate_action)
    return opportunity


def receipt(journey: UUID) -> str:
    """The number given to whoever reported it: short, unambiguous when read out, and no secret."""
    alphabet = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
    number, letters = journey.int, []
    for _ in range(8):
        number, rest = divmod(number, len(alphabet))
        letters.append(alphabet[rest])
    return f"{''.join(letters[:4])}-{''.join(letters[4:])}"


def plain(said: str) -> str:
    """A number or a word without what people write differently."""
    return "".join(each for each in said.casefold() if each.isalnum())
