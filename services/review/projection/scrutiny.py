"""What others put to a review and how it was answered, who it is shut to, and the cases of a thematic review."""

from __future__ import annotations

from uuid import UUID

import orjson

from contracts.action import ActionAgreed, ActionHandedOver
from libs.views import Rows
from services.review.domain import Access, Sample, Scrutiny
from services.review.projection.project import project


@project.register
def challenged(event: Scrutiny.Challenged, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO challenge (challenge_id, journey, words, actor, role, raised) VALUES (%s, %s, %s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        (event.challenge_id, event.journey, event.words, event.by.actor, event.by.role, event.recorded),
    )


@project.register
def challenge_answered(event: Scrutiny.ChallengeAnswered, rows: Rows) -> None:
    rows.execute(
        "UPDATE challenge SET answer = %s, answer_role = %s, answered = %s WHERE challenge_id = %s",
        (event.words, event.by.role, event.recorded, event.challenge_id),
    )


@project.register
def advice_received(event: Scrutiny.AdviceReceived, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO advice VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (event.advice_id, event.journey, event.kind, event.body, event.words, event.recorded),
    )


@project.register
def advice_answered(event: Scrutiny.AdviceAnswered, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO decision VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (advice_id) DO UPDATE"
        " SET decision = excluded.decision, because = excluded.because, role = excluded.role,"
        " recorded = excluded.recorded",
        (event.advice_id, event.journey, event.decision, event.because, event.by.role, event.recorded),
    )


@project.register
def barred(event: Access.Barred, rows: Rows) -> None:
    rows.execute("INSERT INTO barred VALUES (%s, %s) ON CONFLICT DO NOTHING", (event.journey, event.subject))


@project.register
def bar_lifted(event: Access.BarLifted, rows: Rows) -> None:
    rows.execute("DELETE FROM barred WHERE journey = %s AND subject = %s", (event.journey, event.subject))


@project.register
def action_agreed(event: ActionAgreed, rows: Rows) -> None:
    """Who owns a change, so that what they write of it themselves is not taken for independent."""
    _owner(event.action_id, event.journey, event.owner_post, rows)


@project.register
def action_handed_over(event: ActionHandedOver, rows: Rows) -> None:
    """Whoever owned it before wrote of their own change too."""
    _owner(event.action_id, event.journey, event.owner_post, rows)


def _owner(action: UUID, journey: UUID, post: str, rows: Rows) -> None:
    rows.execute("INSERT INTO owner VALUES (%s, %s, %s) ON CONFLICT DO NOTHING", (action, journey, post))


@project.register
def drawn(event: Sample.Drawn, rows: Rows) -> None:
    query = event.query
    said = {
        "from_day": query.from_day.isoformat(), "to_day": query.to_day.isoformat(), "sites": query.sites,
        "kinds": query.kinds, "themes": query.themes,
    }  # fmt: skip
    rows.execute(
        "INSERT INTO sample VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (journey) DO UPDATE"
        " SET query = excluded.query, seed = excluded.seed, fitting = excluded.fitting, digest = excluded.digest,"
        " cases = excluded.cases, because = excluded.because, drawn = excluded.drawn",
        (
            event.journey, orjson.dumps(said).decode(), event.seed, event.fitting, event.digest, event.cases,
            event.because, event.recorded,
        ),
    )  # fmt: skip


@project.register
def case_read(event: Sample.CaseRead, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO sampled_case VALUES (%s, %s, %s, 'read', %s, %s) ON CONFLICT DO NOTHING",
        (event.journey, event.originator_version, event.case, event.words, event.recorded),
    )


@project.register
def case_left_out(event: Sample.CaseLeftOut, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO sampled_case VALUES (%s, %s, %s, 'left_out', %s, %s) ON CONFLICT DO NOTHING",
        (event.journey, event.originator_version, event.case, event.because, event.recorded),
    )
