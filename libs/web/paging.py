"""Lists page by page: a limit, and where the next page is."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Request, Response

MOST = 100
Page = Annotated[int, Query(ge=1, le=100_000, description="from 1; the Link header names the next, if there is one")]
Limit = Annotated[int, Query(ge=1, le=MOST, description="how many a page holds at most")]


def paged(
    request: Request, response: Response, rows: list[dict[str, Any]], page: int, limit: int
) -> list[dict[str, Any]]:
    """A page of rows that were asked for with one more than it holds; `Link` (RFC 8288) leads to the next.

    How many there are `in_all`, which a view may say in each row, is said once, as `X-Total-Count`.
    """
    if rows and "in_all" in rows[0]:
        response.headers["X-Total-Count"] = str(rows[0]["in_all"])
        rows = [{name: value for name, value in row.items() if name != "in_all"} for row in rows]
    if len(rows) > limit:
        onward = request.url.include_query_params(page=page + 1, limit=limit)
        response.headers["Link"] = f'<{onward.path}?{onward.query}>; rel="next"'
    return rows[:limit]
