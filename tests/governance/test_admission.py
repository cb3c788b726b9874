"""Who may see one journey: shut to its subject, restricted to who needs to know, opened in an emergency and accounted for."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts import governance as said
from contracts import intake
from libs.deciding import deciding
from libs.domain import Refused
from libs.emergencies import EmergencyIsOver
from services.governance.domain import Admission, EmergencyAccess, OutsideNeedsAnEnd, Post
from services.governance.domain.admission import (
    NotRestricted,
    RestrictedLikeThat,
    RestrictionNeedsReason,
    SomebodyNeedsToKnow,
)
from services.governance.domain.emergency import (
    EmergencyHasNoLength,
    EmergencyNeedsReason,
    NotYourOwnToReview,
    ReviewedAlready,
    ReviewNeedsWords,
)
from services.governance.policy import react
from services.governance.publication import publish
from tests.given import JOURNEY, NOW, SOMEONE, event, given, heard, whenever

WHY = "She is alone tonight and may fall again."
OPENED = event(Admission.Opened)
RESTRICTED = event(Admission.Restricted, posts=["elm.manager"])
GRANTED = event(
    EmergencyAccess.Granted, reader="person:cat", role="registered_manager", because=WHY,
    until=NOW + timedelta(hours=4), rule="pack/1",
)  # fmt: skip


def test_a_journey_is_shut_to_its_subject_once_and_opened_again() -> None:
    given(Admission, OPENED).when(lambda it: it.shut_out("d00d")).then(event(Admission.SubjectShutOut, subject="d00d"))
    shut = event(Admission.SubjectShutOut, subject="d00d")
    given(Admission, OPENED, shut).when(lambda it: it.shut_out("d00d")).nothing()
    given(Admission, OPENED, shut).when(lambda it: it.let_in("d00d")).then(
        event(Admission.SubjectLetIn, subject="d00d")
    )
    given(Admission, OPENED).when(lambda it: it.let_in("d00d")).nothing()


def test_a_journey_is_restricted_to_posts_that_need_to_know_with_a_reason() -> None:
    given(Admission, OPENED).when(lambda it: it.restrict(["b", "a"], "It is about a colleague.")).then(
        event(Admission.Restricted, posts=["a", "b"])
    )
    given(Admission, OPENED).when(lambda it: it.restrict(["a"], " ")).refused(RestrictionNeedsReason)
    given(Admission, OPENED).when(lambda it: it.restrict([], "So.")).refused(SomebodyNeedsToKnow)
    given(Admission, OPENED, RESTRICTED).when(lambda it: it.restrict(["elm.manager"], "So.")).refused(
        RestrictedLikeThat
    )
    given(Admission, OPENED, RESTRICTED).when(lambda it: it.lift_restriction("Over.")).then(
        event(Admission.RestrictionLifted)
    )
    given(Admission, OPENED).when(lambda it: it.lift_restriction("Over.")).refused(NotRestricted)


class Nothing:
    """A service that has no record yet."""

    async def find(self, kind: type, identity: UUID) -> None:
        return None


def test_whom_an_allegation_is_about_is_told_to_every_room() -> None:
    whenever(react, heard(intake.SubjectBarred(subject="d00d")), Nothing()).then(
        event(Admission.Opened), event(Admission.SubjectShutOut, subject="d00d")
    )
    whenever(react, heard(intake.SubjectBarLifted(subject="cafe")), Nothing()).then(event(Admission.Opened))
    it = given(Admission, OPENED).aggregate
    with deciding(SOMEONE, NOW):
        it.shut_out("d00d")
    published = publish(it.collect_events()[-1])
    assert isinstance(published, said.SubjectShutOut)
    assert published.subject == "d00d"


def ask(because: str = WHY, minutes: int | None = 240) -> EmergencyAccess:
    place: dict[str, Any] = {"provider": "acme", "site": "elm", "journey": JOURNEY}
    return EmergencyAccess.ask(
        **place, reader="person:cat", role="registered_manager", because=because, minutes=minutes, rule="pack/1"
    )


def test_an_emergency_opens_a_journey_for_as_long_as_the_rules_say() -> None:
    given(EmergencyAccess).when(lambda _: ask()).then(
        event(EmergencyAccess.Granted, reader="person:cat", because=WHY, until=NOW + timedelta(hours=4))
    )
    given(EmergencyAccess).when(lambda _: ask(because="urgent")).refused(EmergencyNeedsReason)
    given(EmergencyAccess).when(lambda _: ask(minutes=None)).refused(EmergencyHasNoLength)


def test_each_page_that_is_read_is_on_record_and_looking_for_news_is_no_further_reading() -> None:
    read = event(EmergencyAccess.RecordRead, what="/journeys/{journey}")
    given(EmergencyAccess, GRANTED).when(lambda it: it.read("person:cat", "/journeys/{journey}")).then(read)
    soon = NOW + timedelta(seconds=30)
    given(EmergencyAccess, GRANTED, read).when(
        lambda it: it.read("person:cat", "/journeys/{journey}"), at=soon
    ).nothing()
    given(EmergencyAccess, GRANTED, read).when(
        lambda it: it.read("person:cat", "/journeys/{journey}"), at=NOW + timedelta(minutes=2)
    ).then(read)


@pytest.mark.parametrize(
    ("history", "reader", "minutes"),
    [
        ([GRANTED], "person:dan", 0),
        ([GRANTED], "person:cat", 240),
        ([GRANTED, event(EmergencyAccess.Reviewed, justified=False, words="No.")], "person:cat", 1),
    ],
)
def test_nobody_else_reads_under_it_and_not_after_it_ended(history: list[Any], reader: str, minutes: int) -> None:
    at = NOW + timedelta(minutes=minutes)
    given(EmergencyAccess, *history).when(lambda it: it.read(reader, "/journeys/{journey}"), at=at).refused(
        EmergencyIsOver
    )


def test_somebody_else_says_once_whether_it_was_right_to_look() -> None:
    reviewed = event(EmergencyAccess.Reviewed, justified=True, words="She was alone.")
    given(EmergencyAccess, GRANTED).when(lambda it: it.review("person:lee", "She was alone.", justified=True)).then(
        reviewed
    )
    for by, words, history, rule in (
        ("person:cat", "Yes.", [GRANTED], NotYourOwnToReview),
        ("person:lee", " ", [GRANTED], ReviewNeedsWords),
        ("person:lee", "Yes.", [GRANTED, reviewed], ReviewedAlready),
    ):
        kinds: type[Refused] = rule
        given(EmergencyAccess, *history).when(lambda it, b=by, w=words: it.review(b, w, justified=True)).refused(kinds)  # type: ignore[misc]


def test_somebody_from_outside_sees_the_record_up_to_a_day() -> None:
    def post(role: str) -> Any:
        return event(
            Post.Established, post_id="p", role=role, scope="provider:acme", title="P", deputy_post_id=None
        )  # fmt: skip

    who = UUID(int=7)
    given(Post, post("commissioner")).when(lambda it: it.appoint(who, "Com", "")).refused(OutsideNeedsAnEnd)
    given(Post, post("commissioner")).when(lambda it: it.appoint(who, "Com", "", date(2026, 6, 30))).then(
        event(Post.PersonAppointed, until=date(2026, 6, 30))
    )
    given(Post, post("board")).when(lambda it: it.appoint(who, "Bo", "")).then(event(Post.PersonAppointed, until=None))
