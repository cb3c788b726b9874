"""What other bodies found and recommended, as objects that the review answers."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

from services.intake.domain import OutsideFindings
from services.intake.domain.refusals import FindingsNeedWords, FindingsNotKnown, RecommendationRepeated
from services.intake.publication import publish
from tests.given import event, given

OPENED = event(OutsideFindings.Opened)
FOUND = event(
    OutsideFindings.FindingsReceived,
    findings_id=UUID(int=7),
    body="safeguarding_board",
    reference="SAB-3",
    dated=date(2026, 2, 1),
    words="Nobody rang the doctor.",
)


def test_what_a_body_found_is_taken_in() -> None:
    given(OutsideFindings, OPENED).when(
        lambda it: it.receive_findings("police", "CAD-7", None, "No crime was seen.") and None
    ).then(event(OutsideFindings.FindingsReceived, body="police", reference="CAD-7", words="No crime was seen."))


def test_the_same_findings_again_are_quiet() -> None:
    def twice(it: OutsideFindings) -> None:
        first = it.receive_findings("police", "", None, "No crime was seen.")
        assert it.receive_findings("police", "", None, "No crime was seen.") == first

    given(OutsideFindings, OPENED).when(twice).then(event(OutsideFindings.FindingsReceived))


def test_who_guesses_the_words_cannot_tell_by_the_id_that_they_were_said() -> None:
    ids: set[UUID] = set()

    def receive(it: OutsideFindings) -> None:
        ids.add(it.receive_findings("police", "", None, "Bo did it."))
        ids.add(it.receive_recommendation("police", "Tell Bo."))

    for _ in range(2):
        given(OutsideFindings, OPENED).when(receive).then(
            event(OutsideFindings.FindingsReceived), event(OutsideFindings.RecommendationReceived)
        )
    assert len(ids) == 4


def test_what_is_stored_under_the_ids_of_before_is_still_known() -> None:
    given(OutsideFindings, OPENED, FOUND).when(
        lambda it: it.receive_findings("safeguarding_board", "SAB-3", None, "Nobody rang the doctor.") and None
    ).nothing()


def test_findings_and_recommendations_need_words() -> None:
    given(OutsideFindings, OPENED).when(lambda it: it.receive_findings("police", "", None, " ")).refused(
        FindingsNeedWords
    )
    given(OutsideFindings, OPENED).when(lambda it: it.receive_recommendation("police", "")).refused(FindingsNeedWords)


def test_each_recommendation_is_an_object_of_its_own_tied_to_its_findings() -> None:
    def two(it: OutsideFindings) -> None:
        it.receive_recommendation("safeguarding_board", "Ring the doctor.", date(2026, 5, 1), UUID(int=7))
        it.receive_recommendation("safeguarding_board", "Train the nights.", None, UUID(int=7))

    given(OutsideFindings, OPENED, FOUND).when(two).then(
        event(
            OutsideFindings.RecommendationReceived,
            words="Ring the doctor.",
            findings_id=UUID(int=7),
            answer_by=date(2026, 5, 1),
        ),
        event(OutsideFindings.RecommendationReceived, words="Train the nights.", answer_by=None),
    )


def test_a_recommendation_is_taken_in_once() -> None:
    def twice(it: OutsideFindings) -> None:
        it.receive_recommendation("police", "Lock the door.")
        it.receive_recommendation("police", "Lock the door.")

    given(OutsideFindings, OPENED).when(twice).refused(RecommendationRepeated)


def test_a_recommendation_comes_with_findings_that_are_known() -> None:
    given(OutsideFindings, OPENED).when(
        lambda it: it.receive_recommendation("police", "Lock the door.", None, uuid4())
    ).refused(FindingsNotKnown)


def test_the_review_hears_of_findings_and_recommendations() -> None:
    it = given(OutsideFindings, OPENED, FOUND)
    made: list[object] = []

    def ask(findings: OutsideFindings) -> None:
        findings.receive_recommendation("safeguarding_board", "Ring the doctor.", None, UUID(int=7))
        made.extend(findings.pending_events)

    it.when(ask).then(event(OutsideFindings.RecommendationReceived))
    said = publish(made[-1])
    assert said is not None
    assert said.name == "intake.recommendation_received.v1"
