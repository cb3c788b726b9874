"""Which e-mails follow from what happened, and to which post each goes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from contracts.taxonomy import Role
from libs.directory import Directory
from libs.service import NotFound
from services.notification.domain.message import About, Message

ANSWERING = frozenset({Role.PROVIDER_REPRESENTATIVE, Role.NOMINATED_INDIVIDUAL, Role.PROVIDER_QUALITY_LEAD})
"""Roles that answer for what sites do, where no region stands between."""


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


async def above(directory: Directory, site: str, role: str) -> list[str]:
    """The posts next above a site: of its region, else those that answer for the provider; never that role itself."""
    try:
        posts = await directory.posts_above(site)
    except NotFound:
        return []
    region = [post.post_id for post in posts if post.scope.startswith("region:") and post.role != role]
    provider = [
        post.post_id
        for post in posts
        if post.scope.startswith("provider:") and post.role in ANSWERING and post.role != role
    ]
    return region or provider
