"""Review's pages: the open reviews, one review, its steps, its factors in four ways, and the cases of a theme."""

from __future__ import annotations

from fastapi import APIRouter

from services.review.application import Reviewing
from services.review.pages import cases, review, step, views, worklist
from services.review.projection import Reviews


def pages(reviewing: Reviewing, reviews: Reviews) -> APIRouter:
    """Every page of review."""
    router = APIRouter(include_in_schema=False)
    worklist.add(router, reviewing, reviews)
    step.add(router, reviewing, reviews)
    views.add(router, reviewing, reviews)
    cases.add(router, reviewing, reviews)
    review.add(router, reviewing, reviews)
    return router
