"""Whether a known weakness is on record against what is locked: asked of a database of advisories in OSV's form.

Where it cannot be asked, that is said by name; nobody is to take silence for a clean answer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx2

from deploy.sbom import Locked

SOURCE = "https://api.osv.dev"
"""The open database; CANDOUR_ADVISORIES names another of the same form, such as a mirror inside the organisation."""
PATIENCE = 15.0
MOST = 500
"""Packages that are asked about at once."""


class NotAsked(Exception):
    """The database of advisories did not answer, so nobody knows."""


@dataclass(frozen=True, slots=True)
class Weakness:
    """An advisory that names a package at the version that is locked."""

    package: str
    version: str
    advisory: str


def ask(packages: Sequence[Locked], source: str = SOURCE, client: httpx2.Client | None = None) -> list[Weakness]:
    """Every advisory against these packages. Raises NotAsked."""
    found = []
    with client or httpx2.Client(timeout=PATIENCE) as web:
        for at in range(0, len(packages), MOST):
            some = packages[at : at + MOST]
            found += _read(some, _answer(web, source, {"queries": [{"package": {"purl": p.purl}} for p in some]}))
    return found


def _answer(web: httpx2.Client, source: str, asked: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    try:
        answer = web.post(f"{source.rstrip('/')}/v1/querybatch", json=dict(asked))
        answer.raise_for_status()
        results = answer.json()["results"]
    except (httpx2.HTTPError, httpx2.InvalidURL, json.JSONDecodeError, KeyError, TypeError, OSError) as fault:
        raise NotAsked(f"{source} did not answer ({type(fault).__name__})") from fault
    if not isinstance(results, list) or len(results) != len(asked["queries"]):
        raise NotAsked(f"{source} answered something else than was asked")
    return results


def _read(packages: Sequence[Locked], results: Sequence[Mapping[str, Any]]) -> list[Weakness]:
    return [
        Weakness(package.name, package.version, str(each["id"]))
        for package, result in zip(packages, results, strict=True)
        for each in (result or {}).get("vulns") or ()
    ]
