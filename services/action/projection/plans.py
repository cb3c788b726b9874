"""What may be asked about plans and actions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from libs.views import View

PLAN = """
    SELECT p.*, answers.factors, answers.with_action, answers.left_alone, answers.unanswered,
        made.kept, made.verified, made.weaker, made.late,
        CASE WHEN made.kept > 0 THEN made.weaker::float / made.kept END AS weaker_share,
        p.changed_at IS NOT NULL AND NOT p.slipped AND answers.unanswered = 0 AND made.kept = made.verified
            AND (p.weakness_accepted OR made.weaker < made.kept) AS finished
    FROM plan p
    CROSS JOIN LATERAL (
        SELECT count(*) AS factors,
            count(*) FILTER (WHERE acted_on) AS with_action,
            count(*) FILTER (WHERE NOT acted_on AND left_because <> '') AS left_alone,
            count(*) FILTER (WHERE NOT acted_on AND left_because = '') AS unanswered
        FROM (
            SELECT f.left_because, EXISTS (
                SELECT FROM action a WHERE a.journey = p.journey AND a.factor_id = f.factor_id AND a.state <> 'withdrawn'
            ) AS acted_on
            FROM factor f WHERE f.journey = p.journey AND f.in_plan
        ) AS f
    ) AS answers
    CROSS JOIN LATERAL (
        SELECT count(*) AS kept,
            count(*) FILTER (WHERE a.state = 'verified') AS verified,
            count(*) FILTER (WHERE a.strength = 'weaker') AS weaker,
            count(*) FILTER (WHERE a.state IN ('agreed', 'started') AND a.due < %(today)s) AS late
        FROM action a WHERE a.journey = p.journey AND a.state <> 'withdrawn'
    ) AS made
