"""A service in a process of its own comes up, however busy the database is while all of them start."""

from __future__ import annotations

import psycopg
import pytest
from psycopg_pool import PoolTimeout

from deploy.serve import patiently


class Busy:
    """Has no connection for the first few who ask."""

    def __init__(self, first: int) -> None:
        self.left = first

    async def people(self) -> list[str]:
        if self.left:
            self.left -= 1
            raise PoolTimeout("couldn't get a connection after 10.00 sec")
        return ["Priya"]


async def test_what_the_database_has_no_moment_for_is_asked_again() -> None:
    assert await patiently(Busy(2).people, 3) == ["Priya"]


async def test_a_database_that_stays_away_is_told_of() -> None:
    with pytest.raises(psycopg.OperationalError):
        await patiently(Busy(2).people, 2)
