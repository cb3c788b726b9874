"""Review's pages: the open reviews, one review, and the steps of its reflection."""

from __future__ import annotations

from fastapi import APIRouter

from services.review.application import Reviewing
from services.review.pages import review, step, worklist
from services.review.projection import Reviews


def pages(reviewing: Reviewing, reviews: Reviews) -> APIRouter:
    """Every page of review."""
    router = APIRouter(include_in_schema=False)
    worklist.add(router, reviewing, reviews)
    step.add(router, reviewing, reviews)
    review.add(router, reviewing, reviews)
    return router
