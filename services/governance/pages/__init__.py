"""Governance's pages: my work, journeys, sites, the provider, the organisation."""

from __future__ import annotations

from fastapi import APIRouter

from services.governance.application import Governance
from services.governance.pages import (
    absences,
    comparison,
    emergencies,
    journeys,
    listing,
    organisation,
    outside,
    oversight,
    posts,
    restriction,
    sites,
    tables,
    themes,
    trend,
    work,
)
from services.governance.projection import Overview


def pages(governance: Governance, overview: Overview) -> APIRouter:
    """Every page of governance."""
    router = APIRouter(include_in_schema=False)
    work.add(router, governance, overview)
    listing.add(router, governance, overview)
    journeys.add(router, governance, overview)
    sites.add(router, governance, overview)
    oversight.add(router, governance, overview)
    comparison.add(router, governance, overview)
    trend.add(router, governance, overview)
    themes.add(router, governance, overview)
    outside.add(router, governance, overview)
    tables.add(router, governance, overview)
    organisation.add(router, governance)
    absences.add(router, governance)
    posts.add(router, governance)
    emergencies.add(router, governance)
    restriction.add(router, governance)
    return router
