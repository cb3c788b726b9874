"""Which e-mails follow from what happened, and to which post each goes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.notification.domain.message import About, Message


def word_to(
    place: Any, about: About, cause: UUID | str, *, post: str = "", role: str = "", journey: UUID | None = None
) -> Message:
    """A message to a post, or to whoever holds a role for the site. `place` is the event or record it follows from.

    The same cause writes only one message to the same post.
    """
    return Message(
        provider=place.provider,
        site=place.site,
        journey=journey or place.journey,
        about=place.about,
        cause=f"{about}/{cause}/{post or role}",
        subject=about,
        to_post=post,
        to_role=role,
        endpoint="",
    )
