"""The second wall: the database itself shows a request only the rows of the sites it may reach, and none of a journey
that is shut to who asks, such as one about an allegation against them.

Every table of a view that says which site a row belongs to gets a policy, forced on its owner as well; a table that
only says which journey follows the view's table that knows both. A page that forgets to ask for one site's rows
alone is given those alone. It holds within a transaction, by the setting that `libs.views` makes with each question;
whoever sets that has the word, so it guards against our own mistakes, not against someone who can send SQL.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg import AsyncConnection
from psycopg.sql import SQL, Composed, Identifier

from libs.reach import EVERYTHING, PART, SEPARATOR

POLICY = "reach_by_sets"
BEFORE = ("reach", "reach_and_shut")
"""What the policy was called when it knew of sites alone, and when it looked through each list for each row; a table that
has one of these is given the present one."""

_TOLD = "current_setting('candour.reach', true)"
# Each question is asked once, before any row, as a truth of its own: the planner takes half of all rows to pass, where it
# takes one in two hundred to equal a text that it cannot know, and would then sort everything for the sake of a few.
_WHOLE = SQL(f"(SELECT {_TOLD} = {{}})").format(EVERYTHING)
_ANY_SITE = SQL(f"(SELECT split_part({_TOLD}, {{}}, 1) = {{}})").format(PART, EVERYTHING)
# A set is looked up by hashing; `= ANY` of a list that is known only then goes through the whole of it for each row.
_OF_SITE = SQL(f"site IN (SELECT unnest(string_to_array(split_part({_TOLD}, {{}}, 1), {{}})))").format(PART, SEPARATOR)
_SHUT = SQL(
    f"(journey IN (SELECT unnest(string_to_array(nullif(split_part({_TOLD}, {{}}, 2), ''), {{}}))::uuid)) IS TRUE"
).format(PART, SEPARATOR)
_OPENED = SQL(f"(journey = (SELECT nullif(split_part({_TOLD}, {{}}, 3), ''))::uuid) IS TRUE").format(PART)
_OF_PARENT = SQL("EXISTS (SELECT FROM {parent} AS parent WHERE parent.{known} = {table}.{own})")
_COLUMNS = """
SELECT c.relname, EXISTS (SELECT FROM pg_policy AS p WHERE p.polrelid = c.oid AND p.polname = %s),
       array_agg(a.attname::text)
  FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE c.relnamespace = %s::regnamespace AND c.relname = ANY (%s) AND c.relkind = 'r'
 GROUP BY c.oid
"""


Hangs = tuple[str, str, str]
"""The table that knows the site, its column, and the column here that names it."""


async def wall(
    connection: AsyncConnection[Any], schema: str, tables: Sequence[str], hanging: Mapping[str, Hangs]
) -> list[str]:
    """Give every table of a view that says whose its rows are its policy; the tables that say so in no way, by name.

    `hanging` says on which other table one hangs that names neither site nor journey.
    """
    rows = await (await connection.execute(_COLUMNS, (POLICY, schema, list(tables)))).fetchall()
    found = {name: (walled, set(columns)) for name, walled, columns in rows}
    knows = next((name for name in tables if name in found and {"site", "journey"} <= found[name][1]), None)
    open_to_all = []
    for name, (walled, columns) in found.items():
        rule = _rule(schema, name, columns, hanging.get(name), knows)
        if rule is None:
            open_to_all.append(name)
        elif not walled:
            await _enforce(connection, Identifier(schema, name), rule)
    return sorted(open_to_all)


def _rule(schema: str, name: str, columns: set[str], hangs: Hangs | None, knows: str | None) -> Composed | None:
    if {"site", "journey"} <= columns:
        reached = SQL(" OR ").join([_ANY_SITE, _OF_SITE, _OPENED])
        return SQL("({}) AND NOT {}").format(reached, _SHUT)
    if "site" in columns:
        return SQL(" OR ").join([_ANY_SITE, _OF_SITE])
    parent, known, own = hangs or (knows, "journey", "journey")
    if parent is None or own not in columns:
        return None
    table, above = Identifier(schema, name), Identifier(schema, parent)
    return _OF_PARENT.format(parent=above, known=Identifier(known), table=table, own=Identifier(own))


async def _enforce(connection: AsyncConnection[Any], table: Identifier, rule: Composed) -> None:
    shown = SQL("{} OR ({})").format(_WHOLE, rule)
    await connection.execute(SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY").format(table))
    await connection.execute(SQL("ALTER TABLE {} FORCE ROW LEVEL SECURITY").format(table))
    for name in BEFORE:
        await connection.execute(SQL("DROP POLICY IF EXISTS {} ON {}").format(Identifier(name), table))
    await connection.execute(SQL("CREATE POLICY {} ON {} USING ({})").format(Identifier(POLICY), table, shown))
