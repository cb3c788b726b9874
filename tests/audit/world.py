"""A house with a signed ledger for the tests of one file, and the past changed and put right again between them."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import psycopg

from deploy.house import Platform
from deploy.web import Door
from libs.deciding import Act
from services.audit.application import Audit
from services.audit.ledger import Comparison, Outside
from services.governance.application import NewSite
from tests.hands import Reception
from tests.house import OPERATOR, housed, with_sites
from tests.servers import Backend, Database, Messaging

AUDITOR = Act("person:auditor", "auditor", "provider:acme")
LEDGER = "governance"
EVENTS = "governance.events"
CHANGED = (EVENTS, "audit.events", "audit.ledger_entry", "audit.decision")
"""Every table that the tests change."""


@dataclass
class World:
    """Governance and audit, running; whoever owns the database; and the folder for checkpoints."""

    platform: Platform
    database: Database
    folder: Path
    reception: Reception

    @property
    def audit(self) -> Audit:
        found: Audit = self.platform.service("audit")
        return found

    async def signed(self) -> None:
        """A checkpoint of the ledger, on record, in the folder and on the wire."""
        await self.audit.sign_checkpoint(AUDITOR, LEDGER)
        await self.platform.settle()
        await self.audit.keep_outside()

    async def found(self, ledger: str = LEDGER) -> Comparison:
        return await self.audit.verify(ledger)

    async def faults(self, ledger: str = LEDGER) -> list[tuple[str, int, str]]:
        return [(fault.kind, fault.position, fault.part) for fault in (await self.found(ledger)).faults]

    def tamper(self, *statements: str) -> None:
        """Change the past as the database's owner can."""
        with psycopg.connect(self.database.owner) as owner:
            for statement in statements:
                assert owner.execute(statement.encode()).rowcount >= 1, statement

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Whatever is done inside, to tables or folder, is put right again afterwards."""
        kept = self.folder.with_name("kept")
        shutil.copytree(self.folder, kept)
        with psycopg.connect(self.database.admin, autocommit=True) as administrator:
            for number, table in enumerate(CHANGED):
                administrator.execute(f"CREATE TABLE kept_{number} AS TABLE {table}".encode())
            try:
                yield
            finally:
                for number, table in enumerate(CHANGED):
                    with administrator.transaction():
                        administrator.execute(f"DELETE FROM {table}".encode())
                        administrator.execute(f"INSERT INTO {table} TABLE kept_{number}".encode())
                        administrator.execute(f"DROP TABLE kept_{number}".encode())
                shutil.rmtree(self.folder)
                kept.rename(self.folder)


@asynccontextmanager
async def opened(backend: Backend, messaging: Messaging, key: Path, folder: Path) -> AsyncIterator[World]:
    """The house, its door and its folder; nothing is on record yet."""
    own = Path(shutil.copy(key, folder / "audit_key"))
    with backend.fresh_database() as database:
        async with housed(database, messaging, key, "governance", "audit") as platform:
            door = Door(platform, None)
            await door.open()
            world = World(platform, database, folder / "checkpoints", Reception(platform, door))
            world.folder.mkdir()
            world.audit.key_file, world.audit.outside = own, Outside(world.folder)
            try:
                yield world
            finally:
                await door.close()


async def begun(world: World) -> None:
    """Two sites and the rules, signed at four entries; then two more sites, signed again at six."""
    await with_sites(world.platform, "elm", "oak")
    await world.signed()
    await more(world.platform, "ash", "fir")
    await world.signed()


async def more(platform: Platform, *sites: str) -> None:
    """Further sites."""
    for site in sites:
        new = NewSite("acme", site, site.title(), "North", "ENG", "care_home_residential", date(2020, 1, 1))
        await platform.service("governance").register_site(OPERATOR, new)
    await platform.settle()