"""
ACTION = "SELECT a.*, a.state IN ('agreed', 'started') AND a.due < %(today)s AS late FROM action a"

ACTION_WORDS = (
    "strength_because", "why_no_measure", "blocked_because", "extended_because", "evidence", "sent_back_because", "seen",
    "withdrawn_because", "named", "handed_over_because",
)  # fmt: skip
"""The columns of an action that are under seal."""
PLAN_WORDS = ("reopened_because", "weakness_because")
"""The columns of a plan that are under seal."""

PAGE = 25
"""Lines of a list that are shown at a time."""
TO_SEE_THROUGH = ("agreed", "started", "implemented")


class Plans(View):
    """Plans with the coverage of their factors, and the worklist of actions.

    `today` is the day at the sites; an action is late when its due day has passed and the change was not made.
    """

    name = "plans"
    table_names = ("plan", "factor", "action", "roll", "participant", "late_step")
    tables = """
        CREATE TABLE IF NOT EXISTS plan (
            journey uuid PRIMARY KEY, plan_id uuid NOT NULL, provider text NOT NULL, site text NOT NULL,
            learning_statement text NOT NULL, themes text[] NOT NULL, opened timestamptz NOT NULL,
            weakness_accepted boolean NOT NULL DEFAULT false, slipped boolean NOT NULL DEFAULT false,
            changed_at timestamptz, what_changed text NOT NULL DEFAULT '', reopened_because text NOT NULL DEFAULT '',
            version bigint NOT NULL
        );
        ALTER TABLE plan ADD COLUMN IF NOT EXISTS weakness_because text NOT NULL DEFAULT '';
        CREATE INDEX IF NOT EXISTS plan_site ON plan (site, opened);
        CREATE TABLE IF NOT EXISTS factor (
            factor_id uuid PRIMARY KEY, journey uuid NOT NULL, category text NOT NULL, seips text NOT NULL,
            in_plan boolean NOT NULL DEFAULT false, words text NOT NULL DEFAULT '',
            left_because text NOT NULL DEFAULT ''
        );
        CREATE INDEX IF NOT EXISTS factor_journey ON factor (journey);
        CREATE TABLE IF NOT EXISTS action (
            action_id uuid PRIMARY KEY, plan_id uuid NOT NULL, journey uuid NOT NULL, provider text NOT NULL,
            site text NOT NULL, factor_id uuid, what text NOT NULL, change_kind text NOT NULL, strength text NOT NULL,
            strength_because text NOT NULL, owner_post text NOT NULL, due date NOT NULL, measure_id text NOT NULL,
            why_no_measure text NOT NULL, expected_effect text NOT NULL, affects_people boolean NOT NULL,
            agreed_at timestamptz NOT NULL, state text NOT NULL DEFAULT 'agreed',
            blocked_because text NOT NULL DEFAULT '', extended_because text NOT NULL DEFAULT '', overdue_since date,
            implemented_on date, implemented_by text NOT NULL DEFAULT '', evidence_kind text NOT NULL DEFAULT '',
            evidence text NOT NULL DEFAULT '', sent_back_because text NOT NULL DEFAULT '',
            verified_by text NOT NULL DEFAULT '', seen text NOT NULL DEFAULT '',
            withdrawn_because text NOT NULL DEFAULT '', version bigint NOT NULL
        );
        ALTER TABLE action ADD COLUMN IF NOT EXISTS named text NOT NULL DEFAULT '';
        ALTER TABLE action ADD COLUMN IF NOT EXISTS handed_over_because text NOT NULL DEFAULT '';
        ALTER TABLE action ADD COLUMN IF NOT EXISTS escalated_to text[] NOT NULL DEFAULT '{}';
        ALTER TABLE action ADD COLUMN IF NOT EXISTS next_step_on date;
        CREATE TABLE IF NOT EXISTS late_step (
            action_id uuid NOT NULL, due date NOT NULL, step int NOT NULL, journey uuid NOT NULL, site text NOT NULL,
            posts text[] NOT NULL, told timestamptz NOT NULL, PRIMARY KEY (action_id, due, step)
        );
        ALTER TABLE late_step ADD COLUMN IF NOT EXISTS reminder boolean NOT NULL DEFAULT false;
        CREATE TABLE IF NOT EXISTS roll (roll_id uuid PRIMARY KEY, action_id uuid NOT NULL, site text NOT NULL);
        CREATE INDEX IF NOT EXISTS roll_action ON roll (action_id);
        CREATE TABLE IF NOT EXISTS participant (
            roll_id uuid NOT NULL, person_id uuid NOT NULL, site text NOT NULL, took_part_on date,
            excused_because text NOT NULL DEFAULT '', PRIMARY KEY (roll_id, person_id)
        );
        ALTER TABLE participant DROP COLUMN IF EXISTS action_id;
        CREATE INDEX IF NOT EXISTS participant_person ON participant (person_id) WHERE took_part_on IS NULL;
        CREATE INDEX IF NOT EXISTS participant_named ON participant (person_id);
        CREATE INDEX IF NOT EXISTS action_journey ON action (journey, agreed_at);
        CREATE INDEX IF NOT EXISTS action_open ON action (site, due) WHERE state NOT IN ('verified', 'withdrawn');
        CREATE INDEX IF NOT EXISTS action_owner ON action (owner_post, due) WHERE state NOT IN ('verified', 'withdrawn');
    """

    async def plan(self, journey: UUID, today: date) -> dict[str, Any] | None:
        """One plan with its coverage and the share of its weaker actions, or None."""
        found = await self._ask(f"{PLAN} WHERE p.journey = %(journey)s", journey=journey, today=today)
        return found[0] if found else None

    async def unfinished(
        self, sites: list[str], today: date, offset: int = 0, limit: int = PAGE
    ) -> list[dict[str, Any]]:
        """The plans at these sites in which a factor still waits for its answer, oldest first, a page at a time."""
        return await self._ask(
            f"{PLAN} WHERE p.site = ANY(%(sites)s) AND answers.unanswered > 0 ORDER BY p.opened, p.journey"
            " LIMIT %(limit)s OFFSET %(offset)s",
            sites=sites, today=today, limit=limit, offset=offset,
        )  # fmt: skip

    async def factors(self, journey: UUID) -> list[dict[str, Any]]:
        """The factors of a plan, with the reason where one was left; words under seal."""
        return await self._ask(
            "SELECT * FROM factor WHERE journey = %(journey)s AND in_plan ORDER BY factor_id", journey=journey
        )

    async def actions_of(self, journey: UUID, today: date) -> list[dict[str, Any]]:
        """Every action of a plan, in the order they were agreed; words under seal."""
        return await self._ask(
            f"{ACTION} WHERE a.journey = %(journey)s ORDER BY a.agreed_at, a.action_id", journey=journey, today=today
        )

    async def action(self, action: UUID, today: date) -> dict[str, Any] | None:
        """One action, or None."""
        found = await self._ask(f"{ACTION} WHERE a.action_id = %(action)s", action=action, today=today)
        return found[0] if found else None

    async def told_late(self, action: UUID, due: date) -> list[dict[str, Any]]:
        """Which posts were told, and when, that an action was not made by its day; the owner is step 0.

        At a step without posts nobody on the route answered.
        """
        return await self._ask(
            "SELECT step, posts, told, reminder FROM late_step WHERE action_id = %(action)s AND due = %(due)s ORDER BY step",
            action=action, due=due,
        )  # fmt: skip

    async def participants(self, action: UUID) -> list[dict[str, Any]]:
        """Those whom a change is meant for, who took part when, and who was excused; the reason is under seal."""
        return await self._ask(
            "SELECT person_id, took_part_on, excused_because FROM participant JOIN roll USING (roll_id)"
            " WHERE action_id = %(action)s ORDER BY took_part_on NULLS FIRST, person_id",
            action=action,
        )

    async def waiting_for(self, person: UUID, site: str) -> list[UUID]:
        """The lists at a site on which somebody still has to take part."""
        rows = await self._ask(
            "SELECT roll_id FROM participant WHERE person_id = %(person)s AND site = %(site)s AND took_part_on IS NULL"
            " AND excused_because = '' ORDER BY roll_id",
            person=person, site=site,
        )  # fmt: skip
        return [row["roll_id"] for row in rows]

    async def meant_for(self, person: UUID) -> list[dict[str, Any]]:
        """What somebody is named for, what is still to do first. Of a journey that is shut to them there is no more than that
        they are named: `what`, `change_kind` and `due` are None."""
        return await self._ask(
            "SELECT r.action_id, p.site, p.took_part_on, a.journey, a.what, a.change_kind, a.due FROM participant p"
            " JOIN roll r USING (roll_id) LEFT JOIN action a ON a.action_id = r.action_id"
            " WHERE p.person_id = %(person)s AND p.excused_because = ''"
            " AND a.state IS DISTINCT FROM 'withdrawn' ORDER BY p.took_part_on DESC NULLS FIRST, a.due, r.action_id"
            " LIMIT %(limit)s",
            person=person, limit=PAGE,
        )  # fmt: skip

    async def mix(self, sites: list[str]) -> list[dict[str, Any]]:
        """By site, how many kept actions there are of each strength; the largest share of weaker ones first."""
        return await self._ask(
            "SELECT site, count(*) AS kept, count(*) FILTER (WHERE strength = 'stronger') AS stronger,"
            " count(*) FILTER (WHERE strength = 'intermediate') AS intermediate,"
            " count(*) FILTER (WHERE strength = 'weaker') AS weaker FROM action"
            " WHERE site = ANY(%(sites)s) AND state <> 'withdrawn' GROUP BY site"
            " ORDER BY count(*) FILTER (WHERE strength = 'weaker')::float / count(*) DESC, site",
            sites=sites,
        )

    async def owned(self, posts: list[str], today: date, offset: int = 0, limit: int = PAGE) -> list[dict[str, Any]]:
        """What these posts still have to do, late first, a page at a time."""
        return await self._ask(
            f"{ACTION} WHERE a.owner_post = ANY(%(posts)s) AND a.state IN ('agreed', 'started')"
            " ORDER BY a.due, a.action_id LIMIT %(limit)s OFFSET %(offset)s",
            posts=posts, today=today, limit=limit, offset=offset,
        )  # fmt: skip

    async def worklist(
        self,
        sites: list[str],
        today: date,
        *,
        states: Sequence[str] = TO_SEE_THROUGH,
        owner_post: str = "",
        but_posts: Sequence[str] = (),
        late: bool = False,
        offset: int = 0,
        limit: int = PAGE,
    ) -> list[dict[str, Any]]:
        """The actions at these sites in these states, earliest due first, a page at a time.

        `but_posts`: those that these posts still have to make are left out, since they stand in `owned`.
        """
        return await self._ask(
            f"{ACTION} WHERE a.site = ANY(%(sites)s) AND a.state = ANY(%(states)s)"
            " AND (%(post)s = '' OR a.owner_post = %(post)s)"
            " AND NOT (a.owner_post = ANY(%(but)s) AND a.state IN ('agreed', 'started'))"
            " AND (NOT %(late)s OR (a.state IN ('agreed', 'started') AND a.due < %(today)s))"
            " ORDER BY a.due, a.action_id LIMIT %(limit)s OFFSET %(offset)s",
            sites=sites, today=today, states=list(states), post=owner_post, but=list(but_posts), late=late,
            limit=limit, offset=offset,
        )  # fmt: skip

    async def _ask(self, query: Any, **parameters: Any) -> list[dict[str, Any]]:
        return await self.rows(query, parameters)
