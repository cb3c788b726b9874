"""Moving the demo's clock forward, so that a month's working days, checks and deadlines can be lived through by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import RedirectResponse

from deploy.house import Platform
from libs.calendar import LONDON, WorkingDays, local_day
from libs.clock import TravelledClock
from libs.domain import Refused
from libs.web.posts import SignedIn
from libs.web.signed_in import signed_in

Me = Annotated[SignedIn, Depends(signed_in)]
FURTHEST = timedelta(days=400)


class TooFar(Refused):
    """The demo's clock moves at most 400 days at a time. Nothing was moved; choose a nearer day."""


class OnlyForward(Refused):
    """The demo's clock only moves forward, since what is on record stays on record. Choose a later day."""


class Traveller:
    """Moves the clock, stopping at each date on which something falls due, so that everything happens at its time."""

    def __init__(self, platform: Platform, clock: TravelledClock, kept: Callable[[], None]) -> None:
        self.platform, self.clock, self.kept = platform, clock, kept

    async def to(self, when: datetime) -> int:
        """Be at `when`; how many stops it took. Raises TooFar or OnlyForward."""
        if when <= self.clock.now():
            raise OnlyForward
        if when - self.clock.now() > FURTHEST:
            raise TooFar
        stops = 0
        await self.platform.settle()
        while (due := await self._next()) is not None and due <= when:
            self.clock.move_to(due)
            for room in self.platform.rooms.values():
                if room.waker:
                    await room.waker.wake()
            await self.platform.settle()
            stops += 1
        self.clock.move_to(when)
        self.kept()
        return stops

    async def _next(self) -> datetime | None:
        dates = [await room.diary.earliest() for room in self.platform.rooms.values() if room.diary]
        return min((date for date in dates if date), default=None)


def travel_routes(traveller: Traveller) -> APIRouter:
    """/demo/clock: shown and moved by whoever is signed in; only mounted where the data is a demonstration."""
    pages = APIRouter(include_in_schema=False)

    @pages.get("/demo/clock")
    async def show(request: Request, me: Me) -> Response:
        return request.app.state.shell.page(request, "deploy/clock.html")  # type: ignore[no-any-return]

    @pages.post("/demo/clock")
    async def move(request: Request, me: Me) -> Response:
        form = await request.form()
        now = traveller.clock.now()
        steps = {
            "hour": now + timedelta(hours=1),
            "working_day": _next_morning(now),
            "week": now + timedelta(days=7),
            "month": now + timedelta(days=31),
        }
        await traveller.to(steps.get(str(form.get("step")), steps["hour"]))
        return RedirectResponse("/demo/clock", 303)

    return pages


def _next_morning(now: datetime) -> datetime:
    return datetime.combine(WorkingDays("ENG").add(local_day(now), 1), time(9), LONDON)
