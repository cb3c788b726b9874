"""Everything that is held on one person, gathered from every room, with other people masked, for that person to read."""

from __future__ import annotations

from fastapi import APIRouter

from deploy.subject_access.api import access_api
from deploy.subject_access.desk import Desk
from deploy.subject_access.pages import access_routes


def access_to(desk: Desk) -> list[APIRouter]:
    """Its pages, and the same for programs."""
    return [access_routes(desk), access_api(desk)]
