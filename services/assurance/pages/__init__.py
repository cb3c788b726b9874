"""Assurance's pages: figures and rounds of my sites, one measure, one round, one change followed up."""

from __future__ import annotations

from fastapi import APIRouter

from services.assurance.application import Assurance
from services.assurance.pages import audits, cadence, follow_up, measure, overview, signs


def pages(assurance: Assurance) -> APIRouter:
    """Every page of assurance."""
    router = APIRouter(include_in_schema=False)
    overview.add(router, assurance)
    measure.add(router, assurance)
    cadence.add(router, assurance)
    audits.add(router, assurance)
    signs.add(router, assurance)
    follow_up.add(router, assurance)
    return router
