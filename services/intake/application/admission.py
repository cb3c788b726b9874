"""Whether what an outside system sent can be taken, and if not, why, in a sentence its sender can act on."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson
from pydantic import ValidationError

from contracts.external import IncidentReported
from contracts.taxonomy import Fact, FactType, HarmLevel, IntakeRoute, OpportunityKind, Theme
from contracts.wire import Foreign, Unreadable, decode_foreign
from libs.directory import Directory, Site
from libs.service import NotFound
from services.intake.application.reporting import Report
from services.intake.domain import ExternalSource

AHEAD = timedelta(hours=24)
"""How far a sender's clock may run ahead before an incident counts as not yet happened."""

KEPT_BYTES = 400 * 1024
"""The largest payload kept for another try. Sealed, it must still fit into one record on the wire."""

MOST_NAMED = 5
LONGEST_ID = 200


@dataclass(frozen=True, slots=True)
class Sent:
    """A message as it came: who is signed in as its source, its headers and bytes, and when it arrived."""

    source: str
    headers: Mapping[str, str]
    payload: bytes
    arrived: datetime

    @property
    def digest(self) -> str:
        """What tells the same bytes again from other ones."""
        told = sorted((k.lower(), v) for k, v in self.headers.items() if k.lower().startswith("ce-"))
        return hashlib.sha256(orjson.dumps(told) + self.payload).hexdigest()

    def packed(self) -> tuple[str, str]:
        """Headers and payload as text to be sealed; empty where there is too much to keep."""
        if len(self.payload) > KEPT_BYTES:
            return "", ""
        read = {k: v for k, v in self.headers.items() if k.lower().startswith("ce-") or k.lower() == "content-type"}
        headers = orjson.dumps(read).decode()
        if len(headers) > KEPT_BYTES // 4:
            return "", ""
        return headers, base64.b64encode(self.payload).decode()

    @classmethod
    def unpacked(cls, source: str, headers: str, payload: str, arrived: datetime) -> Sent:
        """A message as it was kept."""
        return cls(source, orjson.loads(headers), base64.b64decode(payload), arrived)


@dataclass
class NotAdmitted(Exception):
    """A message is kept apart: the reason's name, a sentence, and the sender's code that is not known here."""

    reason: str
    sentence: str
    message_id: str = ""
    part: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Admitted:
    """What a message says, in our own terms. `remark` names what of it was left out."""

    message_id: str
    report: Report
    occurred: datetime
    remark: str = field(default="")


async def admit(sent: Sent, known: ExternalSource | None, directory: Directory, now: datetime) -> Admitted:
    """Read and check a message. Raises NotAdmitted."""
    foreign = _decoded(sent)
    incident = _incident(foreign)
    try:
        site = await _site(incident, known, directory)
        _check_place_and_time(foreign, incident, site, now)
        kind = _ours(OpportunityKind, "kind", incident.kind or OpportunityKind.ACCIDENT_OR_INJURY, known)
        harm = _ours(HarmLevel, "harm_level", incident.harm_level or HarmLevel.UNKNOWN, known)
    except NotAdmitted as fault:
        fault.message_id = foreign.id
        raise
    facts = _facts(incident)
    themes = [theme for theme in incident.themes if theme in set(Theme)]
    left_out = len(incident.facts) - len(facts) + len(incident.themes) - len(themes)
    report = Report(
        site=site.site_id,
        kind=kind,
        summary=incident.summary,
        themes=themes,
        immediate_action=incident.immediate_action or "",
        harm_level=harm,
        person_name=incident.person.name or incident.person.reference if incident.person else "",
        reporter=incident.reported_by or "",
        route=IntakeRoute.EVENT,
        source_key=f"{sent.source}:{incident.incident_id}",
        facts=facts,
        said_at=foreign.time,
    )
    remark = f"Themes and facts left out because their codes are not known here: {left_out}." if left_out else ""
    return Admitted(foreign.id, report, incident.occurred_at, remark)


def _decoded(sent: Sent) -> Foreign:
    try:
        return decode_foreign(sent.headers, sent.payload, types={IncidentReported.name})
    except Unreadable as fault:
        raise NotAdmitted(_kebab(fault), str(fault), fault.message_id or _claimed(sent)) from None


def _claimed(sent: Sent) -> str:
    """The id in the header of a message that was not even opened, so that its sender knows which one is meant."""
    said = next((value for name, value in sent.headers.items() if name.lower() == "ce-id"), "")
    return said if len(said) <= LONGEST_ID and said.isascii() and said.isprintable() else ""


def _incident(foreign: Foreign) -> IncidentReported:
    try:
        return IncidentReported.model_validate(foreign.data)
    except ValidationError as fault:
        errors = fault.errors(include_url=False, include_input=False, include_context=False)
        names = dict.fromkeys(_field(each["loc"]) for each in errors)
        listed = ", ".join(list(names)[:MOST_NAMED])
        sentence = f"These fields are missing or not as promised: {listed}."
        raise NotAdmitted("fields-not-as-promised", sentence, foreign.id) from None


async def _site(incident: IncidentReported, known: ExternalSource | None, directory: Directory) -> Site:
    code = known.ours("site", incident.site) if known else incident.site
    try:
        return await directory.site(code)
    except NotFound:
        sentence = "The site is not one of ours, and nobody has said yet which of ours it means."
        raise NotAdmitted("unknown-site", sentence, part="site", code=incident.site) from None


def _check_place_and_time(foreign: Foreign, incident: IncidentReported, site: Site, now: datetime) -> None:
    if foreign.extensions.get("provider", site.provider) != site.provider:
        raise NotAdmitted("wrong-provider", "The site belongs to another provider than the message says.")
    if incident.occurred_at > now + AHEAD:
        raise NotAdmitted("not-yet-happened", "The field occurred_at lies in the future.")


def _ours(codes: type[OpportunityKind | HarmLevel], part: str, code: str, known: ExternalSource | None) -> str:
    ours = known.ours(part, code) if known else code
    if ours not in set(codes):
        sentence = f"The code in the field {part} is not one of ours, and nobody has said yet what it means."
        raise NotAdmitted(f"unknown-{part.replace('_', '-')}", sentence, part=part, code=code)
    return str(ours)


def _facts(incident: IncidentReported) -> dict[str, Any]:
    """The facts that are ours. No free text passes: facts are not sealed."""
    taken: dict[str, Any] = {}
    for code, value in incident.facts.items():
        fact = Fact(code) if code in set(Fact) else None
        answer: Any = [value] if fact and fact.shape is FactType.CHOICES else value
        if fact and fact.question and fact.accepts(answer):
            taken[code] = answer
    return taken


def _field(place: tuple[int | str, ...]) -> str:
    """Which of our promised fields is at fault; never a name that the sender made up."""
    steps = [str(step) for step in place]
    return ".".join(steps[:2]) if steps[0] == "person" else steps[0]


def _kebab(fault: Unreadable) -> str:
    name = type(fault).__name__.replace("CloudEvent", "Cloudevent")
    return "".join(f"-{c.lower()}" if c.isupper() and i else c.lower() for i, c in enumerate(name))
