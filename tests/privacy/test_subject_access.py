"""A copy of what is held on somebody tells of nobody else, as far as a machine can tell, and says so where it cannot."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import orjson
import pytest

from deploy.subject_access.gathering import Held
from deploy.subject_access.telling import MASK, Mask, told
from services.audit import domain as no
from services.audit.application.sentences import plain
from services.audit.domain import SubjectAccess
from tests.given import JOURNEY, NOW, event, given

OTHERS = ["Ann Example", "Kwame Mensah-Boateng"]
TODAY = NOW.date()


def mask(*more: str) -> Mask:
    return Mask(OTHERS, ["Ada Okafor"], more)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ann Example saw Ada Okafor fall.", f"{MASK} saw Ada Okafor fall."),
        ("Boateng's shift; Mrs Okafor slept.", f"{MASK}'s shift; Mrs Okafor slept."),
        ("Dr Patel rang 020 7946 0018.", f"{MASK} rang {MASK}."),
        ("Her NHS number is 943 476 5919.", "Her NHS number is 943 476 5919."),
        ("Ａnn Ｅxample came.", f"{MASK} came."),
    ],
)
def test_others_are_taken_out_and_the_person_stays(text: str, shown: str) -> None:
    assert mask().over(text) == shown


def test_what_a_reader_adds_is_taken_out_everywhere() -> None:
    made = mask("her brother")
    assert made.over("Her brother came; her brotherly friend too.") == f"{MASK} came; her brotherly friend too."
    assert made.count == 1


def test_a_name_that_the_person_shares_with_somebody_else_is_theirs() -> None:
    assert Mask(["Ada Okafor", "Ben Okafor"], ["Ada Okafor"]).over("Okafor and Ben") == f"Okafor and {MASK}"


def test_what_is_held_is_told_in_words_without_ids_codes_of_ours_or_sources() -> None:
    body = {
        "timestamp": NOW.isoformat(), "summary": "She slipped.", "reporter": "Ann Example", "person": "ab" * 16,
        "journey": str(JOURNEY), "opportunity_id": str(uuid4()), "kind": "near_miss", "person_name": "Ada Okafor",
        "by": {"actor": "person:x", "role": "care_worker", "rationale": "Ann Example asked."},
    }  # fmt: skip
    made = told([Held("intake", "intake.Opportunity.Raised", body)], [body], plain, mask())
    (line,) = made.lines
    assert (line.when, line.what, line.role) == ("2 Mar 2026, 09:00", "Opportunity: raised", "Care worker")
    assert dict(line.said) == {
        "Summary": "She slipped.", "Reporter": MASK, "Kind": "Near miss", "Person name": "Ada Okafor",
        "Why it was decided so": f"{MASK} asked.",
    }  # fmt: skip
    assert (made.masked, orjson.loads(made.document)["masked"]) == (2, 2)


ASKED = event(SubjectAccess.Asked, journeys=[JOURNEY], asked_by="person", received_on=TODAY, answer_by=TODAY)
RELEASED = event(SubjectAccess.Released, digest="x", entries=1, masked=0)


def test_a_request_is_not_received_tomorrow() -> None:
    given(SubjectAccess).when(
        lambda _: SubjectAccess.ask(
            provider="acme",
            site="elm",
            identity=uuid4(),
            journeys=[JOURNEY],
            asked_by="person",
            received_on=TODAY + timedelta(days=1),
            answer_by=TODAY,
        )
    ).refused(no.AskedLater)


def test_only_what_was_read_is_released_with_a_reason_and_once() -> None:
    given(SubjectAccess, ASKED).when(lambda a: a.release("x", "x", 3, 1, "To the person.")).then(
        event(SubjectAccess.Released, digest="x", entries=3, masked=1)
    )
    given(SubjectAccess, ASKED).when(lambda a: a.release("x", "y", 3, 1, "To the person.")).refused(
        no.ReadSomethingElse
    )
    given(SubjectAccess, ASKED).when(lambda a: a.release("x", "x", 3, 1, " ")).refused(no.RecipientMissing)
    given(SubjectAccess, ASKED, RELEASED).when(lambda a: a.decline("No.")).refused(no.AccessAnswered)
    given(SubjectAccess, ASKED).when(lambda a: a.decline("They withdrew it.")).then(event(SubjectAccess.Declined))


def test_a_person_decides_file_by_file_before_anything_goes_out() -> None:
    given(SubjectAccess, ASKED).when(lambda a: a.release("x", "x", 3, 1, "To the person.", ["f"])).refused(
        no.FilesUndecided
    )
    out = event(SubjectAccess.FileDecided, sha256="f", given=False)
    given(SubjectAccess, ASKED).when(lambda a: a.decide_file("f", given=False)).then(out)
    given(SubjectAccess, ASKED, out).when(lambda a: a.decide_file("f", given=False)).nothing()
    given(SubjectAccess, ASKED, out).when(lambda a: a.release("x", "x", 3, 1, "To the person.", ["f"])).then(
        event(SubjectAccess.Released, digest="x")
    )
    given(SubjectAccess, ASKED, RELEASED).when(lambda a: a.decide_file("f", given=True)).refused(no.AccessAnswered)


def test_masks_are_kept_and_named_once() -> None:
    given(SubjectAccess, ASKED).when(lambda a: a.mask(["Bo", "Bo", "Cy"])).then(
        event(SubjectAccess.OthersMasked, words="Bo\nCy")
    )
    masked = event(SubjectAccess.OthersMasked, words="Bo")
    given(SubjectAccess, ASKED, masked).when(lambda a: a.mask(["Bo"])).nothing()
