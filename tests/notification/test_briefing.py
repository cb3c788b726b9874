"""A briefing reaches a team when everyone in it has understood; reading is not understanding."""

from __future__ import annotations

import pytest

from services.notification.domain.briefing import Briefing, Listener, Standing
from services.notification.domain.briefing_refusals import (
    AnswerMissing,
    AnswersAlike,
    NotASupervisor,
    NothingToMark,
    NotInTheAudience,
    OwnAnswer,
    QuestionMissing,
    ReadFirst,
    RightAnswerMissing,
    UnderstoodAlready,
)
from tests.given import event, given
from tests.notification.samples import ANN, BEN, CAT, change, team

ISSUED = event(Briefing.Issued, change=change(), audience=team(ANN, BEN))
TO_NOBODY = event(Briefing.Issued, change=change(), audience=[])
CHOICE = event(Briefing.QuestionAsked, question="Who checks the chart?", options=["One", "Two"], right=1)
SUPERVISOR = f"person:{CAT}"


def read(person: object) -> tuple[type, dict[str, object]]:
    return event(Briefing.Read, person_id=person, part="day")


def understood(person: object) -> tuple[type, dict[str, object]]:
    return event(Briefing.Understood, person_id=person, part="day")


def said(person: object, option: int | None = None, words: str = "") -> tuple[type, dict[str, object]]:
    return event(Briefing.Answered, person_id=person, option=option, words=words)


REACHED = event(Briefing.Reached, audience=2, understood=2)


def test_reading_is_recorded_once_and_is_not_understanding() -> None:
    given(Briefing, ISSUED).when(lambda b: b.read(ANN)).then(read(ANN))
    given(Briefing, ISSUED, read(ANN)).when(lambda b: b.read(ANN)).nothing()


def test_only_the_team_is_briefed() -> None:
    given(Briefing, ISSUED).when(lambda b: b.read(CAT)).refused(NotInTheAudience)
    given(Briefing, ISSUED).when(lambda b: b.answer(CAT, words="ok")).refused(NotInTheAudience)
    given(Briefing, ISSUED).when(lambda b: b.mark_understood(CAT, SUPERVISOR, "team_leader")).refused(NotInTheAudience)


def test_the_question_comes_after_reading() -> None:
    given(Briefing, ISSUED, CHOICE).when(lambda b: b.answer(ANN, 1)).refused(ReadFirst)
    given(Briefing, ISSUED).when(lambda b: b.mark_understood(ANN, SUPERVISOR, "team_leader")).refused(ReadFirst)


def test_the_right_choice_is_understood_at_once() -> None:
    given(Briefing, ISSUED, CHOICE, read(ANN)).when(lambda b: b.answer(ANN, 1)).then(said(ANN, 1), understood(ANN))


def test_another_choice_is_not_yet_understood_and_may_be_tried_again() -> None:
    wrong = event(Briefing.NotYetUnderstood, person_id=ANN)
    given(Briefing, ISSUED, CHOICE, read(ANN)).when(lambda b: b.answer(ANN, 0)).then(said(ANN, 0), wrong)
    history = (ISSUED, CHOICE, read(ANN), said(ANN, 0), wrong)
    given(Briefing, *history).when(lambda b: b.answer(ANN, 1)).then(said(ANN, 1), understood(ANN))


@pytest.mark.parametrize("option", [None, 2, -1])
def test_an_answer_is_one_of_those_offered(option: int | None) -> None:
    given(Briefing, ISSUED, CHOICE, read(ANN)).when(lambda b: b.answer(ANN, option)).refused(AnswerMissing)


def test_words_wait_for_someone_else_to_read_them() -> None:
    given(Briefing, ISSUED, read(ANN)).when(lambda b: b.answer(ANN, words="Check with a second person.")).then(
        said(ANN, words="Check with a second person.")
    )
    given(Briefing, ISSUED, read(ANN)).when(lambda b: b.answer(ANN, words=" ")).refused(AnswerMissing)
    answered = (ISSUED, read(ANN), said(ANN, words="Check."))
    given(Briefing, *answered).when(lambda b: b.mark_understood(ANN, SUPERVISOR, "team_leader")).then(understood(ANN))


