"""What is kept about whom and for how long: records by the key that seals them, holds, erasures, proposals to dispose."""

from __future__ import annotations

from datetime import datetime
from functools import singledispatch
from typing import Any
from uuid import UUID

from psycopg_pool import AsyncConnectionPool

from contracts.action import PracticeChanged
from contracts.assurance import CadenceKept, ClosureStateReached, EarlySignNoted, TriggerFired
from contracts.review import ReviewSignedOff
from libs.views import Rows, View
from services.intake.domain import Link, Opportunity, Pattern, StaffAllegation
from services.intake.domain.disposal import Disposal
from services.intake.domain.erasure import Erasure
from services.intake.domain.external import ExternalMessage
from services.intake.domain.hold import LegalHold

MOST = 2000
"""Messages that nobody took and that one month's look destroys; more wait for the next."""


class Keeping(View):
    """Names nobody: people are told apart by key and by pseudonym, and a record that was erased loses even that."""

    name = "keeping"
    table_names = ("record", "entry", "apart", "recognised", "untaken", "hold", "erasure", "proposal")
    tables = """
        CREATE TABLE IF NOT EXISTS record (
            journey uuid PRIMARY KEY, provider text NOT NULL, site text NOT NULL, about uuid NOT NULL,
            reference text NOT NULL, kind text NOT NULL, harm_level text NOT NULL, person text NOT NULL,
            occurred timestamptz NOT NULL, shut_out text[] NOT NULL DEFAULT '{}',
            erased_by uuid
        );
        CREATE INDEX IF NOT EXISTS record_about ON record (about);
        CREATE INDEX IF NOT EXISTS record_person ON record (person) WHERE person <> '';
        CREATE INDEX IF NOT EXISTS record_kept ON record (provider) WHERE erased_by IS NULL;
        CREATE TABLE IF NOT EXISTS entry (journey uuid PRIMARY KEY, last_entry timestamptz NOT NULL);
        CREATE TABLE IF NOT EXISTS apart (journey uuid NOT NULL, key uuid NOT NULL, PRIMARY KEY (journey, key));
        CREATE TABLE IF NOT EXISTS recognised (
            journey uuid NOT NULL, pattern_journey uuid NOT NULL, PRIMARY KEY (journey, pattern_journey)
        );
        CREATE TABLE IF NOT EXISTS untaken (journey uuid PRIMARY KEY, since timestamptz NOT NULL);
        CREATE TABLE IF NOT EXISTS hold (
            journey uuid PRIMARY KEY, site text NOT NULL, placed timestamptz NOT NULL, reason text NOT NULL,
            review_on date NOT NULL
        );
        CREATE TABLE IF NOT EXISTS erasure (
            id uuid PRIMARY KEY, provider text NOT NULL, site text NOT NULL, state text NOT NULL, ground text NOT NULL,
            records int NOT NULL, asked timestamptz NOT NULL, answer_by date NOT NULL
        );
        CREATE TABLE IF NOT EXISTS proposal (
            key uuid PRIMARY KEY, provider text NOT NULL, site text NOT NULL, journeys uuid[] NOT NULL,
            rules text[] NOT NULL, since date NOT NULL
        );
    """

    def __init__(self, service: str, pool: AsyncConnectionPool) -> None:
        super().__init__(service, project, pool)

    async def record(self, journey: UUID) -> dict[str, Any] | None:
        """One record, or None."""
        return await self.row("SELECT * FROM record JOIN entry USING (journey) WHERE journey = %s", (journey,))

    async def of_same_person(self, journey: UUID) -> list[dict[str, Any]]:
        """This record and every other of the provider that may be about the same person, the oldest first.

        `same_key` says that it is certain: what is sealed under one key can only be erased together. `pattern` says that
        it is the journey of a pattern which was recognised in this record among others.
        """
        return await self.rows(
            "SELECT o.*, e.last_entry, o.about = it.about AS same_key, p.journey IS NOT NULL AS pattern FROM record it"
            " JOIN record o ON o.erased_by IS NULL JOIN entry e ON e.journey = o.journey"
            " LEFT JOIN recognised p ON p.journey = it.journey AND p.pattern_journey = o.journey"
            " WHERE it.journey = %s AND (o.about = it.about OR p.journey IS NOT NULL"
            " OR (it.person <> '' AND o.person = it.person AND o.provider = it.provider)) ORDER BY o.occurred",
            (journey,),
        )

    async def under_keys_of(self, journeys: list[UUID]) -> list[dict[str, Any]]:
        """Every record sealed under a key of one of these."""
        return await self.rows(
            "SELECT * FROM record JOIN entry USING (journey)"
            " WHERE about IN (SELECT about FROM record WHERE journey = ANY(%s)) ORDER BY occurred",
            (journeys,),
        )

    async def kept_apart(self, journeys: list[UUID]) -> list[UUID]:
        """Keys of their own under which words about these may lie: what outside systems sent, why patterns were recognised
        or not, how a trigger was followed that rests on them, and what was noted on a round or beside an early sign."""
        found = await self.rows("SELECT DISTINCT key FROM apart WHERE journey = ANY(%s) ORDER BY key", (journeys,))
        return [row["key"] for row in found]

    async def untaken_since(self, before: datetime) -> list[UUID]:
        """What outside systems sent before a moment and nobody took: it is not known whom it is about."""
        found = await self.rows("SELECT journey FROM untaken WHERE since < %s ORDER BY since LIMIT %s", (before, MOST))
        return [row["journey"] for row in found]

    async def holds(self, journeys: list[UUID]) -> list[dict[str, Any]]:
        """The legal holds on these."""
        return await self.rows("SELECT * FROM hold WHERE journey = ANY(%s) ORDER BY placed", (journeys,))

    async def proposal(self, key: UUID) -> dict[str, Any] | None:
        """What is proposed for disposal under a key, or None."""
        return await self.row("SELECT * FROM proposal WHERE key = %s", (key,))

    async def untouched_since(self, provider: str, before: Any) -> list[dict[str, Any]]:
        """Records of a provider under keys to whose records nothing was added since a moment."""
        return await self.rows(
            "SELECT * FROM record JOIN entry USING (journey) WHERE about IN (SELECT about FROM record JOIN entry USING (journey)"
            " WHERE provider = %s AND erased_by IS NULL GROUP BY about HAVING max(last_entry) < %s) ORDER BY about, occurred",
            (provider, before),
        )

    async def listed(self, sites: list[str]) -> dict[str, list[dict[str, Any]]]:
        """The erasures, holds and proposals of these sites."""
        return {
            "erasures": await self.rows(
                "SELECT * FROM erasure WHERE site = ANY(%s) ORDER BY state IN ('asked', 'approved') DESC, asked DESC"
                " LIMIT 200",
                (sites,),
            ),
            "holds": await self.rows(
                "SELECT h.*, r.reference, r.kind FROM hold h JOIN record r USING (journey) WHERE h.site = ANY(%s)"
                " ORDER BY review_on",
                (sites,),
            ),
            "proposals": await self.rows("SELECT * FROM proposal WHERE site = ANY(%s) ORDER BY since", (sites,)),
        }


