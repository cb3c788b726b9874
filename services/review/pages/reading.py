"""Finding a review for somebody who may see it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from libs.reading import opened
from libs.service import NotFound
from libs.web.posts import SignedIn
from libs.web.reach import within
from services.review.application import Reviewing
from services.review.pages.words import headed
from services.review.projection import Reviews


async def found(reviewing: Reviewing, reviews: Reviews, me: SignedIn, journey: UUID) -> dict[str, Any]:
    """The review's row in words, for someone whose post covers its site. Raises NotFound, OutOfReach, SubjectOfAllegation."""
    row = await reviews.one(journey)
    if row is None:
        raise NotFound(
            "There is no review of this yet. One opens a moment after it was weighed; open this page again then."
        )
    await within(reviewing.directory, me, row["site"])
    await reviewing.require_admitted(me.actor_id, journey)
    sealed = ("summary", "without_factor", "system_answer", "reopened_because")
    return headed((await opened(reviewing.mapper.keys, [row], *sealed))[0])
