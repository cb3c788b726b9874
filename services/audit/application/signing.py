"""Signing ledgers: at set times and on demand, kept outside the database, and under one key after another."""

from __future__ import annotations

import asyncio
import secrets
from base64 import b64encode
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from libs.deciding import Act, Saved
from libs.domain import Refused
from libs.logs import log
from libs.service import NotFound, Service, command
from services.audit.domain import PLATFORM, Checkpoint, SigningKey, ledger_journey
from services.audit.ledger import (
    Book,
    NotSigned,
    NotTheSuccessor,
    Outside,
    Signer,
    Trusted,
    opened_by_any,
    statement_of,
    trusted,
)
from services.audit.ledger.note import SEED_BYTES, write_seed
from services.audit.ledger.witnesses import SUCCEEDED, stored
from services.audit.projection import Checkpoints

EVERY = timedelta(minutes=15)
"""How much time, by the platform's clock, may pass before what was added to a ledger is signed."""
LOOK = 1.0
OWN = "audit"


class NothingToSign(Refused):
    """This ledger holds nothing yet, so there is nothing to sign."""


class LedgerHalted(Refused):
    """This ledger has stopped, because what it was given does not fit what it holds. Have the fault looked into first."""


class KeyIsChanging(Refused):
    """The key for signing is being changed just now. Nothing was signed; try again in a moment."""


class NewestNotOurs(Refused):
    """The newest checkpoint of this ledger, here or outside, bears no signature that counts. Nothing was signed; have it
    looked into first."""


class OutsideNotReadable(Refused):
    """The checkpoints that are kept outside cannot be read just now. Nothing was signed; see that their place is there,
    then try again."""


class KeyIsReadOnly(Refused):
    """The signing key lies where this service may not write, so it was not changed. Change it there, where it is kept."""


