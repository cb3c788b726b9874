"""The provider's own limits as its rules name them, and what held before any were named."""

from __future__ import annotations

from libs.calendar import local_day
from libs.deciding import circumstances
from libs.directory import Directory
from libs.reaching import Reaching
from libs.service import NotFound


async def limits(directory: Directory) -> Reaching:
    """The limits in force now."""
    try:
        return (await directory.rules(local_day(circumstances().now))).reaching
    except NotFound:
        return Reaching()
