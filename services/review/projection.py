"""What review remembers for reading: every review and where it stands, with people's words under seal."""

from __future__ import annotations

from functools import singledispatch
from typing import Any, LiteralString
from uuid import UUID

from contracts.intake import OpportunityCorrected, OpportunityRaised
from libs.domain import Event
from libs.views import Rows, View
from services.review.domain import Material, Review

WITH_OPPORTUNITY: LiteralString = (
    "SELECT r.*, o.reference, o.summary, o.occurred FROM review r LEFT JOIN opportunity o USING (journey)"
)


class Reviews(View):
    """The worklist of reviews, and everything one review's page shows."""

    name = "reviews"
    table_names = ("review", "opportunity", "answer", "factor", "recommendation", "participant", "entry", "evidence")
    tables = """
        CREATE TABLE IF NOT EXISTS review (
            journey uuid PRIMARY KEY, review_id uuid NOT NULL, provider text NOT NULL, site text NOT NULL,
            kind text NOT NULL, response text NOT NULL, lead_role text NOT NULL, themes text[] NOT NULL,
            state text NOT NULL, opened timestamptz NOT NULL, moved timestamptz NOT NULL,
            template text NOT NULL, rules text NOT NULL, version bigint NOT NULL,
            steps int[] NOT NULL DEFAULT '{}', passed_over int[] NOT NULL DEFAULT '{}',
            without_factor text NOT NULL DEFAULT '', system_answer text NOT NULL DEFAULT '',
            learning text NOT NULL DEFAULT '', author text NOT NULL DEFAULT '',
            signed_by text NOT NULL DEFAULT '', signed timestamptz, reopened_because text NOT NULL DEFAULT ''
        );
        CREATE INDEX IF NOT EXISTS review_worklist ON review (site, opened) WHERE state = 'open';
        CREATE TABLE IF NOT EXISTS opportunity (
            journey uuid PRIMARY KEY, reference text NOT NULL, summary text NOT NULL, occurred timestamptz NOT NULL
        );
        CREATE TABLE IF NOT EXISTS answer (
            journey uuid NOT NULL, question text NOT NULL, step int NOT NULL, number int NOT NULL, words text NOT NULL,
            actor text NOT NULL, role text NOT NULL, recorded timestamptz NOT NULL, PRIMARY KEY (journey, question)
        );
        CREATE TABLE IF NOT EXISTS factor (
            factor_id uuid PRIMARY KEY, journey uuid NOT NULL, category text NOT NULL, seips text NOT NULL,
            behind uuid, words text NOT NULL, recorded timestamptz NOT NULL
        );
        CREATE INDEX IF NOT EXISTS factor_journey ON factor (journey);
        CREATE TABLE IF NOT EXISTS recommendation (
            recommendation_id uuid PRIMARY KEY, journey uuid NOT NULL, words text NOT NULL, recorded timestamptz NOT NULL
        );
        CREATE INDEX IF NOT EXISTS recommendation_journey ON recommendation (journey);
        CREATE TABLE IF NOT EXISTS participant (
            journey uuid NOT NULL, post_id text NOT NULL, state text NOT NULL, because text NOT NULL,
            PRIMARY KEY (journey, post_id)
        );
        CREATE TABLE IF NOT EXISTS entry (
            entry_id uuid PRIMARY KEY, journey uuid NOT NULL, happened timestamptz NOT NULL, source text NOT NULL,
            words text NOT NULL
        );
        CREATE INDEX IF NOT EXISTS entry_journey ON entry (journey, happened);
        CREATE TABLE IF NOT EXISTS evidence (
            evidence_id uuid PRIMARY KEY, journey uuid NOT NULL, source text NOT NULL, dated date NOT NULL,
            words text NOT NULL, recorded timestamptz NOT NULL
        );
        CREATE INDEX IF NOT EXISTS evidence_journey ON evidence (journey);
    """

    async def open_at(self, sites: list[str], limit: int = 50) -> list[dict[str, Any]]:
        """The open reviews at these sites, oldest first, with what the opportunity was."""
        return await self.rows(
            WITH_OPPORTUNITY + " WHERE r.site = ANY(%s) AND r.state = 'open' ORDER BY r.opened, r.journey LIMIT %s",
            (sites, limit),
        )

    async def signed_off_at(self, sites: list[str], limit: int = 20) -> list[dict[str, Any]]:
        """The reviews last signed off at these sites, newest first."""
        return await self.rows(
            WITH_OPPORTUNITY
            + " WHERE r.site = ANY(%s) AND r.state = 'signed_off' ORDER BY r.signed DESC, r.journey LIMIT %s",
            (sites, limit),
        )

    async def one(self, journey: UUID) -> dict[str, Any] | None:
        """One review with what the opportunity was, or None."""
        return await self.row(WITH_OPPORTUNITY + " WHERE r.journey = %s", (journey,))

    async def answers(self, journey: UUID) -> list[dict[str, Any]]:
        """The answers that stand."""
        return await self.rows("SELECT * FROM answer WHERE journey = %s ORDER BY step, recorded", (journey,))

    async def factors(self, journey: UUID) -> list[dict[str, Any]]:
        """The factors that stand, in the order they were named."""
        return await self.rows("SELECT * FROM factor WHERE journey = %s ORDER BY recorded, factor_id", (journey,))

    async def recommendations(self, journey: UUID) -> list[dict[str, Any]]:
        """The recommendations that stand, in the order they were made."""
        return await self.rows(
            "SELECT * FROM recommendation WHERE journey = %s ORDER BY recorded, recommendation_id", (journey,)
        )

    async def participants(self, journey: UUID) -> list[dict[str, Any]]:
        """Who was asked to take part, and whether they did."""
        return await self.rows("SELECT * FROM participant WHERE journey = %s ORDER BY post_id", (journey,))

    async def timeline(self, journey: UUID) -> list[dict[str, Any]]:
        """What happened when, earliest first."""
        return await self.rows("SELECT * FROM entry WHERE journey = %s ORDER BY happened, entry_id", (journey,))

    async def evidence(self, journey: UUID) -> list[dict[str, Any]]:
        """Where it can be seen, earliest first."""
        return await self.rows("SELECT * FROM evidence WHERE journey = %s ORDER BY dated, evidence_id", (journey,))


