"""What tests of governance may ask for."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from psycopg_pool import AsyncConnectionPool

from services.governance.projection import Overview
from tests.servers import Database


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def overview(module_database: Database) -> AsyncIterator[Overview]:
    """The view by itself, with nothing in it and nobody who keeps it up."""
    conninfo = module_database.conninfo("governance")
    async with AsyncConnectionPool(conninfo, open=False, kwargs={"autocommit": True}) as pool:
        view = Overview("governance", pool)
        await view.set_up()
        yield view
