"""Audit's pages: the ledgers and what comparing them found, the history of decisions, and who has read it."""

from __future__ import annotations

from fastapi import APIRouter

from services.audit.application import Audit
from services.audit.pages import decisions, ledgers


def pages(audit: Audit) -> APIRouter:
    """The pages under /audit."""
    router = APIRouter(prefix="/audit", include_in_schema=False)
    ledgers.add(router, audit)
    decisions.add(router, audit)
    return router
