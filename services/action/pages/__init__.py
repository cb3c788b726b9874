"""Action's pages: what is still to do, the plan of a journey, agreeing an action, and seeing one through."""

from __future__ import annotations

from fastapi import APIRouter

from services.action.application import Actions
from services.action.pages import agreeing, mine, one, plan, worklist
from services.action.projection import Plans


def pages(actions: Actions, plans: Plans) -> APIRouter:
    """Every page of action."""
    router = APIRouter(include_in_schema=False)
    worklist.add(router, actions, plans)
    mine.add(router, actions, plans)  # before the page of one plan, since it is no journey's id
    agreeing.add(router, actions)
    plan.add(router, actions, plans)
    one.add(router, actions, plans)
    return router
