"""From which months limits were set anew, by whom and why."""

from __future__ import annotations

from typing import LiteralString

from contracts import governance as said
from libs.views import Rows
from services.governance.projection.writing import moment, project

NAMES = ("baseline",)

TABLES: LiteralString = """
    CREATE TABLE IF NOT EXISTS baseline (
        event uuid PRIMARY KEY,
        provider text NOT NULL,
        site text NOT NULL,
        kind text NOT NULL,
        theme text NOT NULL,
        measure_id text NOT NULL,
        from_month date NOT NULL,
        because text NOT NULL,
        decided timestamptz NOT NULL,
        role text NOT NULL
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
