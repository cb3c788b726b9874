"""A backup of the keys that is restored brings nobody back: what a certificate says is destroyed is destroyed again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import orjson
import psycopg

from deploy.keys_again import CERTIFIED, destroyed_again
from tests.servers import Database

ERASED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def key(connection: psycopg.Connection[tuple[object, ...]], made: datetime) -> UUID:
    subject = uuid4()
    connection.execute("INSERT INTO keys.person_key VALUES (%s, %s, %s)", (subject, b"wrapped", made))
    return subject


def test_only_keys_that_came_back_are_destroyed_again(database: Database) -> None:
    before, after = ERASED - timedelta(days=1), ERASED + timedelta(days=1)
    with psycopg.connect(database.admin) as connection:
        back, anew, other = key(connection, before), key(connection, after), key(connection, before)
        state = orjson.dumps({"keys": [str(back), str(anew)], "timestamp": ERASED.isoformat()})
        connection.execute(
            "INSERT INTO intake.events (originator_id, originator_version, topic, state) VALUES (%s, 1, %s, %s)",
            (uuid4(), CERTIFIED, state),
        )
        connection.commit()
        assert destroyed_again(database.owner) == 1
        assert destroyed_again(database.owner) == 0
        left = {row[0] for row in connection.execute("SELECT subject FROM keys.person_key")}
        assert left == {anew, other}
