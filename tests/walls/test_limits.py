"""Whoever knocks too often waits, is told for how long, and holds up nobody else."""

from __future__ import annotations

from datetime import timedelta

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from libs.clock import HandClock
from libs.web.limits import KNOWN, Allowance, Limits, RateLimit
from tests.given import NOW


async def answered(request: Request) -> Response:
    return JSONResponse({}, 401 if request.headers.get("Authorization") == "Bearer wrong" else 200)


@pytest.fixture
def clock() -> HandClock:
    return HandClock(NOW)


def web(clock: HandClock, limits: Limits, address: str = "10.0.0.1") -> tuple[RateLimit, httpx2.AsyncClient]:
    app = RateLimit(Starlette(routes=[Route("/{path:path}", answered, methods=["GET", "POST"])]), clock, limits)
    return app, visiting(app, address)


def visiting(app: RateLimit, address: str) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app, client=(address, 1)), base_url="http://localhost")


async def test_who_tries_to_sign_in_too_often_waits(clock: HandClock) -> None:
    app, here = web(clock, Limits(sign_in=3))
    async with here, visiting(app, "10.0.0.2") as elsewhere:
        tries = [(await here.post("/sign-in")).status_code for _ in range(4)]
        refused = await here.get("/sign-in/begin")
        assert tries == [200, 200, 200, 429]
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "20")
        assert refused.json()["detail"]
        assert (await here.get("/sign-in")).status_code == 200, "the page itself can be read"
        assert (await elsewhere.post("/sign-in")).status_code == 200
        clock.move_to(NOW + timedelta(seconds=21))
        assert [(await here.post("/sign-in")).status_code for _ in range(2)] == [200, 429]


async def test_who_sends_much_without_signing_in_waits(clock: HandClock) -> None:
    _, here = web(clock, Limits(sign_in=2))
    async with here:
        assert [(await here.post("/report/talk")).status_code for _ in range(3)] == [200, 200, 429]
        assert (await here.get("/report/talk")).status_code == 200, "the page itself can be read"
        assert (await here.post("/report")).status_code == 200, "who is signed in is known otherwise"


async def test_a_program_that_asks_too_often_waits_and_others_do_not(clock: HandClock) -> None:
    _, here = web(clock, Limits(requests=2))
    async with here:
        one, other = {"Authorization": "Bearer one"}, {"Authorization": "Bearer other"}
        assert [(await here.get("/api", headers=one)).status_code for _ in range(3)] == [200, 200, 429]
        assert (await here.get("/api", headers=other)).status_code == 200


async def test_who_guesses_tokens_is_stopped_even_with_a_right_one(clock: HandClock) -> None:
    _, here = web(clock, Limits(wrong_tokens=2))
    async with here:
        tried = [(await here.get("/api", headers={"Authorization": "Bearer wrong"})).status_code for _ in range(3)]
        assert tried == [401, 401, 429]
        assert (await here.get("/api", headers={"Authorization": "Bearer right"})).status_code == 429
        clock.move_to(NOW + timedelta(minutes=1))
        assert (await here.get("/api", headers={"Authorization": "Bearer right"})).status_code == 200


def test_only_so_many_callers_are_remembered(clock: HandClock) -> None:
    allowance = Allowance(clock, 1)
    for caller in range(KNOWN + 5):
        assert allowance.spend(str(caller))
    assert len(allowance._left) == KNOWN
    assert not allowance.spend(str(KNOWN))


def test_limits_are_settings() -> None:
    found = Limits.of({"CANDOUR_API_PER_MINUTE": "60", "CANDOUR_SIGN_INS_PER_MINUTE": "5"})
    assert (found.requests, found.sign_in) == (60, 5)
    assert Limits.of({}) == Limits()
