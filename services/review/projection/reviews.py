"""What may be asked of the reviews: the worklist, one review, and everything that its pages show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, LiteralString
from uuid import UUID

from libs.row_security import Hangs
from libs.views import View
from services.review.domain.sample import Query
from services.review.projection.tables import TABLE_NAMES, TABLES

MOST = 50
ALL_OF_THEM: LiteralString = "count(*) OVER ()::int AS in_all"
WITH_OPPORTUNITY: LiteralString = (
    "r.*, o.reference, o.summary, o.occurred, coalesce(s.awaited, false) AS awaited,"
    " coalesce(s.signers, '{}') AS signers, coalesce(s.gaps, '{}') AS gaps"
    " FROM review r LEFT JOIN opportunity o USING (journey) LEFT JOIN sign_off s USING (journey)"
)
ONE: LiteralString = "SELECT " + WITH_OPPORTUNITY
LISTED: LiteralString = f"SELECT {ALL_OF_THEM}, " + WITH_OPPORTUNITY
"""With how many there are `in_all`, of which a list holds a page."""
OPEN_TO: LiteralString = " AND NOT EXISTS (SELECT FROM barred b WHERE b.journey = r.journey AND b.subject = %s)"
FITTING: LiteralString = """
    SELECT k.journey FROM known_case k JOIN opportunity o USING (journey)
    WHERE k.site = ANY(%s) AND (o.occurred AT TIME ZONE 'Europe/London')::date BETWEEN %s AND %s
        AND (cardinality(%s::text[]) = 0 OR k.kind = ANY(%s)) AND (cardinality(%s::text[]) = 0 OR k.themes && %s)
        AND k.journey <> %s
    ORDER BY k.journey
