"""What waits for a reader: everything owned by their posts, their role or themselves, and what nobody at their site owns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any, LiteralString
from uuid import UUID

from services.governance.projection.asking import Asking

MOST = 100


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks: as which person, in which role and posts, over which sites.

    `unowned` adds what belongs to a site rather than to a post: weighing, agreeing what changes where no change is
    under way, verifying, going to look.
    `everyone` adds what belongs to others at these sites. `provider` is named for a post over the whole of one, which sees
    to what belongs to no site.
    """

    actor: str
    role: str
    posts: list[str]
    sites: list[str]
    person: UUID | None = None
    works_at: Sequence[str] = ()
    unowned: bool = False
    everyone: bool = False
    provider: str = ""


JOURNEYS: LiteralString = """
    SELECT CASE stage WHEN 'practise' THEN 'observe' WHEN 'act' THEN 'agree' ELSE stage END AS task,
        journey, site, kind AS title, lead_role AS owner, due_on AS due_day, NULL::timestamptz AS due,
        CASE stage WHEN 'review' THEN coalesce(review_opened, triaged) WHEN 'act' THEN coalesce(signed_off, raised)
            WHEN 'practise' THEN practice_changed ELSE raised END AS since
    FROM journey WHERE site = ANY(%(sites)s) AND raised IS NOT NULL AND stage = ANY(%(stages)s)
        AND CASE stage WHEN 'review' THEN lead_role = %(role)s OR (lead_role = '' AND %(unowned)s) OR %(everyone)s
            WHEN 'act' THEN NOT EXISTS (SELECT FROM action a
                WHERE a.journey = journey.journey AND a.state NOT IN ('verified', 'withdrawn'))
            ELSE true END
    ORDER BY coalesce(due_on, (raised AT TIME ZONE 'Europe/London')::date), raised LIMIT %(most)s
"""

SIGN_OFFS: LiteralString = """
    SELECT 'sign' AS task, s.journey, s.site, j.kind AS title, '' AS owner, NULL::date AS due_day,
        NULL::timestamptz AS due, s.since
    FROM sign_off s JOIN journey j USING (journey) WHERE s.site = ANY(%(sites)s) AND s.awaited AND j.stage = 'review'
        AND s.since > coalesce(j.signed_off, '-infinity') AND s.author <> %(actor)s
        AND (%(role)s = ANY(s.signers) OR %(everyone)s)
    ORDER BY s.since, s.journey LIMIT %(most)s
"""

ACTIONS: LiteralString = """
    SELECT CASE state WHEN 'implemented' THEN 'verify' ELSE 'act' END AS task, journey, site, what AS title,
        owner_post AS owner, due AS due_day, NULL::timestamptz AS due, agreed AS since
    FROM action WHERE site = ANY(%(sites)s) AND (
        (state IN ('agreed', 'started', 'blocked') AND (owner_post = ANY(%(posts)s) OR %(everyone)s))
        OR (state = 'implemented' AND implemented_by <> %(actor)s AND owner_post <> ALL(%(posts)s) AND %(unowned)s))
    ORDER BY due, action_id LIMIT %(most)s
"""

DUTIES: LiteralString = """
    SELECT 'tell' AS task, journey, site, title, owner_role AS owner, NULL::date AS due_day, due, owed AS since
    FROM duty WHERE site = ANY(%(sites)s) AND state = 'owed'
        AND (owner_role = %(role)s OR (owner_role = '' AND %(unowned)s) OR %(everyone)s)
    ORDER BY coalesce(due, owed), duty_id LIMIT %(most)s
"""

BRIEFINGS: LiteralString = """
    SELECT 'read' AS task, b.journey, b.site, b.title, '' AS owner, NULL::date AS due_day, NULL::timestamptz AS due,
        b.issued AS since
    FROM briefing b LEFT JOIN briefing_person p ON p.briefing_id = b.briefing_id AND p.person_id = %(person)s
    WHERE b.site = ANY(%(near)s) AND b.reached IS NULL AND p.understood IS NULL
        AND (p.person_id IS NOT NULL OR (NOT b.told AND b.site = ANY(%(works_at)s)))
    ORDER BY b.issued LIMIT %(most)s
"""

"""Where it was not said whom a briefing is for, it is for whoever works there."""

TAKING_PART: LiteralString = """
    SELECT 'take_part' AS task, NULL::uuid AS journey, n.site, coalesce(a.change_kind, '') AS title, '' AS owner,
        a.due AS due_day, NULL::timestamptz AS due, n.named AS since
    FROM named_person n JOIN roll r USING (roll_id) LEFT JOIN action a ON a.action_id = r.action_id
    WHERE n.person_id = %(person)s AND NOT n.settled AND a.state IS DISTINCT FROM 'withdrawn'
    ORDER BY a.due, n.named LIMIT %(most)s
"""
"""Of a journey that is shut to the reader there is no more than that they are named."""

CHALLENGES: LiteralString = """
    SELECT 'answer' AS task, challenge_id AS journey, site, words AS title, post_id AS owner, NULL::date AS due_day,
        NULL::timestamptz AS due, raised AS since
    FROM challenge WHERE answered IS NULL AND (post_id = ANY(%(posts)s) OR (site = ANY(%(sites)s) AND %(everyone)s))
    ORDER BY raised LIMIT %(most)s
"""

CADENCES: LiteralString = """
    SELECT 'hold' AS task, NULL::uuid AS journey, site, title, role AS owner, missed AS due_day, NULL::timestamptz AS due,
        missed::timestamptz AS since
    FROM cadence WHERE (site = ANY(%(sites)s) OR (site = '' AND provider = %(provider)s)) AND (role = %(role)s OR %(everyone)s)
        AND missed IS NOT NULL AND (held_on IS NULL OR held_on < missed)
    ORDER BY missed LIMIT %(most)s
"""


class WorkReading(Asking):
    """The question behind "my work"."""

    async def work(self, reader: Reader) -> list[dict[str, Any]]:
        """Everything that waits for the reader, first due first; what has no date stands by how long it has waited."""
        given = {name: getattr(reader, name) for name in Reader.__slots__}
        unowned = reader.unowned or reader.everyone
        stages = ["weigh", "update", "review", "act", "practise"] if unowned else ["review"]
        near = [*reader.sites, *reader.works_at]
        given |= {"works_at": list(reader.works_at), "near": near, "unowned": unowned, "stages": stages, "most": MOST}
        asked = [
            JOURNEYS,
            SIGN_OFFS,
            ACTIONS,
            DUTIES,
            CHALLENGES,
            CADENCES,
            *([BRIEFINGS, TAKING_PART] if reader.person else []),
        ]
        told = await self.together(**{str(n): self.rows(question, given) for n, question in enumerate(asked)})
        found = [row for rows in told.values() for row in rows]
        return sorted(found, key=_order)[:MOST]


def _order(item: dict[str, Any]) -> tuple[datetime, str, str]:
    day = item["due_day"]
    when = item["due"] or (datetime.combine(day, time.max, UTC) if day else item["since"])
    return when, item["task"], str(item["journey"])
