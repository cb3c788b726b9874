"""Forgetting outlives backups: whatever a restored copy of the keys brought back is destroyed again, by what is on record."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import orjson
import psycopg

CERTIFIED = "intake.Erasure.Certified"
EXPIRED = "intake.ExternalMessage.Expired"


def destroyed_again(owner: str) -> int:
    """Destroy every key that was made before it is on record as destroyed: by a certificate of erasure, or because nobody
    took in time what an outside system sent. Returns how many there were.

    `owner` may read intake's events and change the keys. A key made later, for somebody who came back, stays. All are
    destroyed or none, so that broken off it is asked again. Raises psycopg.Error.
    """
    with psycopg.connect(owner) as connection:
        rows = connection.execute(
            "SELECT topic, originator_id, state FROM intake.events WHERE topic = ANY(%s)", ([CERTIFIED, EXPIRED],)
        ).fetchall()
        again = 0
        for topic, message, state in rows:
            said = orjson.loads(state)
            keys: Iterable[UUID | str] = said["keys"] if topic == CERTIFIED else [message]
            gone = connection.execute(
                "DELETE FROM keys.person_key WHERE subject = ANY(%s::uuid[]) AND made_at < %s",
                (list(map(str, keys)), said["timestamp"]),
            )
            again += gone.rowcount
        return again
