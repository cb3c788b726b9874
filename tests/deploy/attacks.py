"""What an enemy with a post of their own would try on a running house: the ids of another site, or of another provider."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import AsyncExitStack
from itertools import cycle
from typing import Any
from uuid import UUID

from contracts.taxonomy import Role
from deploy.house import Platform
from deploy.web import Door
from libs.web.access import OPEN
from libs.web.posts import Post
from tests.deploy.addresses import flat_of
from tests.deploy.visiting import client

NAMED = {
    "site": "elm", "site_id": "elm", "post": "elm.manager", "post_id": "elm.manager", "provider": "acme",
    "service": "intake", "name": "intake", "ledger": "intake", "source": "careplan", "position": "1", "number": "1",
    "template": "S3-055", "sha256": "0" * 64, "read": "0" * 64, "scope": "site:elm", "role": "deputy_manager",
    "service_kind": "care_home_residential", "nation": "ENG",
}  # fmt: skip
"""What an address or a body names by words, and one of each that is Elm's."""
BEYOND = (Role.SAFEGUARDING_LEAD, Role.PROVIDER_QUALITY_LEAD, Role.NOMINATED_INDIVIDUAL, Role.BOARD, Role.AUDITOR)
"""Roles that are held for a provider; they come from another one. Everybody else comes from another site of the same."""
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
THEIRS = "{id}"
"""Stands in a body for the id that is tried."""
EXAMPLES = {"date": "2026-03-02", "date-time": "2026-03-02T09:00:00Z", "uuid": THEIRS, "binary": "x"}
FORMS = {
    "/assurance/audits": {"tool": "elm/early-signs", "period": "2026-02-01", "records": "0"},
    "/assurance/signs": {"sign": "elm/is-it-serious-enough", "times": "1", "noted_on": "2026-03-02", "note": "Seen again."},
    "/organisation/absences": {
        "who": f"elm.manager/{UUID(int=1)}", "from_day": "2026-03-02", "until_day": "2026-03-03",
    },
    "/audit/packs": {"reader": "inspector", "journey": THEIRS},
}  # fmt: skip
"""What a form says whose address names nothing. It offers only what is one's own, and is shown again (409, 422) for more."""
FOR_NOBODY_THERE = frozenset({
    "only-for-the-provider", "not-yours-to-connect", "not-yours-to-reset", "for-the-provider", "not-for-this-post",
    "no-such-journey", "site-id-taken",
})  # fmt: skip
"""Refusals (409) that say which post may do it, whatever was asked for."""
APART = {
    "/sign-in": "whoever has no session yet", "/sign-out": "one's own session", "/act-as": "one's own posts",
    "/sign-out-everywhere": "one's own sessions", "/report": "whoever sees something may report it",
    "/api/intake/opportunities": "the same", "/report/talk": "opened by a receipt number and a secret word",
    "/report/number": "opened by a receipt number", "/report/draft/{draft}/drop": "one's own draft; the same answer for none",
    "/emergency": "asking is for everybody who may; what it opens is told to those who look at it",
    "/audit/verify": "the ledgers are of the house", "/audit/verify/{ledger}": "the ledgers are of the house",
    "/audit/sign/{ledger}": "the ledgers are of the house", "/api/audit/verification": "the ledgers are of the house",
    "/api/audit/ledgers/{ledger}/checkpoint": "the ledgers are of the house",
    "/api/audit/ledgers/{ledger}/verification": "the ledgers are of the house",
    "/rooms/{name}/parked/{journey}": "how the rooms run is of the house", "/intake/agreement": "a sample of one's own sites",
    "/audit/replay": "over one's own sites", "/organisation/rules": "rules of one's own provider",
    "/api/governance/rules": "rules of one's own provider", "/trend/baseline": "limits of one's own provider",
    "/notification/endpoints": "a list of one's own provider", "/api/notification/endpoints": "the same",
    "/api/intake/sources/{source}/codes": "the codes of a sender are of the house",
}  # fmt: skip
"""Addresses that change nothing of anybody else's, and why."""


def foe(role: str) -> Post:
    """Somebody in that role, elsewhere."""
    if role in BEYOND:
        return Post(f"beta.{role}", role, "provider:beta")
    return Post(f"oak.{role}", role, "site:oak")


async def decided(house: Platform) -> list[str]:
    """Everything that was decided in each room, by its place and topic; audit signs by itself as the ledgers grow."""
    return [
        f"{name} {row.position} {row.stored.topic}"
        for name, room in house.rooms.items()
        for row in await room.store.read(0, 10_000)
        if row.stored.topic != "audit.Checkpoint.Signed"
    ]


def changing(door: Door) -> list[tuple[str, str]]:
    """Every address by which something of somebody's is changed."""
    return sorted((how, path) for how, path in flat_of(door) if how in CHANGING and path not in APART)


def elsewhere() -> Iterator[dict[str, Any]]:
    """Ways in which a page of another site, or one of an ended session, sends a form with the reader's cookie."""
    return cycle([
        {"data": {"key": "k"}},
        {"data": {"key": "k", "csrf_token": "0" * 64}},
        {"json": {"summary": "x"}},
        {"content": '{"summary": "x"}', "headers": {"Content-Type": "text/plain"}},
        {"data": {"key": "k"}, "headers": {"Sec-Fetch-Site": "cross-site"}},
        {"data": {"key": "k"}, "headers": {"Origin": "https://evil.example"}},
    ])  # fmt: skip


