"""Governance, over HTTP."""

from __future__ import annotations

from fastapi import APIRouter

from services.governance.api import comparing, organising, reading
from services.governance.application import Governance
from services.governance.projection import Overview


def routes(governance: Governance, overview: Overview) -> APIRouter:
    """The routes under /api/governance."""
    api = APIRouter(prefix="/api/governance", tags=["governance"])
    reading.add(api, governance, overview)
    comparing.add(api, governance, overview)
    organising.add(api, governance)
    return api
