"""From which months limits were set anew, by whom and why."""

from __future__ import annotations

from typing import LiteralString

from contracts import governance as said
from libs.views import Rows
from services.governance.projection.writing import moment, project

NAMES = ("baseline",)

TABLES: LiteralString = """
    CREATE TABLE IF NOT EXISTS baseline ( -- Each decision that set the limits of a trend anew.
        event uuid PRIMARY KEY, -- the event that says so
        provider text NOT NULL, -- whose sites these are
        site text NOT NULL, -- the site; empty for the provider's sites together
        kind text NOT NULL, -- what was reported, where the trend is of one kind
        theme text NOT NULL, -- the theme, where the trend is of one theme
        measure_id text NOT NULL, -- the measure, where the trend is of one
        from_month date NOT NULL, -- the first month that the new limits are made of
        because text NOT NULL, -- why, in words that name nobody
        decided timestamptz NOT NULL, -- when it was decided
        role text NOT NULL -- the role in which it was decided
    );
    CREATE INDEX IF NOT EXISTS baseline_of ON baseline (provider, site, kind, theme, measure_id);
    CREATE INDEX IF NOT EXISTS journey_occurred ON journey (site, occurred);
"""


@project.register
def baseline_reset(event: said.BaselineReset, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO baseline VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (event) DO NOTHING",
        (
            event.envelope.id, event.provider, event.site, event.kind, event.theme, event.measure_id, event.from_month,
            event.because, event.recorded, event.envelope.role,
        ),
    )  # fmt: skip
    moment(event, rows, from_month=event.from_month, because=event.because)