@singledispatch
def project(event: object, rows: Rows) -> None:
    """What has no case here changes nothing about what is kept."""


@project.register
def raised(event: Opportunity.Raised, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO record (journey, provider, site, about, reference, kind, harm_level, person, occurred)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (journey) DO NOTHING",
        (
            event.journey, event.provider, event.site, event.about, event.reference, event.kind, event.harm_level,
            event.person, event.occurred,
        ),
    )  # fmt: skip
    added_to(event, rows)


@project.register(Opportunity.Corrected)
@project.register(Opportunity.ImmediateSafetyConfirmed)
@project.register(Opportunity.Triaged)
@project.register(Opportunity.Referred)
@project.register(Opportunity.ExternalDecisionReceived)
@project.register(Opportunity.ClosedWithoutReview)
@project.register(ReviewSignedOff)
@project.register(PracticeChanged)
@project.register(ClosureStateReached)
def added_to(event: Any, rows: Rows) -> None:
    """Also by a neighbour, whose word may come before ours: so it has a row of its own, whichever comes first."""
    rows.execute(
        "INSERT INTO entry AS e VALUES (%s, %s) ON CONFLICT (journey)"
        " DO UPDATE SET last_entry = greatest(e.last_entry, excluded.last_entry)",
        (event.journey, event.recorded),
    )


@project.register
def reclassified(event: Opportunity.Reclassified, rows: Rows) -> None:
    rows.execute("UPDATE record SET kind = %s WHERE journey = %s", (event.kind, event.journey))
    added_to(event, rows)


@project.register
def subject_named(event: StaffAllegation.SubjectNamed, rows: Rows) -> None:
    rows.execute(
        "UPDATE record SET shut_out = array_append(shut_out, %s) WHERE journey = %s", (event.subject, event.journey)
    )


@project.register
def subject_struck_out(event: StaffAllegation.SubjectStruckOut, rows: Rows) -> None:
    rows.execute(
        "UPDATE record SET shut_out = array_remove(shut_out, %s) WHERE journey = %s", (event.subject, event.journey)
    )


