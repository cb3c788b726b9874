"""Intake, over HTTP."""

from __future__ import annotations

from fastapi import APIRouter

from services.intake.api import allegations, evidence, external, findings, forgetting, opportunities
from services.intake.application import Intake
from services.intake.projection import Quarantine, Register


def routes(intake: Intake, register: Register, quarantine: Quarantine) -> APIRouter:
    """The routes under /api/intake."""
    api = APIRouter(prefix="/api/intake", tags=["intake"])
    opportunities.add(api, intake, register)
    findings.add(api, intake)
    allegations.add(api, intake)
    evidence.add(api, intake)
    forgetting.add(api, intake)
    external.add(api, intake, quarantine)
    return api
