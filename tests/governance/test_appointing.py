"""Somebody takes up a post: for good or up to a day, under an address that messages can go to."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.governance.domain import Post
from services.governance.domain.post import AddressMalformed, AlreadyInPost, EndsInThePast, OutsideNeedsAnEnd
from tests.given import event, given

ANN = UUID(int=0xA)
TODAY = date(2026, 3, 2)


def established(role: str = "registered_manager") -> Any:
    return event(
        Post.Established, post_id="elm.manager", role=role, scope="site:elm", title="Manager", deputy_post_id=None
    )


def test_somebody_is_appointed_up_to_a_day_that_has_not_passed() -> None:
    given(Post, established()).when(lambda p: p.appoint(ANN, "Ann", "ann@elm.example", TODAY)).then(
        event(Post.PersonAppointed, person_id=ANN, email="ann@elm.example", until=TODAY)
    )
    given(Post, established()).when(lambda p: p.appoint(ANN, "Ann", "", date(2026, 3, 1))).refused(EndsInThePast)
    given(Post, established("commissioner")).when(lambda p: p.appoint(ANN, "Ann", "")).refused(OutsideNeedsAnEnd)
    held = event(Post.PersonAppointed, post_id="elm.manager", person_id=ANN, person_name="Ann", email="")
    given(Post, established(), held).when(lambda p: p.appoint(ANN, "Ann", "")).refused(AlreadyInPost)


@pytest.mark.parametrize(
    "address",
    [
        "ann",
        "ann@elm.example\r\nBcc: all@evil.example",
        "a@b, c@d",
        "Ann <ann@elm.example>",
        "a@b\n",
        "a b@c",
        "@c",
        "a@",
    ],
)
def test_what_could_begin_another_line_of_a_message_or_name_another_reader_is_no_address(address: str) -> None:
    given(Post, established()).when(lambda p: p.appoint(ANN, "Ann", address)).refused(AddressMalformed)
