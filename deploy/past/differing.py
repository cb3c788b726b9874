"""What differs between two records of how things stood, in words a reader can follow from the top of a page down."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.audit.application.sentences import field_of, shown

NAMED_BY = (
    "event", "site", "region", "measure_id", "action_id", "duty_id", "briefing_id", "challenge_id", "cadence_id",
    "period", "month", "state", "stage", "journey", "title", "name", "count_kind",
)  # fmt: skip
"""What tells one row of a list from another, the first that is there."""
CALLED = ("title", "what", "why", "name", "region", "state", "period", "month", "learned", "what_changed")
"""What a row is called in a sentence, the first that is there."""
PUBLISHED = re.compile(r"[a-z]+\.([a-z_]+)\.v\d+")
"""How rooms write what they publish: intake.opportunity_raised.v1."""
MOST = 300


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it was. `where` goes from the whole to the part; `then` or `later` is empty where it was not."""

    where: str
    then: str
    later: str


def differences(then: Any, later: Any, where: str = "") -> list[Difference]:
    """Everything that differs, in the order of the later record; at most MOST."""
    found = []
    for each in _differing(then, later, where):
        found.append(each)
        if len(found) == MOST:
            break
    return found


def _differing(then: Any, later: Any, where: str) -> Iterator[Difference]:
    if then == later:
        return
    if isinstance(then, Mapping) and isinstance(later, Mapping):
        for name in [*later, *(name for name in then if name not in later)]:
            yield from _differing(then.get(name), later.get(name), _inside(where, field_of(str(name))))
    elif _is_rows(then) and _is_rows(later) and (then or later):
        yield from _rows(then or [], later or [], where)
    elif (before := _told(then)) != (after := _told(later)):
        yield Difference(where, before, after)


def _is_rows(value: Any) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(each, Mapping) for each in value))


def _rows(then: Sequence[Mapping[str, Any]], later: Sequence[Mapping[str, Any]], where: str) -> Iterator[Difference]:
    before = {_key(row): row for row in then}
    after = {_key(row): row for row in later}
    for key, row in after.items():
        place = _inside(where, _called(row))
        if key in before:
            yield from _differing(before[key], row, place)
        else:
            yield Difference(place, "", _told(_beyond_its_name(row)))
    for key, row in before.items():
        if key not in after:
            yield Difference(_inside(where, _called(row)), _told(_beyond_its_name(row)), "")


def _key(row: Mapping[str, Any]) -> str:
    return next(
        (f"{name}={row[name]}" for name in NAMED_BY if row.get(name) is not None), str(sorted(row.items(), key=str))
    )


def _beyond_its_name(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A row without what it is called by and known by, unless that is all there is to it."""
    called = next((name for name in CALLED if row.get(name)), "")
    rest = {name: each for name, each in row.items() if name != called and name not in NAMED_BY}
    return rest if _told(rest) else row


def _called(row: Mapping[str, Any]) -> str:
    called = next((row[name] for name in CALLED if row.get(name)), "one more")
    published = PUBLISHED.fullmatch(called) if isinstance(called, str) else None
    return shown(published[1].replace("_", " ").capitalize() if published else called)


def _inside(where: str, name: str) -> str:
    return f"{where} › {name}" if where else name


def _told(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, Mapping):
        plain = {
            name: each for name, each in value.items() if not isinstance(each, list | dict) and not name.endswith("_id")
        }
        return shown(plain)
    return shown(value)
