"""What a review's own decisions change: answers, factors, what was learned, and where it stands."""

from __future__ import annotations

from libs.domain import Event
from libs.views import Rows
from services.review.domain import Review
from services.review.domain.answers import GROUP
from services.review.projection.project import project


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
def question_added(event: Review.QuestionAdded, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO added_question VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (event.question, event.journey, event.step, event.words, event.recorded),
    )
    _moved(event, rows)


@project.register
def answered(event: Review.Answered, rows: Rows) -> None:
    if event.voice == GROUP:
        _of_the_group(event, rows)
    else:
        _own(event, rows)
    if event.begins_step:
        rows.execute(
            "UPDATE review SET steps = array_append(array_remove(steps, %s), %s) WHERE journey = %s",
            (event.step, event.step, event.journey),
        )
    _moved(event, rows)


def _own(event: Review.Answered, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO own_answer VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (journey, question, voice) DO UPDATE SET number = excluded.number, words = excluded.words,"
        " role = excluded.role, recorded = excluded.recorded",
        (
            event.journey, event.question, event.voice, event.step, event.number, event.words, event.by.role,
            event.recorded,
        ),
    )  # fmt: skip


def _of_the_group(event: Review.Answered, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO answer VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (journey, question) DO UPDATE"
        " SET number = excluded.number, words = excluded.words, actor = excluded.actor, role = excluded.role,"
        " recorded = excluded.recorded",
        (
            event.journey, event.question, event.step, event.number, event.words, event.by.actor, event.by.role,
            event.recorded,
        ),
    )  # fmt: skip


@project.register
def passed_over(event: Review.StepPassedOver, rows: Rows) -> None:
    rows.execute(
        "UPDATE review SET passed_over = array_append(array_remove(passed_over, %s), %s) WHERE journey = %s",
        (event.step, event.step, event.journey),
    )
    _remark(event, f"step-{event.step}", event.because, rows)
    _moved(event, rows)


def _remark(event: Event, section: str, words: str, rows: Rows) -> None:
    """Beside what others said in the same place, never instead of it."""
    rows.execute(
        "INSERT INTO remark VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (event.journey, event.originator_version, section, words, event.by.role, event.recorded),
    )


@project.register
def factor_identified(event: Review.FactorIdentified, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO factor VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (event.factor_id, event.journey, event.category, event.seips, event.behind, event.words, event.recorded),
    )
    if event.expected:
        rows.execute(
            "INSERT INTO factor_expected VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            (event.factor_id, event.journey, event.expected),
        )
    _moved(event, rows)


@project.register
def factor_withdrawn(event: Review.FactorWithdrawn, rows: Rows) -> None:
    rows.execute("DELETE FROM factor WHERE factor_id = %s", (event.factor_id,))
    _moved(event, rows)


@project.register
def no_factor_found(event: Review.NoFactorFound, rows: Rows) -> None:
    rows.execute("UPDATE review SET without_factor = %s WHERE journey = %s", (event.because, event.journey))
    _remark(event, "no_factor", event.because, rows)
    _moved(event, rows)


@project.register
def system_questioned(event: Review.SystemQuestioned, rows: Rows) -> None:
    rows.execute("UPDATE review SET system_answer = %s WHERE journey = %s", (event.words, event.journey))
    rows.execute(
        "INSERT INTO system_answer VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (event.journey, event.originator_version, event.words, event.by.role, event.recorded),
    )
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
    _shared(event, "learning", rows)
    _moved(event, rows)


@project.register
def example_given(event: Review.ExampleGiven, rows: Rows) -> None:
    _shared(event, "example", rows)
    _moved(event, rows)


def _shared(event: Review.LearningStated | Review.ExampleGiven, section: str, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO shared_text VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (journey, section) DO UPDATE"
        " SET number = excluded.number, words = excluded.words, role = excluded.role, recorded = excluded.recorded",
        (event.journey, section, event.number, event.words, event.by.role, event.recorded),
    )


@project.register
def awaited(event: Review.SignOffAwaited, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO sign_off VALUES (%s, %s, %s, %s) ON CONFLICT (journey) DO UPDATE"
        " SET awaited = excluded.awaited, signers = excluded.signers",
        (event.journey, event.awaited, event.signers, []),
    )
    _moved(event, rows)


@project.register
def signed_off(event: Review.SignedOff, rows: Rows) -> None:
    rows.execute(
        "UPDATE review SET state = 'signed_off', signed_by = %s, signed = %s WHERE journey = %s",
        (event.by.actor, event.recorded, event.journey),
    )
    rows.execute(
        "INSERT INTO sign_off VALUES (%s, false, %s, %s) ON CONFLICT (journey) DO UPDATE"
        " SET awaited = false, gaps = excluded.gaps",
        (event.journey, [], list(event.gaps)),
    )
    _moved(event, rows)


@project.register
def reopened(event: Review.Reopened, rows: Rows) -> None:
    rows.execute(
        "UPDATE review SET state = 'open', signed_by = '', signed = NULL, reopened_because = %s WHERE journey = %s",
        (event.because, event.journey),
    )
    _moved(event, rows)
