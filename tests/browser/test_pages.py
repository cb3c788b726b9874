"""Every page of the house stands on the list of those that are seen on a phone and at a desk, and the list on nothing else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

import pytest
from starlette.routing import compile_path

from deploy.house import Platform
from deploy.nats.topology import services
from deploy.travel import Traveller, travel_routes
from deploy.web import Door
from libs.clock import HandClock
from libs.web.signing_in import oidc_routes
from tests.browser.pages import listed, route_of
from tests.deploy.routes import APART, flat
from tests.house import MONDAY

HERE = Path(__file__).parents[2]
MACHINES = ("/api/", *APART)
"""Where programs ask, and what every page needs: no pages."""


@pytest.fixture(scope="module")
def routes(wrapping_key: Path) -> list[str]:
    """Every address that can be asked for by GET, as the whole house has them; nothing of it is opened."""
    nowhere = {f"CANDOUR_PG_{name}": "host=/nowhere" for name in ("KEYS", "WEB", "AUDITOR")}
    for name in services():
        nowhere |= {f"CANDOUR_PG_{name.upper()}": "host=/nowhere", f"CANDOUR_NATS_{name.upper()}": "{}"}
    files = {"CANDOUR_KEK_FILE": str(wrapping_key), "CANDOUR_AUDIT_KEY_FILE": str(wrapping_key)}
    clock = HandClock(MONDAY)
    platform = Platform(nowhere | files | {"CANDOUR_NATS_URL": "nats://127.0.0.1:9"}, clock)
    door = Door(platform, list)
    door.add(travel_routes(Traveller(platform, cast(Any, clock), lambda: None)))
    unused: Any = None
    door.add(oidc_routes(unused, unused, unused))
    return [path for path, methods in flat(door.app.routes) if "GET" in methods and not path.startswith(MACHINES)]


def test_every_page_is_seen_by_some_test_and_every_line_is_a_page(routes: list[str]) -> None:
    known = listed()
    assert sorted(set(routes) - known.routes - set(known.apart)) == [], "pages that no test looks at"
    assert sorted((known.routes | set(known.apart)) - set(routes)) == [], "lines without a page"
    assert known.routes.isdisjoint(known.apart)
    assert all(known.apart.values()), "what is no page says why"


def test_each_test_on_the_list_is_there_and_goes_its_round() -> None:
    for each in listed().seen:
        file, _, name = each.partition("::")
        functions = {node.name: node for node in ast.parse((HERE / file).read_text()).body if hasattr(node, "name")}
        assert "round_of(request, " in ast.unparse(functions[name]), each


def test_an_address_belongs_to_the_route_by_which_the_house_answers_it(routes: list[str]) -> None:
    for route in routes:
        path = re.sub(r"\{[^}]+\}", "x", route)
        assert route_of(path) == _answering(path, routes), path


def _answering(path: str, routes: Iterable[str]) -> str:
    """The first route that fits, as the house takes them."""
    return next(route for route in routes if compile_path(route)[0].match(path))