def attackers(door: Door, method: str, path: str, turn: Iterator[str]) -> list[str]:
    """Who tries an address: of the roles whom the policies let through, one at another site, one of another provider, and
    one more. They take turns; whom the policies do not let through is refused before any record is asked for.
    """
    action = door.access.asked(method, re.sub(r"\{[^}]+\}", "x", path))
    may = [role for role in map(str, Role) if action == OPEN or door.access.decide(role, action).allowed]
    here = next((role for role in may if role not in BEYOND), None)
    beyond = next((role for role in may if role in BEYOND), None)
    more = next((role for _, role in zip(Role, turn, strict=False) if role in may and role not in (here, beyond)), None)
    return [role for role in (here, beyond, more) if role]


def taking_turns() -> Iterator[str]:
    """Every role, again and again."""
    return cycle(map(str, Role))


def tried(path: str, known: Mapping[str, list[UUID]], journey: UUID) -> list[UUID]:
    """The ids to try at an address: a journey where it takes one, else each kind of record that its room has."""
    parts = path.removeprefix("/api").split("/")
    room = {"briefings": "notification", "challenges": "governance", "emergency": "governance"}.get(parts[1], parts[1])
    return [journey] if "{" not in path or "{journey}" in path else known.get(room, [journey])


async def by_everybody(house: Platform, door: Door, shut: Collection[UUID]) -> tuple[list[tuple[str, ...]], int]:
    """Try every address on what Elm has: what was not refused, and how often it was tried."""
    known, turn = await ids_of(house, "elm"), taking_turns()
    journey = next(each.journey for each in await told_at(house, "intake", "elm") if each.journey not in shut)
    let, number = list[tuple[str, ...]](), 0
    async with AsyncExitStack() as stack:
        foes = {role: await stack.enter_async_context(client(door, foe(role))) for role in map(str, Role)}
        said_to = bodies(door.app.openapi())
        for method, path in changing(door):
            sent = said_to.get((method, path), {"data": {"key": "k", **FORMS.get(path, {})}})
            ids = tried(path, known, journey)
            for role, several in zip(attackers(door, method, path, turn), (ids, ids[:1], ids[:1]), strict=False):
                for identity in several:
                    address, body = filled_with(path, identity), aimed(sent, identity)
                    answer = await foes[role].request(method, address, headers={"Accept": "application/json"}, **body)
                    number += 1
                    if not refused(path, answer):
                        let.append((method, path, role, str(answer.status_code), answer.text[:200]))
    return let, number


async def told_at(house: Platform, name: str, site: str) -> list[Any]:
    """Every event of a room at a site."""
    room = house.rooms[name]
    rows = [row.stored for row in await room.store.read(0, 2000)]
    return [each for each in await room.mapper.read(rows) if each.site == site]


async def ids_of(house: Platform, site: str) -> dict[str, list[UUID]]:
    """For each room one record of each kind that it has of a site."""
    found = {}
    for name in house.rooms:
        kinds = {type(each).__qualname__.partition(".")[0]: each for each in await told_at(house, name, site)}
        found[name] = list(dict.fromkeys(each.originator_id for each in kinds.values()))
    return found


def filled_with(path: str, identity: UUID) -> str:
    """An address with one id in every place that takes one."""
    return re.sub(r"\{([^}:]+)[^}]*\}", lambda part: NAMED.get(part[1], str(identity)), path)


def bodies(document: Mapping[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """For each route of the API what can be sent there, so that it is refused for who asks and not for what is said."""
    found = {}
    for path, methods in document["paths"].items():
        for method, route in methods.items():
            for kind, content in route.get("requestBody", {}).get("content", {}).items():
                said = _example(content["schema"], document["components"]["schemas"])
                found[method.upper(), path] = {"json": said} if kind == "application/json" else _form(said)
    return found


def _form(said: Mapping[str, Any]) -> dict[str, Any]:
    files = {name: ("note.txt", b"A note.", "text/plain") for name in ("file", "files") if name in said}
    return {"data": {name: value for name, value in said.items() if name not in files}, "files": files}


def _example(schema: Mapping[str, Any], known: Mapping[str, Any], called: str = "") -> Any:
    if "$ref" in schema:
        return _example(known[schema["$ref"].rpartition("/")[2]], known, called)
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return _example(schema[several][0], known, called)
    if "const" in schema or "enum" in schema:
        return schema.get("const") or schema["enum"][0]
    kind = schema.get("type")
    if kind == "object":
        needed = {*schema.get("required", ()), "site", "site_id", "journey", "post", "post_id", "provider"}
        return {
            name: _example(each, known, name) for name, each in schema.get("properties", {}).items() if name in needed
        }
    if called in {"journey", "about"}:
        return THEIRS
    text = NAMED.get(called) or EXAMPLES.get(schema.get("format", ""), "x" * max(1, schema.get("minLength", 1)))
    number = max(1, schema.get("minimum", 1))
    some = [_example(schema["items"], known)] if schema.get("minItems") else []
    return {"array": some, "integer": number, "number": number, "boolean": True}.get(str(kind), text)


def aimed(sent: Mapping[str, Any], identity: UUID) -> dict[str, Any]:
    """A body that speaks of one id."""
    return {name: _aimed(value, str(identity)) for name, value in sent.items()}


def _aimed(value: Any, identity: str) -> Any:
    if isinstance(value, dict):
        return {name: _aimed(each, identity) for name, each in value.items()}
    return (
        [_aimed(each, identity) for each in value]
        if isinstance(value, list)
        else identity
        if value == THEIRS
        else value
    )


def refused(path: str, answer: Any) -> bool:
    """Whether somebody was turned away for who they are, and told nothing of what is there."""
    if path in FORMS and answer.status_code in {409, 422}:
        return True
    kind = answer.json().get("type", "") if "json" in answer.headers["content-type"] else ""
    return answer.status_code in {403, 404} or (
        answer.status_code == 409 and kind.rpartition(":")[2] in FOR_NOBODY_THERE
    )
