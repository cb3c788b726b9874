"""Who may come through which door: what a route asks for, and whether the post someone acts in may do that.

The policies are written in Cedar (docs: cedarpolicy.com), where nothing is permitted unless a rule says so and a
`forbid` outweighs every `permit`. They are data, read once; the decision for a role and an action is remembered.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID, uuid4

import cedarpy
import yaml
from starlette.requests import Request

from libs.admission import LetIn
from libs.logs import log
from libs.reach import EVERYTHING, Opened, narrow
from libs.web.posts import SignedIn
from libs.web.signed_in import NotSignedIn, maybe_signed_in

_log = log("web")

OPEN = "open"
"""What a route asks for that needs no sign-in."""

KEEPS_SESSION = "session.keep"
"""What someone may ask for even where their post has ended: to act in another, or to sign out."""

_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class NotYours(Exception):
    """The post you are acting in does not let you see or change this."""


class AccessEnded(NotYours):
    """This post lets you see nothing any more: its time is over, or you gave it up. Ask whoever gave it to you if you need it."""


class NoRule(NotYours):
    """No line of the routes fits this request, so nobody may make it."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far a reader sees: sites (or everything), journeys shut to them, and what an emergency lets them read.

    `withheld` are the journeys of `shut` that are only for who needs to know, which an emergency can open; one about an
    allegation against the reader stays shut.
    """

    sites: Sequence[str]
    shut: frozenset[UUID] = frozenset()
    withheld: frozenset[UUID] = frozenset()
    let_in: Sequence[LetIn] = ()
    ended: bool = False

    def emergency(self, named: frozenset[UUID]) -> LetIn | None:
        """The emergency that opens the one record that is named, where it is not open anyway."""
        if len(named) != 1:  # a second id may be of another record, which nobody let the reader in to
            return None
        return next((each for each in self.let_in if each.journey in named and self._opens(each)), None)

    def _opens(self, emergency: LetIn) -> bool:
        if emergency.journey in self.shut:
            return emergency.journey in self.withheld
        return EVERYTHING not in self.sites and emergency.site not in self.sites


class Gate(Protocol):
    """What the guard asks of the house."""

    async def bounds(self, me: SignedIn) -> Bounds:
        """How far someone sees, in the post they act in."""

    async def note(self, me: SignedIn, emergency: LetIn, request: Request) -> None:
        """Put on record what is about to be shown in an emergency."""


@dataclass(frozen=True)
class Decision:
    """Whether it may be done, and the ids of the policies that said so; none where no policy spoke."""

    allowed: bool
    because: tuple[str, ...]


class Access:
    """The policies of a folder: `candour.cedar`, `groups.yaml` (roles) and `routes.yaml` (actions, and what asks for which).

    `groups` stand in for those of the folder, to see what would follow from others.

    Raises ValueError where the policies do not parse, name an action or group that does not exist, or where a route asks
    for an action that does not.
    """

    def __init__(self, folder: Path, groups: Mapping[str, list[str]] | None = None) -> None:
        text = (folder / "candour.cedar").read_text()
        routes = _read(folder / "routes.yaml")
        written = _read(folder / "groups.yaml")["groups"]
        self.groups: dict[str, list[str]] = dict(groups or written)
        self.actions: dict[str, list[str]] = routes["actions"]
        self.lines: list[tuple[str, str]] = [(line["route"], line["asks"]) for line in routes["routes"]]
        self._names = re.findall(r'@id\("([^"]+)"\)', text)
        self._policies = cedarpy.PolicySet.from_str(text)
        self._entities = cedarpy.Entities.from_json_str(json.dumps(self._known()))
        self._told: dict[tuple[str, str, bool], Decision] = {}
        self._require_known(text)

    def asked(self, method: str, path: str) -> str:
        """The action that a request asks for, or `OPEN`. Raises NoRule."""
        return first_fitting(self.lines, method, path)

    def decide(self, role: str, action: str, *, emergency: bool = False) -> Decision:
        """What the policies say of a role and an action; `emergency`, where the post itself does not reach the record."""
        if (told := self._told.get((role, action, emergency))) is None:
            request = {"principal": _entity("Role", role), "action": _entity("Action", action)}
            result = cedarpy.is_authorized(
                request | {"resource": _entity("House", "candour"), "context": {"emergency": emergency}},
                self._policies,
                self._entities,
            )
            because = tuple(self._names[int(reason.removeprefix("policy"))] for reason in result.diagnostics.reasons)
            told = self._told[role, action, emergency] = Decision(bool(result.allowed), because)
        return told

    def table(self) -> dict[str, list[str]]:
        """For each action the roles that may do it: what a person checks."""
        roles = sorted({role for members in self.groups.values() for role in members})
        return {action: [role for role in roles if self.decide(role, action).allowed] for action in self.actions}

    def _known(self) -> list[Mapping[str, Any]]:
        of: dict[str, list[dict[str, str]]] = {}
        for group, members in self.groups.items():
            for role in members:
                of.setdefault(role, []).append(_entity("Group", group))
        kinds = {group for groups in self.actions.values() for group in groups}
        return [
            *({"uid": _entity("Group", group), "attrs": {}, "parents": []} for group in self.groups),
            *({"uid": _entity("Role", role), "attrs": {}, "parents": parents} for role, parents in of.items()),
            *({"uid": _entity("Action", kind), "attrs": {}, "parents": []} for kind in kinds - set(self.actions)),
            *(
                {"uid": _entity("Action", name), "attrs": {}, "parents": [_entity("Action", kind) for kind in groups]}
                for name, groups in self.actions.items()
            ),
        ]

    def _require_known(self, text: str) -> None:
        known = {"Group": set(self.groups), "Action": {*self.actions, *(g for gs in self.actions.values() for g in gs)}}
        for kind, name in re.findall(r'\b(Group|Action)::"([^"]+)"', text):
            if name not in known[kind]:
                raise ValueError(f"The policies speak of {kind} {name!r}, which does not exist.")
        for on, action in self.lines:
            if action != OPEN and action not in self.actions:
                raise ValueError(f"The route {on!r} asks for {action!r}, which does not exist.")


def _read(file: Path) -> Any:
    # Quicker by far where the C library is there; every door that opens reads these.
    return yaml.load(file.read_text(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe


def _entity(kind: str, name: str) -> dict[str, str]:
    return {"type": kind, "id": name}


@cache
def _fitting(on: str) -> re.Pattern[str]:
    method, _, path = on.partition(" ")
    parts = {"**": ".*", "*": "[^/]+"}
    pattern = "".join(parts.get(piece) or re.escape(piece) for piece in re.split(r"(\*\*|\*)", path))
    return re.compile(
        (method if method != "*" else "[A-Z]+") + " " + pattern, re.DOTALL
    )  # a line's end ends no address


def first_fitting(lines: Sequence[tuple[str, str]], method: str, path: str) -> str:
    """The action of the first line that fits a request. Raises NoRule."""
    for on, action in lines:
        if _fitting(on).fullmatch(f"{method} {path}"):
            return action
    raise NoRule(f"{method} {path}")


def addressed(path: str) -> frozenset[UUID]:
    """The records that an address names."""
    return frozenset(UUID(part) for part in path.split("/") if _ID.fullmatch(part))


def guard(access: Access, gate: Gate) -> Callable[[Request], Awaitable[None]]:
    """A dependency for every router: it lets through who may, and lets the views show only what they reach.

    Raises NotSignedIn (401, or the sign-in page) and NotYours (403). A journey that is shut is asked for as if it were
    not there.
    """

    async def may_pass(request: Request) -> None:
        action = _asked(access, request)
        me = await maybe_signed_in(request)
        if me is None:
            if action != OPEN:
                raise NotSignedIn
            narrow(())
            return
        bounds, named = await gate.bounds(me), addressed(request.url.path)
        emergency = bounds.emergency(named)
        if emergency and access.decide(me.role, action, emergency=True).allowed:
            await gate.note(me, emergency, request)
            narrow(bounds.sites, bounds.shut - {emergency.journey}, Opened(emergency.journey, emergency.site))
            return
        if action not in (OPEN, KEEPS_SESSION):
            if bounds.ended:
                raise AccessEnded
            if not access.decide(me.role, action).allowed:
                raise NotYours(f"{me.role} {action}")
        _ask_for_nothing(request, named & bounds.shut)
        narrow(bounds.sites, bounds.shut)

    return may_pass


def _ask_for_nothing(request: Request, shut: Iterable[UUID]) -> None:
    """Put a record that does not exist in the place of what is shut to who asks: the answer is then the very one that
    they would get for what is not there, whichever rule of whichever room gives it."""
    given = request.path_params
    for journey in shut:
        for name, value in given.items():
            given[name] = re.sub(str(journey), str(uuid4()), str(value), flags=re.IGNORECASE)


def _asked(access: Access, request: Request) -> str:
    try:
        return access.asked(request.method, request.url.path)
    except NoRule:
        route = getattr(request.scope.get("route"), "path", "")
        _log.error("no line of deploy/access/routes.yaml fits", method=request.method, route=route)
        raise
