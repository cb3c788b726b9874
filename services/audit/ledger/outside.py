"""Checkpoints outside the database: in a folder or an object store of the provider's choice, where notes are added and never
changed.

Whoever owns the database does not own this place, if it lies on another machine or on storage that keeps what is
written. A note is there whole or not at all, and a second note for one size is never put over the first.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

STATEMENTS = "keys"
MARK = "append-only.txt"
"""What is put into an object store twice, to see that the second time is refused."""
WAIT = timedelta(seconds=20)
"""How long is tried again where an object store does not answer."""


class Outside:
    """A folder with one file for each checkpoint, by ledger and size, and one for each change of key."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, ledger: str, size: int, note: str) -> bool:
        """Add a checkpoint; False where one is there already, whatever it says. Raises OSError."""
        return self._add(f"{ledger}/{size:020d}.txt", note)

    def keep_statement(self, number: int, statement: str) -> bool:
        """Add what was said about a change of key. Raises OSError."""
        return self._add(f"{STATEMENTS}/{number:06d}.txt", statement)

    def notes(self, ledger: str) -> Iterator[str]:
        """Every checkpoint of a ledger, smallest first. Raises OSError."""
        yield from (note for _, note in self.kept(ledger))

    def kept(self, ledger: str) -> Iterator[tuple[int, str]]:
        """Every checkpoint of a ledger with the size under which it is kept (nought where its name is none)."""
        for name in self._names(ledger):
            yield int(name) if _is_size(name) else 0, self._read(f"{ledger}/{name}.txt")

    def note(self, ledger: str, size: int) -> str:
        """The checkpoint of a ledger at a size. Raises OSError."""
        return self._read(f"{ledger}/{size:020d}.txt")

    def newest(self, ledger: str) -> int:
        """The largest size at which there is a checkpoint of a ledger; nought where there is none. Raises OSError.

        The folder is looked through each time (some milliseconds for a year of hourly ones): its own date may be set back by
        whoever takes one away, and is too coarse to show two changes one upon the other.
        """
        return _largest(self._names(ledger))

    def statements(self) -> list[str]:
        """Every change of key, in order. Raises OSError."""
        return [self._read(f"{STATEMENTS}/{name}.txt") for name in self._names(STATEMENTS)]

    def _names(self, group: str) -> list[str]:
        try:
            return sorted(path.stem for path in (self.folder / group).iterdir() if path.suffix == ".txt")
        except FileNotFoundError:
            return []

    def _read(self, name: str) -> str:
        return (self.folder / name).read_text("utf-8", errors="replace")

    def _add(self, name: str, text: str) -> bool:
        path = self.folder / name
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


class Objects(Outside):
    """The same in an object store (S3 and what speaks like it, Google's, Azure's). Its own settings say who we are there,
    such as AWS_ACCESS_KEY_ID; a right to put and to read is enough, and none to delete is better."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self._refuses = False
        self._last: dict[str, int] = {}

    def newest(self, ledger: str) -> int:
        """The store is asked only for what comes after those before the newest that is known."""
        known = self._last.get(ledger, 0)
        found = _largest(self._names(ledger, f"{ledger}/{known - 1:020d}.txt")) if known else 0
        self._last[ledger] = found or _largest(self._names(ledger))
        return self._last[ledger]

    def _names(self, group: str, after: str = "") -> list[str]:
        import obstore

        with _reached():
            listed = obstore.list(self._store, group, offset=after or None)
            found = [Path(each["path"]) for some in listed for each in some]
        return sorted(path.stem for path in found if path.suffix == ".txt" and path.parent.name == group)

    def _read(self, name: str) -> str:
        import obstore

        with _reached():
            return bytes(obstore.get(self._store, name).bytes()).decode("utf-8", errors="replace")

    def _add(self, name: str, text: str) -> bool:
        if not self._refuses:
            self._require_refusal()
        return self._put(name, text)

    def _require_refusal(self) -> None:
        """Some stores take no notice of the wish that nothing be written over. Raises OSError for such a one."""
        self._put(MARK, "What is here is never changed.\n")
        if self._put(MARK, "What is here is never changed.\n"):
            raise OSError("this object store writes over what is there, so no checkpoint is kept in it")
        self._refuses = True

    def _put(self, name: str, text: str) -> bool:
        import obstore
        from obstore.exceptions import AlreadyExistsError

        with _reached():
            try:
                # The store itself refuses a second one (If-None-Match), so that not even two processes write over each other.
                obstore.put(self._store, name, text.encode(), mode="create", use_multipart=False)
            except AlreadyExistsError:
                return False
        return True


def _largest(names: Iterable[str]) -> int:
    return max((int(name) for name in names if _is_size(name)), default=0)


def _is_size(name: str) -> bool:
    """Whether a file is called as a checkpoint is: others may put there what they like."""
    return name.isascii() and name.isdecimal()


@contextmanager
def _reached() -> Iterator[None]:
    """What goes wrong at the store, as what goes wrong at a folder."""
    from obstore.exceptions import BaseError

    try:
        yield
    except BaseError as fault:
        raise OSError(f"the object store did not do it: {type(fault).__name__}") from fault


def outside_at(place: str) -> Outside:
    """A folder by its path, or an object store by its address, such as s3://bucket/path. Raises ValueError for no such kind."""
    if "://" not in place:
        return Outside(Path(place))
    from obstore.exceptions import BaseError
    from obstore.store import from_url

    remote = not place.startswith(("file://", "memory://"))
    more: dict[str, Any] = {"retry_config": {"max_retries": 3, "retry_timeout": WAIT}} if remote else {}
    try:
        return Objects(from_url(place, **more))
    except BaseError as fault:
        raise ValueError(f"{place} is no address of an object store: {type(fault).__name__}") from fault
