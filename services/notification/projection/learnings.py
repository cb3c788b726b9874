"""What was learned on each journey, in words that name nobody: of what went wrong, and of what went well."""

from __future__ import annotations

from datetime import datetime
from functools import singledispatch
from typing import Any

from libs.views import Rows, View
from services.notification.domain.account import Account


class Learnings(View):
    """One row for each journey that has been weighed or reviewed, with the statement its review signed off."""

    name = "learnings"
    table_names = ("learning",)
    tables = """
        CREATE TABLE IF NOT EXISTS learning (
            account_id uuid PRIMARY KEY, journey uuid NOT NULL, site text NOT NULL, kind text NOT NULL DEFAULT '',
            themes text[] NOT NULL DEFAULT '{}', statement text NOT NULL DEFAULT '', stated_at timestamptz
        );
        CREATE INDEX IF NOT EXISTS learning_stated ON learning (stated_at) WHERE stated_at IS NOT NULL;
    """

    async def stated(self, sites: list[str], since: datetime, until: datetime) -> list[dict[str, Any]]:
        """What these sites learned from `since` up to `until`, in order; where each comes from is left out."""
        return await self.rows(
            "SELECT kind, themes, statement FROM learning WHERE site = ANY(%s) AND stated_at >= %s AND stated_at < %s"
            " AND statement <> '' ORDER BY stated_at, account_id",
            (sites, since, until),
        )


@singledispatch
def project(event: object, rows: Rows) -> None:
    """What has no case here leaves what was learned as it is."""


@project.register
def weighed(event: Account.Weighed, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO learning (account_id, journey, site, kind, themes) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT (account_id) DO UPDATE SET kind = excluded.kind, themes = excluded.themes",
        (event.originator_id, event.journey, event.site, event.kind, event.themes),
    )


@project.register
def stated(event: Account.LearningStated, rows: Rows) -> None:
    rows.execute(
        "INSERT INTO learning (account_id, journey, site, statement, stated_at) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT (account_id) DO UPDATE SET statement = excluded.statement, stated_at = excluded.stated_at",
        (event.originator_id, event.journey, event.site, event.statement, event.occurred),
    )