"""


class Reviews(View):
    """The worklist of reviews, and everything one review's page shows."""

    name = "reviews"
    table_names = TABLE_NAMES
    tables = TABLES
    hanging: ClassVar[Mapping[str, Hangs]] = dict.fromkeys(
        ("opportunity", "person", "heard", "attached"), ("known_case", "journey", "journey")
    )
    """What intake says of a journey is there before it has a review, and where it never gets one."""

    async def open_at(
        self, sites: list[str], reader: str = "", besides: Sequence[UUID] = (), page: int = 1, limit: int = MOST
    ) -> list[dict[str, Any]]:
        """A page (from 1) of the open reviews at these sites but some, oldest first, with what the opportunity was; one more
        than it holds where there are more.

        None of them is shut to the reader, who is known here by a pseudonym.
        """
        return await self.rows(
            LISTED
            + " WHERE r.site = ANY(%s) AND r.state = 'open' AND r.journey <> ALL(%s::uuid[])"
            + OPEN_TO
            + " ORDER BY r.opened, r.journey LIMIT %s OFFSET %s",
            (sites, list(besides), reader, limit + 1, (page - 1) * limit),
        )

    async def awaiting(self, sites: list[str], role: str, actor: str, reader: str) -> list[dict[str, Any]]:
        """The reviews at these sites that wait for a sign-off which this person, in this role, may give."""
        return await self.rows(
            LISTED
            + " WHERE r.site = ANY(%s) AND r.state = 'open' AND s.awaited AND %s = ANY(s.signers) AND r.author <> %s"
            + OPEN_TO
            + " ORDER BY r.moved, r.journey LIMIT %s",
            (sites, role, actor, reader, MOST),
        )

    async def signed_off_at(self, sites: list[str], reader: str = "", limit: int = 20) -> list[dict[str, Any]]:
        """The reviews last signed off at these sites, newest first."""
        return await self.rows(
            LISTED
            + " WHERE r.site = ANY(%s) AND r.state = 'signed_off'"
            + OPEN_TO
            + " ORDER BY r.signed DESC, r.journey LIMIT %s",
            (sites, reader, limit),
        )

    async def undecided_at(self, sites: list[str], reader: str) -> list[dict[str, Any]]:
        """What was found or recommended at these sites and has no decision, by journey: how many of them."""
        return await self.rows(
            f"SELECT r.journey, r.site, r.kind, count(*)::int AS open, {ALL_OF_THEM} FROM review r JOIN"
            " (SELECT advice_id AS id, journey FROM advice UNION ALL"
            "  SELECT recommendation_id, journey FROM recommendation) a USING (journey)"
            " WHERE r.site = ANY(%s) AND r.state = 'signed_off'"
            " AND NOT EXISTS (SELECT FROM decision d WHERE d.advice_id = a.id)" + OPEN_TO + " GROUP BY r.journey"
            " ORDER BY min(r.signed) LIMIT %s",
            (sites, reader, MOST),
        )

    async def one(self, journey: UUID) -> dict[str, Any] | None:
        """One review with what the opportunity was, or None."""
        return await self.row(ONE + " WHERE r.journey = %s", (journey,))

    async def person_name(self, journey: UUID) -> str:
        """The name, under seal, of whom the journey is about; empty where it was not given."""
        found = await self.row("SELECT name FROM person WHERE journey = %s", (journey,))
        return str(found["name"]) if found else ""

    async def answers(self, journey: UUID) -> list[dict[str, Any]]:
        """The group's answers that stand."""
        return await self.rows("SELECT * FROM answer WHERE journey = %s ORDER BY step, recorded", (journey,))

    async def own_answers(self, journey: UUID) -> list[dict[str, Any]]:
        """What people answered for themselves."""
        return await self.rows("SELECT * FROM own_answer WHERE journey = %s ORDER BY step, recorded", (journey,))

    async def added_questions(self, journey: UUID) -> list[dict[str, Any]]:
        """The questions this team asked besides."""
        return await self.rows("SELECT * FROM added_question WHERE journey = %s ORDER BY step, recorded", (journey,))

    async def system_answers(self, journey: UUID) -> list[dict[str, Any]]:
        """Everything said of the system that allowed it, in the order it was said."""
        return await self.rows("SELECT * FROM system_answer WHERE journey = %s ORDER BY version", (journey,))

    async def remarks(self, journey: UUID, section: str) -> list[dict[str, Any]]:
        """Why a step was passed over, or why no factor was found: everything said, in the order it was said."""
        return await self.rows(
            "SELECT * FROM remark WHERE journey = %s AND section = %s ORDER BY version", (journey, section)
        )

    async def shared_texts(self, journey: UUID) -> dict[str, dict[str, Any]]:
        """What will be shared, by section: what was learned, and the example."""
        found = await self.rows("SELECT * FROM shared_text WHERE journey = %s", (journey,))
        return {row["section"]: row for row in found}

    async def factors(self, journey: UUID) -> list[dict[str, Any]]:
        """The factors that stand, in the order they were named."""
        return await self.rows(
            "SELECT f.*, coalesce(e.expected, '') AS expected FROM factor f LEFT JOIN factor_expected e"
            " USING (factor_id) WHERE f.journey = %s ORDER BY recorded, factor_id",
            (journey,),
        )

    async def recommendations(self, journey: UUID) -> list[dict[str, Any]]:
        """Our recommendations that stand, in the order they were made, each with its decision if there is one."""
        return await self.rows(
            "SELECT r.*, d.decision, d.because, d.recorded AS decided FROM recommendation r LEFT JOIN decision d"
            " ON d.advice_id = r.recommendation_id WHERE r.journey = %s ORDER BY r.recorded, recommendation_id",
            (journey,),
        )

    async def participants(self, journey: UUID) -> list[dict[str, Any]]:
        """Who was asked to take part, and whether they did."""
        return await self.rows(
            "SELECT p.*, coalesce(s.discipline, '') AS discipline, coalesce(s.because, '') AS asked_because"
            " FROM participant p LEFT JOIN specialist s USING (post_id) WHERE p.journey = %s ORDER BY post_id",
            (journey,),
        )

    async def sessions(self, journey: UUID) -> list[dict[str, Any]]:
        """When people met to learn, earliest first."""
        return await self.rows("SELECT * FROM session WHERE journey = %s ORDER BY held_on, session_id", (journey,))

    async def timeline(self, journey: UUID) -> list[dict[str, Any]]:
        """What happened when, earliest first: what people added here, and what intake has on record."""
        return await self.rows(
            "SELECT happened, source, words, '' AS detail, false AS heard FROM entry WHERE journey = %s UNION ALL"
            " SELECT happened, what, words, detail, true FROM heard WHERE journey = %s ORDER BY happened, heard DESC",
            (journey, journey),
        )

    async def evidence(self, journey: UUID) -> list[dict[str, Any]]:
        """Where it can be seen, earliest first."""
        return await self.rows(
            "SELECT e.*, coalesce(a.written_by, '') AS written_by FROM evidence e LEFT JOIN evidence_author a"
            " USING (evidence_id) WHERE e.journey = %s ORDER BY dated, evidence_id",
            (journey,),
        )

    async def attached(self, journey: UUID) -> list[dict[str, Any]]:
        """The files that came with the report, which stay in intake."""
        return await self.rows("SELECT * FROM attached WHERE journey = %s ORDER BY dated, evidence_id", (journey,))

    async def findings(self, journey: UUID) -> list[dict[str, Any]]:
        """What is now known to have been so, in the order it was found."""
        return await self.rows("SELECT * FROM finding WHERE journey = %s ORDER BY recorded, finding_id", (journey,))

    async def owners(self, journey: UUID) -> set[str]:
        """The posts that own a change on this journey."""
        found = await self.rows("SELECT post_id FROM owner WHERE journey = %s", (journey,))
        return {row["post_id"] for row in found}

    async def challenges(self, journey: UUID) -> list[dict[str, Any]]:
        """What others put to the review, oldest first."""
        return await self.rows("SELECT * FROM challenge WHERE journey = %s ORDER BY raised, challenge_id", (journey,))

    async def advice(self, journey: UUID) -> list[dict[str, Any]]:
        """What other bodies found and recommend, oldest first, each with its decision if there is one."""
        return await self.rows(
            "SELECT a.*, d.decision, d.because, d.recorded AS decided FROM advice a LEFT JOIN decision d"
            " USING (advice_id) WHERE a.journey = %s ORDER BY a.received, advice_id",
            (journey,),
        )

    async def sample(self, journey: UUID) -> dict[str, Any] | None:
        """The sample that stands, or None."""
        return await self.row("SELECT * FROM sample WHERE journey = %s", (journey,))

    async def sampled_cases(self, journey: UUID) -> list[dict[str, Any]]:
        """What was said of the cases, in the order it was said."""
        return await self.rows("SELECT * FROM sampled_case WHERE journey = %s ORDER BY recorded", (journey,))

    async def cases(self, journeys: list[UUID], reader: str) -> list[dict[str, Any]]:
        """Cases by id: what kind they are, when they happened, what happened, under seal, and whether they are shut."""
        return await self.rows(
            "SELECT k.*, o.reference, o.summary, o.occurred,"
            " EXISTS (SELECT FROM barred b WHERE b.journey = k.journey AND b.subject = %s) AS shut"
            " FROM known_case k JOIN opportunity o USING (journey) WHERE journey = ANY(%s) ORDER BY occurred, journey",
            (reader, journeys),
        )

    async def fitting(self, query: Query, besides: UUID) -> list[UUID]:
        """Every case that fits a query, besides the journey that asks."""
        kinds, themes = list(query.kinds), list(query.themes)
        given = (list(query.sites), query.from_day, query.to_day, kinds, kinds, themes, themes, besides)
        return [row["journey"] for row in await self.rows(FITTING, given)]
