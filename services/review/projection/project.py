"""The one function that every event review follows is registered with."""

from __future__ import annotations

from functools import singledispatch

from libs.views import Rows


@singledispatch
def project(event: object, rows: Rows) -> None:
    """What has no case here leaves the reviews as they are."""
