"""Intake's pages: report, the register, one opportunity, and weighing it."""

from __future__ import annotations

from fastapi import APIRouter

from services.intake.application import Intake
from services.intake.pages import (
    agreement,
    employment,
    evidence,
    forgetting,
    number,
    opportunity,
    patterns,
    quarantine,
    register,
    report,
    retaining,
    talk,
    triage,
)
from services.intake.projection import Keeping, Patterns, Quarantine, Register, Weighings


def pages(
    intake: Intake, kept: Register, kept_apart: Quarantine, seen: Patterns, weighed: Weighings, keeping: Keeping
) -> APIRouter:
    """Every page of intake."""
    router = APIRouter(include_in_schema=False)
    report.add(router, intake, kept)
    talk.add(router, intake)
    number.add(router, kept)
    register.add(router, intake, kept)
    quarantine.add(router, intake, kept_apart)
    patterns.add(router, intake, kept, seen)
    agreement.add(router, intake, weighed)
    evidence.add(router, intake)
    employment.add(router, intake)
    forgetting.add(router, intake, keeping)
    retaining.add(router, intake, keeping)
    triage.add(router, intake)
    opportunity.add(router, intake)
    return router
