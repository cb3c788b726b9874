"""Checkpoints outside the database: a folder of the provider's choice, to which files are added and never changed.

Whoever owns the database does not own this folder, if it lies on another machine or on storage that keeps what is
written. A file is there whole or not at all, and a second note for one size is never put over the first.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

STATEMENTS = "keys"


class Outside:
    """A folder with one file for each checkpoint, by ledger and size, and one for each change of key."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, ledger: str, size: int, note: str) -> bool:
        """Add a checkpoint; False where one is there already, whatever it says. Raises OSError."""
        return self._add(self.folder / ledger / f"{size:020d}.txt", note)

    def keep_statement(self, number: int, statement: str) -> bool:
        """Add what was said about a change of key. Raises OSError."""
        return self._add(self.folder / STATEMENTS / f"{number:06d}.txt", statement)

    def notes(self, ledger: str) -> Iterator[str]:
        """Every checkpoint of a ledger, smallest first."""
        yield from (note for _, note in self.kept(ledger))

    def kept(self, ledger: str) -> Iterator[tuple[int, str]]:
        """Every checkpoint of a ledger with the size under which it is kept (nought where its name is none)."""
        for path in sorted((self.folder / ledger).glob("*.txt")):
            yield int(path.stem) if path.stem.isdigit() else 0, path.read_text(errors="replace")

    def note(self, ledger: str, size: int) -> str:
        """The checkpoint of a ledger at a size. Raises OSError."""
        return (self.folder / ledger / f"{size:020d}.txt").read_text()

    def sizes(self, ledger: str) -> set[int]:
        """At which sizes there is a checkpoint of a ledger."""
        return {int(path.stem) for path in (self.folder / ledger).glob("*.txt") if path.stem.isdigit()}

    def statements(self) -> list[str]:
        """Every change of key, in order."""
        return [path.read_text() for path in sorted((self.folder / STATEMENTS).glob("*.txt"))]

    @staticmethod
    def _add(path: Path, text: str) -> bool:
        if path.exists():
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{uuid4().hex}.new")
        try:
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444), "w") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.link(fresh, path)  # refuses where another process was quicker
        except FileExistsError:
            return False
        finally:
            fresh.unlink(missing_ok=True)
        return True