@singledispatch
def project(event: object, rows: Rows) -> None:
    """What has no case here leaves the reviews as they are."""


@project.register
def raised(event: OpportunityRaised, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO opportunity VALUES (%s, %s, %s, %s) ON CONFLICT (journey) DO NOTHING",
        (event.journey, event.reference, event.summary, event.occurred),
    )


@project.register
def corrected(event: OpportunityCorrected, rows: Rows) -> None:
    rows.execute("UPDATE opportunity SET summary = %s WHERE journey = %s", (event.summary, event.journey))


def _moved(event: Event, rows: Rows) -> None:
    rows.execute(
        "UPDATE review SET version = %s, moved = %s WHERE journey = %s",
        (event.originator_version, event.recorded, event.journey),
    )


@project.register
def opened(event: Review.Opened, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO review (journey, review_id, provider, site, kind, response, lead_role, themes, state, opened,"
        " moved, template, rules, version) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 'open', %s, %s, %s, %s, %s)"
        " ON CONFLICT (journey) DO NOTHING",
        (
            event.journey, event.originator_id, event.provider, event.site, event.kind, event.response,
            event.lead_role, event.themes, event.recorded, event.recorded, event.template, event.rules,
            event.originator_version,
        ),
    )  # fmt: skip


@project.register
def response_chosen(event: Review.ResponseChosen, rows: Rows) -> None:
    rows.execute(
        "UPDATE review SET kind = %s, response = %s, lead_role = %s, themes = %s, state = 'open' WHERE journey = %s",
        (event.kind, event.response, event.lead_role, event.themes, event.journey),
    )
    _moved(event, rows)


@project.register
def set_aside(event: Review.SetAside, rows: Rows) -> None:
    rows.execute("UPDATE review SET state = 'set_aside' WHERE journey = %s", (event.journey,))
    _moved(event, rows)


@project.register
def answered(event: Review.Answered, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO answer VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (journey, question) DO UPDATE"
        " SET number = excluded.number, words = excluded.words, actor = excluded.actor, role = excluded.role,"
        " recorded = excluded.recorded",
        (
            event.journey, event.question, event.step, event.number, event.words, event.by.actor, event.by.role,
            event.recorded,
        ),
    )  # fmt: skip
    if event.begins_step:
        rows.execute(
            "UPDATE review SET steps = array_append(steps, %s) WHERE journey = %s AND NOT %s = ANY(steps)",
            (event.step, event.journey, event.step),
        )
    _moved(event, rows)


@project.register
def passed_over(event: Review.StepPassedOver, rows: Rows) -> None:
    rows.execute(
        "UPDATE review SET passed_over = array_append(passed_over, %s) WHERE journey = %s AND NOT %s = ANY(passed_over)",
        (event.step, event.journey, event.step),
    )
    _moved(event, rows)


@project.register
def factor_identified(event: Review.FactorIdentified, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO factor VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (event.factor_id, event.journey, event.category, event.seips, event.behind, event.words, event.recorded),
    )
    _moved(event, rows)


@project.register
def factor_withdrawn(event: Review.FactorWithdrawn, rows: Rows) -> None:
    rows.execute("DELETE FROM factor WHERE factor_id = %s", (event.factor_id,))
    _moved(event, rows)


@project.register
def no_factor_found(event: Review.NoFactorFound, rows: Rows) -> None:
    rows.execute("UPDATE review SET without_factor = %s WHERE journey = %s", (event.because, event.journey))
    _moved(event, rows)


@project.register
def system_questioned(event: Review.SystemQuestioned, rows: Rows) -> None:
    rows.execute("UPDATE review SET system_answer = %s WHERE journey = %s", (event.words, event.journey))
    _moved(event, rows)


@project.register
def recommended(event: Review.Recommended, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO recommendation VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (event.recommendation_id, event.journey, event.words, event.recorded),
    )
    _moved(event, rows)


@project.register
def recommendation_withdrawn(event: Review.RecommendationWithdrawn, rows: Rows) -> None:
    rows.execute("DELETE FROM recommendation WHERE recommendation_id = %s", (event.recommendation_id,))
    _moved(event, rows)


@project.register
def learning_stated(event: Review.LearningStated, rows: Rows) -> None:
    rows.execute(
        "UPDATE review SET learning = %s, author = %s WHERE journey = %s", (event.words, event.by.actor, event.journey)
    )
    _moved(event, rows)


@project.register
def signed_off(event: Review.SignedOff, rows: Rows) -> None:
    rows.execute(
        "UPDATE review SET state = 'signed_off', signed_by = %s, signed = %s WHERE journey = %s",
        (event.by.actor, event.recorded, event.journey),
    )
    _moved(event, rows)


@project.register
def reopened(event: Review.Reopened, rows: Rows) -> None:
    rows.execute(
        "UPDATE review SET state = 'open', signed_by = '', signed = NULL, reopened_because = %s WHERE journey = %s",
        (event.because, event.journey),
    )
    _moved(event, rows)


def _participant(event: Any, rows: Rows, state: str, because: str = "") -> None:
    rows.execute(
        "INSERT INTO participant VALUES (%s, %s, %s, %s) ON CONFLICT (journey, post_id) DO UPDATE"
        " SET state = excluded.state, because = excluded.because",
        (event.journey, event.post_id, state, because),
    )


@project.register
def invited(event: Material.Invited, rows: Rows) -> None:
    _participant(event, rows, "invited")


@project.register
def contributed(event: Material.Contributed, rows: Rows) -> None:
    _participant(event, rows, "contributed")


@project.register
def could_not_contribute(event: Material.CouldNotContribute, rows: Rows) -> None:
    _participant(event, rows, "could_not", event.because)


@project.register
def timeline_entry_added(event: Material.TimelineEntryAdded, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO entry VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (event.entry_id, event.journey, event.happened, event.source, event.words),
    )


@project.register
def evidence_added(event: Material.EvidenceAdded, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO evidence VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (event.evidence_id, event.journey, event.source, event.dated, event.words, event.recorded),
    )
