"""A message is claimed before it is sent, tried patiently, and given up on the record."""

from __future__ import annotations

from datetime import timedelta

import pytest

from libs.deciding import deciding
from libs.reaching import Reaching
from services.notification.domain.message import LEASE, AlreadySettled, Message, NotNow, NotUnderWay
from tests.given import NOW, SOMEONE, event, given

WRITTEN = event(Message.Written, cause="c", subject="duty_owed", to_post="", to_role="registered_manager")
LIMITS = Reaching()
TRIES, FIRST_PAUSE = LIMITS.tries, timedelta(minutes=1)
LATER = NOW + timedelta(days=1)


def sending(attempt: int = 1) -> tuple[type, dict[str, object]]:
    return event(Message.Sending, attempt=attempt, until=NOW + LEASE)


def put_off(attempt: int = 1) -> tuple[type, dict[str, object]]:
    return event(Message.PutOff, attempt=attempt, reason="no answer", again_at=NOW + FIRST_PAUSE * 0.9)


def test_a_message_is_claimed_before_it_is_sent() -> None:
    given(Message, WRITTEN).when(lambda m: m.claim(NOW)).then(sending())
    given(Message, WRITTEN, sending()).when(lambda m: m.claim(NOW)).refused(NotNow)


def test_a_message_whose_sender_was_lost_is_taken_over_when_its_time_is_up() -> None:
    given(Message, WRITTEN, sending()).when(lambda m: m.claim(NOW + LEASE)).then(event(Message.Sending, attempt=2))


def test_a_sender_that_was_taken_over_records_nothing_any_more() -> None:
    taken_over = (WRITTEN, sending(1), sending(2))
    given(Message, *taken_over).when(lambda m: m.deliver(1, 1)).refused(NotUnderWay)
    given(Message, *taken_over).when(lambda m: m.fail(1, "no answer", NOW, LIMITS)).refused(NotUnderWay)
    given(Message, WRITTEN).when(lambda m: m.deliver(1, 1)).refused(NotUnderWay)


def test_a_delivered_message_is_not_sent_again() -> None:
    delivered = event(Message.Delivered, attempt=1, taken=1, refused=0)
    given(Message, WRITTEN, sending()).when(lambda m: m.deliver(1, 1)).then(delivered)
    given(Message, WRITTEN, sending(), delivered).when(lambda m: m.claim(LATER)).refused(AlreadySettled)


def test_a_message_that_was_not_taken_waits_and_then_is_tried_again() -> None:
    given(Message, WRITTEN, sending()).when(lambda m: m.fail(1, "no answer", NOW, LIMITS)).then(
        event(Message.PutOff, attempt=1, reason="no answer")
    )
    given(Message, WRITTEN, sending(), put_off()).when(lambda m: m.claim(NOW)).refused(NotNow)
    again = event(Message.Sending, attempt=2)
    given(Message, WRITTEN, sending(), put_off()).when(lambda m: m.claim(NOW + FIRST_PAUSE)).then(again)


def test_each_pause_is_longer_than_the_one_before_up_to_four_hours() -> None:
    pauses = []
    for attempt in range(1, TRIES):
        message = given(Message, WRITTEN, sending(attempt)).aggregate
        with deciding(SOMEONE, NOW):
            message.fail(attempt, "no answer", NOW, LIMITS)
        pauses.append(message.not_before - NOW)
    assert pauses == sorted(pauses)
    assert timedelta(seconds=48) <= pauses[0] <= timedelta(minutes=1)
    assert pauses[-1] <= timedelta(hours=4)


def test_what_failed_together_does_not_come_back_together() -> None:
    pauses = {given(Message, WRITTEN, sending()).aggregate.pause(1, LIMITS) for _ in range(20)}
    assert len(pauses) > 15
    assert all(FIRST_PAUSE * 0.8 < each <= FIRST_PAUSE for each in pauses)


def test_after_eight_tries_it_is_given_up_on_the_record() -> None:
    undelivered = event(Message.Undelivered, attempt=TRIES, reason="no answer")
    given(Message, WRITTEN, sending(TRIES)).when(lambda m: m.fail(TRIES, "no answer", NOW, LIMITS)).then(undelivered)
    given(Message, WRITTEN, sending(TRIES), undelivered).when(lambda m: m.claim(LATER)).refused(AlreadySettled)


def test_a_refusal_for_good_is_not_tried_again() -> None:
    undelivered = event(Message.Undelivered, attempt=1, reason="refused (550)")
    given(Message, WRITTEN, sending()).when(lambda m: m.fail(1, "refused (550)", NOW, LIMITS, for_good=True)).then(
        undelivered
    )


@pytest.mark.parametrize("history", [(WRITTEN,), (WRITTEN, sending())])
def test_what_cannot_leave_by_e_mail_is_kept_in_the_app_and_says_why(history: tuple[object, ...]) -> None:
    kept = event(Message.KeptInApp, reason="no mail server")
    given(Message, *history).when(lambda m: m.keep_in_app("no mail server")).then(kept)  # type: ignore[arg-type]
    given(Message, WRITTEN, kept).when(lambda m: m.keep_in_app("no mail server")).refused(AlreadySettled)
    given(Message, WRITTEN, kept).when(lambda m: m.claim(LATER)).refused(AlreadySettled)