def test_nobody_marks_their_own_answer() -> None:
    answered = (ISSUED, read(ANN), said(ANN, words="Check."))
    given(Briefing, *answered).when(lambda b: b.mark_understood(ANN, f"person:{ANN}", "team_leader")).refused(OwnAnswer)
    given(Briefing, *answered).when(lambda b: b.mark_not_yet(ANN, f"person:{ANN}", "team_leader")).refused(OwnAnswer)


def test_an_answer_to_talk_through_is_answered_again() -> None:
    not_yet = event(Briefing.NotYetUnderstood, person_id=ANN)
    answered = (ISSUED, read(ANN), said(ANN, words="Check."))
    given(Briefing, *answered).when(lambda b: b.mark_not_yet(ANN, SUPERVISOR, "team_leader")).then(not_yet)
    given(Briefing, *answered, not_yet).when(lambda b: b.mark_not_yet(ANN, SUPERVISOR, "team_leader")).refused(
        NothingToMark
    )
    given(Briefing, *answered, not_yet).when(lambda b: b.answer(ANN, words="Two of us check.")).then(
        said(ANN, words="Two of us check.")
    )


def test_what_was_understood_is_not_asked_again() -> None:
    history = (ISSUED, CHOICE, read(ANN), said(ANN, 1), understood(ANN))
    given(Briefing, *history).when(lambda b: b.answer(ANN, 1)).refused(UnderstoodAlready)
    given(Briefing, *history).when(lambda b: b.mark_understood(ANN, SUPERVISOR, "team_leader")).nothing()


def test_the_last_to_understand_reaches_the_whole_team() -> None:
    history = (ISSUED, CHOICE, read(ANN), understood(ANN), read(BEN))
    given(Briefing, *history).when(lambda b: b.answer(BEN, 1)).then(said(BEN, 1), understood(BEN), REACHED)


def left(person: object, *standing: int, understood: bool = False) -> tuple[type, dict[str, object]]:
    return event(
        Briefing.AudienceLeft, person_id=person, part="day", understood=understood, standing=Standing(*standing)
    )


def test_someone_who_left_need_not_be_reached_and_is_counted_apart() -> None:
    history = (ISSUED, read(ANN), understood(ANN))
    given(Briefing, *history).when(lambda b: b.leave(BEN)).then(
        left(BEN, 1, 1, 1), event(Briefing.Reached, audience=1, understood=1, left=1)
    )
    given(Briefing, *history).when(lambda b: b.leave(ANN)).then(left(ANN, 1, 0, 0, understood=True))
    given(Briefing, ISSUED).when(lambda b: b.leave(CAT)).nothing()


def test_a_team_of_nobody_is_not_a_team_that_understood() -> None:
    given(Briefing, ISSUED, left(ANN, 1, 0, 1)).when(lambda b: b.leave(BEN)).then(left(BEN, 0, 0, 2))
    alone = (ISSUED, read(ANN), understood(ANN), left(BEN, 1, 1, 1), event(Briefing.Reached, audience=1, understood=1))
    assert not given(Briefing, *alone, left(ANN, 0, 0, 1, understood=True)).aggregate.is_reached


def test_those_who_leave_together_are_gone_before_it_is_asked_whether_the_others_understood() -> None:
    issued = event(Briefing.Issued, change=change(), audience=team(ANN, BEN, CAT))
    history = (issued, read(ANN), understood(ANN), read(CAT), understood(CAT))
    given(Briefing, *history).when(lambda b: b.leave(BEN, CAT)).then(
        left(BEN, 2, 2, 1),
        left(CAT, 1, 1, 1, understood=True),
        event(Briefing.Reached, audience=1, understood=1, left=1),
    )


