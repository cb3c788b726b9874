"""Which keys an erasure reaches: every one that seals words of the person, but those whose reason to stay is given here."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from libs.keys import KeyRing
from services.intake.application import Intake
from services.intake.domain import Erasure

STAYS = {
    "governance.Post.PersonAppointed": "who works here, for as long as what they decided is kept",
    "governance.person_appointed.v1": "the same, told to the rooms",
    "notification.Briefing.Answered": "a colleague's own answer, under that colleague's key",
    "intake.Erasure.Asked": "why somebody was erased outlives them, so it is refused where it names them",
    "intake.Erasure.Declined": "the same",
    "intake.Erasure.Approved": "the same",
    "intake.LegalHold.Placed": "why a record was held is accounted for afterwards, and refused where it names the person",
    "intake.LegalHold.Lifted": "the same",
    "intake.ExternalSource.CodeMapped": "what another system's code means; somebody read it and said that it is a code",
    "notification.Subscribers.EndpointAdded": "a secret that the house made",
    "notification.Subscribers.EndpointPaused": "why another system is not called, refused where it names anybody",
    "notification.Subscribers.EndpointRemoved": "the same",
}
"""Events whose words stay under keys of their own, and why. What is not listed here has to be reached."""


async def unreached(tokens: Iterable[str], intake: Intake, erasure: Erasure) -> set[str]:
    """Events with words under keys that the erasure did not destroy, without those of other people's records."""
    rows = await intake.keeping.rows(
        "SELECT about, journey FROM record WHERE NOT journey = ANY(%s)", (erasure.journeys,)
    )
    others: set[UUID] = {row[name] for row in rows for name in ("about", "journey")}
    reached = others | set(erasure.keys)
    return {token.split(":", 4)[3].split("|")[0] for token in tokens if KeyRing.subject_of(token) not in reached}