@project.register
def message_accepted(event: ExternalMessage.Accepted, rows: Rows) -> None:
    _apart(event.opportunity, event.originator_id, rows)
    rows.execute("DELETE FROM untaken WHERE journey = %s", (event.originator_id,))


@project.register
def message_quarantined(event: ExternalMessage.Quarantined, rows: Rows) -> None:
    rows.execute("INSERT INTO untaken VALUES (%s, %s) ON CONFLICT DO NOTHING", (event.originator_id, event.recorded))


@project.register
def message_expired(event: ExternalMessage.Expired, rows: Rows) -> None:
    rows.execute("DELETE FROM untaken WHERE journey = %s", (event.originator_id,))


@project.register(Link.Made)
@project.register(Link.Undone)
def linked(event: Link.Made | Link.Undone, rows: Rows) -> None:
    for journey in (event.journey, event.other):
        _apart(journey, event.originator_id, rows)


@project.register
def pattern_recognised(event: Pattern.Recognised, rows: Rows) -> None:
    for journey in event.evidence:
        _apart(journey, event.originator_id, rows)
        rows.execute("INSERT INTO recognised VALUES (%s, %s) ON CONFLICT DO NOTHING", (journey, event.opportunity))


@project.register
def pattern_set_aside(event: Pattern.SetAside, rows: Rows) -> None:
    for journey in event.evidence:
        _apart(journey, event.originator_id, rows)


@project.register
def trigger_fired(event: TriggerFired, rows: Rows) -> None:
    """How it is followed will be sealed under the key of the firing, whichever of its facts it tells of."""
    for journey in {fact.journey for fact in event.facts if fact.journey}:
        _apart(journey, event.firing_id, rows)


@project.register(CadenceKept)
@project.register(EarlySignNoted)
def noted(event: Any, rows: Rows) -> None:
    if event.concerns and event.note_key:
        _apart(event.concerns, event.note_key, rows)


def _apart(journey: UUID, key: UUID, rows: Rows) -> None:
    rows.execute("INSERT INTO apart VALUES (%s, %s) ON CONFLICT DO NOTHING", (journey, key))


@project.register
def hold_placed(event: LegalHold.Placed, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO hold VALUES (%s, %s, %s, %s, %s) ON CONFLICT (journey) DO UPDATE SET placed = excluded.placed,"
        " reason = excluded.reason, review_on = excluded.review_on",
        (event.journey, event.site, event.recorded, event.reason, event.review_on),
    )


@project.register
def hold_lifted(event: LegalHold.Lifted, rows: Rows) -> None:
    rows.execute("DELETE FROM hold WHERE journey = %s", (event.journey,))


@project.register
def erasure_asked(event: Erasure.Asked, rows: Rows) -> None:
    asked = (event.originator_id, event.provider, event.site, event.ground, len(event.journeys), event.recorded)
    rows.execute(
        "INSERT INTO erasure VALUES (%s, %s, %s, 'asked', %s, %s, %s, %s) ON CONFLICT (id) DO NOTHING",
        (*asked, event.answer_by),
    )


@project.register
def erasure_declined(event: Erasure.Declined, rows: Rows) -> None:
    rows.execute("UPDATE erasure SET state = 'declined' WHERE id = %s", (event.originator_id,))


@project.register
def erasure_approved(event: Erasure.Approved, rows: Rows) -> None:
    rows.execute("UPDATE erasure SET state = 'approved' WHERE id = %s", (event.originator_id,))


@project.register
def erased(event: Erasure.Certified, rows: Rows) -> None:
    rows.execute("UPDATE erasure SET state = 'certified' WHERE id = %s", (event.originator_id,))
    rows.execute(
        "UPDATE record SET person = '', erased_by = %s WHERE journey = ANY(%s)", (event.originator_id, event.journeys)
    )
    rows.execute("DELETE FROM proposal WHERE key = ANY(%s)", (event.keys,))


@project.register
def disposal_proposed(event: Disposal.Proposed, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO proposal SELECT %s, %s, site, %s, %s, %s FROM record WHERE journey = %s"
        " ON CONFLICT (key) DO UPDATE SET journeys = excluded.journeys, rules = excluded.rules, since = excluded.since",
        (event.key, event.provider, event.journeys, event.rules, event.since, event.journeys[0]),
    )


@project.register(Disposal.KeptLonger)
@project.register(Disposal.GivenToErase)
def disposal_decided(event: Any, rows: Rows) -> None:
    rows.execute("DELETE FROM proposal WHERE key = %s", (event.key,))