def test_who_comes_back_is_owed_it_again_also_where_they_had_understood() -> None:
    reached = (ISSUED, read(ANN), understood(ANN), read(BEN), understood(BEN), REACHED)
    gone = left(BEN, 1, 1, 0, understood=True)
    back = event(Briefing.AudienceGrew, person_id=BEN, part="day", standing=Standing(2, 1, 0))
    given(Briefing, *reached, gone).when(lambda b: b.grow(Listener(BEN, "day"))).then(back)
    assert not given(Briefing, *reached, gone, back).aggregate.is_reached
    never = (ISSUED, read(ANN), understood(ANN), left(BEN, 1, 1, 1))
    given(Briefing, *never).when(lambda b: b.grow(Listener(BEN, "day"))).then(back)
    assert given(Briefing, *never, back).aggregate.missed == set()


def test_what_was_stored_before_leavers_were_counted_still_loads() -> None:
    gone = event(Briefing.AudienceLeft, person_id=BEN)
    assert given(Briefing, ISSUED, gone).aggregate.missed == {BEN}


def test_a_newcomer_is_briefed_and_the_team_is_reached_again_only_with_them() -> None:
    joined = event(Briefing.AudienceGrew, person_id=CAT, part="new_starter")
    history = (ISSUED, read(ANN), understood(ANN), read(BEN), understood(BEN), REACHED)
    given(Briefing, *history).when(lambda b: b.grow(Listener(CAT, "new_starter"))).then(joined)
    assert not given(Briefing, *history, joined).aggregate.is_reached
    given(Briefing, *history, joined, read(CAT)).when(
        lambda b: b.mark_understood(CAT, f"person:{ANN}", "team_leader")
    ).then(
        event(Briefing.Understood, person_id=CAT, part="new_starter"),
        event(Briefing.Reached, audience=3, understood=3),
    )


def test_moving_to_nights_is_noted_and_takes_nothing_back() -> None:
    moved = event(Briefing.AudienceGrew, person_id=ANN, part="night")
    history = (ISSUED, read(ANN), understood(ANN), read(BEN), understood(BEN), REACHED)
    given(Briefing, *history).when(lambda b: b.grow(Listener(ANN, "night"))).then(moved)
    assert given(Briefing, *history, moved).aggregate.is_reached
    given(Briefing, *history).when(lambda b: b.grow(Listener(ANN, "day"))).nothing()


def test_a_manager_may_put_a_question_of_their_own_and_change_it() -> None:
    given(Briefing, ISSUED).when(lambda b: b.ask("Who checks the chart?", ["One", "Two"], 1, "team_leader")).then(
        CHOICE
    )
    given(Briefing, ISSUED, CHOICE).when(
        lambda b: b.ask("Who checks the chart?", ["One", "Two"], 1, "team_leader")
    ).nothing()
    given(Briefing, ISSUED, CHOICE).when(lambda b: b.ask("What will you do?", [], None, "team_leader")).then(
        event(Briefing.QuestionAsked, question="What will you do?", options=[], right=None)
    )


def test_a_question_offers_a_real_choice() -> None:
    given(Briefing, ISSUED).when(lambda b: b.ask(" ", [], None, "team_leader")).refused(QuestionMissing)
    given(Briefing, ISSUED).when(lambda b: b.ask("Who?", ["One"], 0, "team_leader")).refused(RightAnswerMissing)
    given(Briefing, ISSUED).when(lambda b: b.ask("Who?", ["One", "Two"], None, "team_leader")).refused(
        RightAnswerMissing
    )
    given(Briefing, ISSUED).when(lambda b: b.ask("Who?", ["One", "Two"], 2, "team_leader")).refused(RightAnswerMissing)
    given(Briefing, ISSUED).when(lambda b: b.ask("Who?", ["One", "One "], 0, "team_leader")).refused(AnswersAlike)


def test_the_question_and_the_marking_are_for_those_who_lead_the_work() -> None:
    answered = (ISSUED, read(ANN), said(ANN, words="Check."))
    given(Briefing, ISSUED).when(lambda b: b.ask("Who?", [], None, "care_worker")).refused(NotASupervisor)
    given(Briefing, *answered).when(lambda b: b.mark_understood(ANN, SUPERVISOR, "care_worker")).refused(NotASupervisor)
