"""How every case writes: the journey's one row, whoever speaks of it first, and a line in its timeline."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache, singledispatch
from typing import Any, LiteralString
from uuid import UUID

import orjson

from contracts.envelope import PublishedEvent
from libs.views import Rows

Column = str | int | bool | date | datetime | UUID | list[str] | None

BARE: tuple[LiteralString, ...] = ("journey", "provider", "site", "last_recorded", "last_id", "last_event")
LATEST: tuple[LiteralString, ...] = ("last_recorded", "last_id", "last_event")
IS_NEWS: LiteralString = "(journey.last_recorded, journey.last_id) < (excluded.last_recorded, excluded.last_id)"


@singledispatch
def project(event: object, rows: Rows) -> None:
    """What has no case leaves the overview as it is."""


def journey_row(event: PublishedEvent, rows: Rows, **columns: Column) -> None:
    """Set columns of the journey's row, making the row where this event is the first to speak of the journey.

    Publishers arrive in any order, so a column belongs to one publisher, and the last event is told by its time.
    """
    here = event.envelope
    rows.execute(
        _journey(tuple(columns)),
        (here.journey, here.provider, here.site, here.recordedtime, here.id, here.type, *columns.values()),
    )


@cache
def _journey(columns: tuple[LiteralString, ...]) -> LiteralString:
    names: list[LiteralString] = [*BARE, *columns]
    told: list[LiteralString] = [
        *(f"{name} = CASE WHEN {IS_NEWS} THEN excluded.{name} ELSE journey.{name} END" for name in LATEST),
        *(f"{name} = excluded.{name}" for name in columns),
    ]
    return (
        f"INSERT INTO journey ({', '.join(names)}) VALUES ({', '.join(['%s'] * len(names))})"
        f" ON CONFLICT (journey) DO UPDATE SET {', '.join(told)}"
    )


def moment(event: PublishedEvent, rows: Rows, *, words: str = "", rules: str = "", **params: Any) -> None:
    """A line of the timeline. `words` is a sealed token; `params` holds codes, numbers and words free of names."""
    here = event.envelope
    rows.execute(
        "INSERT INTO moment VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (event) DO NOTHING",
        (
            here.id, here.journey, here.site, here.source, here.sequence, here.recordedtime, here.time, here.type,
            here.actor, here.role, text(params), words, rules, here.causationid,
        ),
    )  # fmt: skip


def text(value: Any) -> str:
    """JSON for a jsonb column, with sorted keys."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS).decode()
