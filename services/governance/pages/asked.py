"""What a page of figures is asked: of what, over which months, of which sites; and the address of what is behind a number."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from urllib.parse import quote_plus, urlencode
from uuid import UUID

from fastapi import Request

from contracts.taxonomy import OpportunityKind, Theme
from libs.web.forms import Form
from services.governance.projection.counting import Counted
from services.governance.projection.months import last_months

MONTHS = {"6": 6, "12": 12, "24": 24}
SPANS = [("6", "The last 6 months"), ("12", "The last 12 months"), ("24", "The last 24 months")]
LONGEST = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """What is counted, in words and for an address; `form` keeps what was chosen."""

    what: Counted
    form: Form

    @property
    def words(self) -> str:
        """What is counted, as a heading says it."""
        kind = OpportunityKind(self.what.kind).label if self.what.kind else ""
        theme = Theme(self.what.theme).label if self.what.theme else ""
        if kind and theme:
            return f"{kind}, theme: {theme.lower()}"
        return kind or (f"Theme: {theme.lower()}" if theme else "Everything reported")

    @property
    def query(self) -> dict[str, str]:
        """What an address needs to count the same."""
        given = {"kind": self.what.kind, "theme": self.what.theme, "months": self.form.value("months")}
        return {name: value for name, value in given.items() if value}

    @property
    def span(self) -> str:
        """The months in words."""
        return f"{self.what.since:%B %Y} to {self.what.until:%B %Y}"


def asked_of(request: Request, now: datetime, shut: Collection[UUID], months: int = 12) -> Asked:
    """What the address asks for, over whole months up to the last one; what cannot be read asks for nothing."""
    given = {
        name: request.query_params.get(name, "")[:LONGEST]
        for name in ("kind", "theme", "months", "peers", "region", "site", "unit")
    }
    span = MONTHS.get(given["months"], months)
    return Asked(counted(given["kind"], given["theme"], now, shut, span), Form(given | {"months": str(span)}))


def counted(kind: str, theme: str, now: datetime, shut: Collection[UUID], months: int) -> Counted:
    """A kind and a theme over so many whole months, the last of which has ended."""
    since, until = last_months(now, months)
    return Counted(
        since,
        until,
        kind if kind in set(OpportunityKind) else "",
        theme if theme in set(Theme) else "",
        tuple(shut),
    )


def journeys_behind(what: Counted, site: str = "", unit: str = "", month: date | None = None, region: str = "") -> str:
    """The list of the journeys that a number counts."""
    since, until = (month, month) if month else (what.since, what.until)
    asked = {
        "kind": what.kind, "theme": what.theme, "month": since.isoformat(), "until": until.isoformat(), "unit": unit,
        "region": region,
    }  # fmt: skip
    return address("/journeys", site=site, **asked)


def address(path: str, *, site: str = "", **asked: str) -> str:
    """An address of one of these pages."""
    kept = _query(tuple((name, value) for name, value in asked.items() if value))
    of_site = f"site={quote_plus(site)}" if site else ""
    query = "&".join(part for part in (of_site, kept) if part)
    return f"{path}?{query}" if query else path


@lru_cache(maxsize=256)
def _query(asked: tuple[tuple[str, str], ...]) -> str:
    """What hundreds of addresses of one page have in common."""
    return urlencode(asked)
