"""The same factors looked at in four ways: by place in the system of work, as whys, as a fishbone, as an after-action review."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.taxonomy import FactorCategory
from libs.reading import opened
from libs.web.posts import SignedIn
from libs.web.shell import Shell
from libs.web.signed_in import signed_in
from services.review.application import Reviewing
from services.review.pages import words
from services.review.pages.reading import found
from services.review.projection import Reviews

Me = Annotated[SignedIn, Depends(signed_in)]
VIEWS = {
    "system": "By place in the system of work",
    "whys": "Five whys",
    "fishbone": "Fishbone",
    "after-action": "After-action review",
}
RIBS, RIB_LENGTH = 3, 24
"""How many factors a bone of the drawing names, and in how many letters; the list below it has them all."""

LEFT, BETWEEN, SPINE, REACH, RIB_GAP = 110, 165, 210, 160, 36


@dataclass(frozen=True, slots=True)
class Rib:
    """One factor in the drawing: where its words begin."""

    x: int
    y: int
    words: str


@dataclass(frozen=True, slots=True)
class Bone:
    """A place in the work system, drawn as a line to the spine with its factors along it."""

    label: str
    x: int
    label_y: int
    tip_x: int
    tip_y: int
    ribs: list[Rib]


def fishbone(elements: list[tuple[str, list[dict[str, Any]]]]) -> list[Bone]:
    """Three places above the spine and three below it, left to right."""
    return [_bone(label, rows, place) for place, (label, rows) in enumerate(elements)]


def _bone(label: str, rows: list[dict[str, Any]], place: int) -> Bone:
    side = -1 if place % 2 == 0 else 1
    x = LEFT + BETWEEN * (place // 2)
    tip_x, tip_y = x - 60, SPINE + side * REACH
    names = [words.labelled(FactorCategory, row["category"])[:RIB_LENGTH] for row in rows]
    shown = names[:RIBS] + ([f"and {len(names) - RIBS} more"] if len(names) > RIBS else [])
    ribs = [Rib(tip_x + 14, tip_y - side * (20 + RIB_GAP * line), said) for line, said in enumerate(shown)]
    return Bone(label, x, tip_y + (-8 if side < 0 else 18), tip_x, tip_y, ribs)


@dataclass(frozen=True, slots=True)
class ViewPage:
    """The pages at /review/{journey}/view/{name}. Nothing is written there; the factors are the review's own."""

    reviewing: Reviewing
    reviews: Reviews

    async def show(self, request: Request, me: Me, journey: UUID, name: str) -> Response:
        if name not in VIEWS:
            raise HTTPException(404)
        row = await found(self.reviewing, self.reviews, me, journey)
        factors = await opened(self.reviewing.mapper.keys, await self.reviews.factors(journey), "words", "expected")
        elements = words.by_element(factors)
        shell: Shell = request.app.state.shell
        return shell.page(
            request,
            "review/view.html",
            it=row,
            view=name,
            views=VIEWS,
            whys=words.whys(factors),
            elements=elements,
            bones=fishbone(elements),
            spine=SPINE,
            shared=await self.reviews.shared_texts(journey),
        )


def add(router: APIRouter, reviewing: Reviewing, reviews: Reviews) -> None:
    """Put the pages where people find them."""
    page = ViewPage(reviewing, reviews)
    router.add_api_route("/review/{journey}/view/{name}", page.show, methods=["GET"], name="review_view")
