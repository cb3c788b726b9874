"""Erasure outlives backups: whatever a restored copy of the keys brought back is destroyed again, by the certificates."""

from __future__ import annotations

import orjson
import psycopg

CERTIFIED = "intake.Erasure.Certified"


def destroyed_again(owner: str) -> int:
    """Destroy every key that was made before a certificate says it was destroyed; how many there were.

    `owner` may read intake's events and change the keys. A key made later, for somebody who came back, stays. Raises
    psycopg.Error.
    """
    with psycopg.connect(owner) as connection:
        rows = connection.execute("SELECT state FROM intake.events WHERE topic = %s", (CERTIFIED,)).fetchall()
        again = 0
        for (state,) in rows:
            said = orjson.loads(state)
            gone = connection.execute(
                "DELETE FROM keys.person_key WHERE subject = ANY(%s::uuid[]) AND made_at < %s",
                (said["keys"], said["timestamp"]),
            )
            again += gone.rowcount
        return again
