"""How colleagues are called on a page: by name where a post makes it known, else by a short mark of their own."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from libs.directory import Directory
from libs.keys import KeyRing
from libs.reading import opened


async def names(directory: Directory, keys: KeyRing, people: Iterable[UUID]) -> dict[UUID, str]:
    """A name or a mark for each of these people."""
    wanted = list(dict.fromkeys(people))
    held = await directory.rows("SELECT DISTINCT person_id, name FROM holder WHERE person_id = ANY(%s)", (wanted,))
    known = {row["person_id"]: row["name"] for row in await opened(keys, held, "name")}
    return {person: known.get(person) or f"Colleague {person.hex[-4:].upper()}" for person in wanted}
