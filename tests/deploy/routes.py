"""Every address of the house, as its doors know them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from deploy.web import Door

APART = ("/static", "/health", "/api/openapi.json")
"""What every visitor may have: styles and scripts, whether we live, and what the API looks like."""


def asked_of(door: Door) -> list[tuple[str, str]]:
    """Each method with an example of each address, such as GET /intake/x."""
    found = {(method, _example(path)) for path, methods in flat(door.app.routes) for method in methods - {"HEAD"}}
    return sorted(each for each in found if not each[1].startswith(APART))


def speaks_of(line: str, door: Door) -> bool:
    """Whether some route of the house can be asked for in the words of a line of the routes."""
    method, _, path = line.partition(" ")
    words = [re.sub(r"\{[^}]+\}", "x", p) for p, methods in flat(door.app.routes) if method in {"*", *methods}]
    if path.endswith("**"):
        return any(word.startswith(path.removesuffix("**").replace("*", "x")) for word in words)
    parts = path.replace("*", "x").split("/")
    return any(
        len(parts) == len(w := word.split("/")) and all(b in {a, "x"} for a, b in zip(parts, w, strict=True))
        for word in words
    )


def flat(routes: Iterable[Any], before: str = "") -> Iterator[tuple[str, set[str]]]:
    """Each address of the routes and what it can be asked for by."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is None:
            yield before + route.path, set(getattr(route, "methods", None) or {"GET"})
            continue
        yield from flat(inner.routes, before + route.include_context.prefix)


def _example(path: str) -> str:
    return re.sub(r"\{[^}]+\}", "x", path)