class Signing(Service):
    """The ledgers' heads, signed."""

    checkpoints: Checkpoints
    books: Mapping[str, Book]
    signer: Signer
    key_file: Path
    outside: Outside | None = None
    """Where checkpoints are kept besides the database; None: nowhere."""
    auditor: str
    """A connection string that may read every service's events."""
    every: timedelta = EVERY
    _kept_outside: tuple[int, int] | None = None

    def book(self, ledger: str) -> Book:
        """A ledger by its service's name. Raises NotFound."""
        if ledger not in self.books:
            raise NotFound(f"There is no ledger called {ledger}.")
        return self.books[ledger]

    @command
    async def sign_checkpoint(self, act: Act, ledger: str) -> Saved:
        """Sign the ledger as it is now. A size that was signed before stays signed as it was."""
        book = self.book(ledger)
        size, root = len(book.tree), await book.tree.root()
        if not size:
            raise NothingToSign
        await self._require_sound(book)
        known = await self.find(Checkpoint, Checkpoint.create_id(ledger, size))
        if known is not None:
            return Saved(known.id, known.version, self.store.position, replayed=True)
        journey = ledger_journey(ledger)
        if self._next_key.exists():
            raise KeyIsChanging
        self.signer = Signer.of_file(self.key_file)  # another process may have changed it
        checkpoint = Checkpoint(
            provider=PLATFORM, site="", journey=journey, about=journey, ledger=ledger, size=size,
            root=b64encode(root).decode(), note=self.signer.sign(ledger, size, root),
        )  # fmt: skip
        return await self.save(act, checkpoint)

    async def _require_sound(self, book: Book) -> None:
        try:
            signed = await self.signed(book.service)
        except NotSigned as fault:
            raise NewestNotOurs from fault
        except OSError as fault:
            raise OutsideNotReadable from fault
        if signed and (len(book.tree) < signed[0] or await book.tree.root(signed[0]) != signed[1]):
            book.halt(f"the ledger is not the one whose first {signed[0]} entries were signed")
        if book.halted:
            raise LedgerHalted

    async def signed(self, ledger: str) -> tuple[int, bytes] | None:
        """Size and root of the newest checkpoint, here or outside, whose signature holds. Raises NotSigned where it does not."""
        latest = await self.checkpoints.latest(ledger)
        notes = [latest["note"]] if latest else []
        if self.outside and (newest := await asyncio.to_thread(self.outside.newest, ledger)):
            notes.append(await asyncio.to_thread(self.outside.note, ledger, newest))
        keys = await self.keys_to_trust()
        return max((opened_by_any(note, keys)[1:] for note in notes), default=None)

    async def keys_to_trust(self) -> list[Trusted]:
        """The key in use and those before it, each with the sizes up to which it counts. Raises NotTheSuccessor."""
        return trusted(Signer.of_file(self.key_file).verifier, await self._statements())

    @command
    async def change_key(self, act: Act) -> Saved:
        """Sign with a new key from now on. Old and new key sign together which follows which, and up to where the old counts.

        The old seed is destroyed with the file; only its public half stays, on record. Raises LedgerHalted, KeyIsReadOnly.
        """
        if any(book.halted for book in self.books.values()):
            raise LedgerHalted
        old, seed = Signer.of_file(self.key_file), secrets.token_bytes(SEED_BYTES)
        new = Signer(seed)
        try:
            await asyncio.to_thread(write_seed, self._next_key, seed)  # from here on nobody signs with the old one
        except OSError as error:
            raise KeyIsReadOnly from error
        signed = await self.checkpoints.latest_of_each()  # a ledger that is not loaded yet was signed all the same
        sizes = {
            name: max(len(book.tree), signed[name]["size"] if name in signed else 0)
            for name, book in self.books.items()
        }
        number = len(await self._statements()) + 1
        journey = ledger_journey("keys")
        key = SigningKey(
            provider=PLATFORM, site="", journey=journey, about=journey, number=number, verifier=new.verifier,
            statement=statement_of(old, new, self.clock.now(), sizes),
        )  # fmt: skip
        saved = await self.save(act, key)
        await asyncio.to_thread(self._next_key.replace, self.key_file)
        self.signer = new
        return saved

    @property
    def _next_key(self) -> Path:
        return self.key_file.with_name(self.key_file.name + ".next")

    async def take_up_key(self) -> None:
        """Go on with the key that was on record last, where changing it was cut off before the file was in place."""
        fresh, statements = self._next_key, await self._statements()
        if fresh.exists() and statements and f"\nnew {Signer.of_file(fresh).verifier}\n" in statements[-1]:
            fresh.replace(self.key_file)
        if fresh.exists():  # only then, since the key's folder may be one that is only read
            fresh.unlink()
        self.signer = Signer.of_file(self.key_file)

    async def _statements(self) -> list[str]:
        """What old and new keys signed together, from the store itself: the view may not have come to it yet."""
        said = await asyncio.to_thread(stored, self.auditor, SUCCEEDED)
        return [each["statement"] for each in said]

    async def keep_signing(self) -> None:
        """Sign what was added, every so often by the platform's clock, until cancelled."""
        last = self.clock.now()
        while True:
            await asyncio.sleep(LOOK)
            await self.keep_outside()
            if self.clock.now() - last >= self.every:
                last = self.clock.now()
                await self.sign_grown()

    async def sign_grown(self) -> list[str]:
        """Sign every ledger that grew since its last checkpoint; which were signed.

        Audit's own ledger grows by each signature, so it is signed along with others and never for its own sake.
        """
        signed = await self.checkpoints.latest_of_each()
        grown = [
            name for name, book in self.books.items()
            if not book.halted and len(book.tree) > (signed[name]["size"] if name in signed else 0)
        ]  # fmt: skip
        if grown == [OWN]:
            return []
        done: list[str] = []
        for name in grown:
            try:
                await self.sign_checkpoint(Act("clock:audit", "system"), name)
                done.append(name)
            except (LedgerHalted, KeyIsChanging):
                continue  # it says so on its page, and the others are signed all the same
            except (NewestNotOurs, OutsideNotReadable) as fault:
                log(OWN).error("a ledger was not signed", source=name, reason=type(fault).__name__)
        return done

    async def keep_outside(self) -> int:
        """Add to the folder what it does not hold yet; how many notes that was. What fails is tried again later."""
        page = self.checkpoints.places.get(OWN, (0, 0))
        if self.outside is None or page == self._kept_outside:
            return 0
        added = 0
        try:
            for number, statement in enumerate(await self.checkpoints.statements(), start=1):
                added += await asyncio.to_thread(self.outside.keep_statement, number, statement)
            for ledger in self.books:
                newest = await asyncio.to_thread(self.outside.newest, ledger)
                for row in await self.checkpoints.beyond(ledger, newest):
                    added += await asyncio.to_thread(self.outside.keep, ledger, row["size"], row["note"])
            self._kept_outside = page
        except OSError as error:
            log(OWN).error("checkpoints could not be written outside", reason=str(error))
        return added


__all__ = ["EVERY", "KeyIsChanging", "LedgerHalted", "NotTheSuccessor", "NothingToSign", "Signing"]
