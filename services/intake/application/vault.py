"""Where the content of evidence lies: files outside the event store, under seal, each named by its own digest."""

from __future__ import annotations

import asyncio
import hashlib
import os
from base64 import b64decode, b64encode
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID, uuid4

from contracts.sealed import ERASED
from libs.keys import KeyRing
from libs.service import NotFound


def evidence_folder(env: Mapping[str, str]) -> Path:
    """Where evidence lies: below CANDOUR_VAR, or where CANDOUR_EVIDENCE says, for a process that has only that to read."""
    return Path(env.get("CANDOUR_EVIDENCE") or Path(env.get("CANDOUR_VAR", "var")) / "evidence")


class Vault:
    """A folder of sealed files, by whom they are about and by digest. What is there already is not written again."""

    def __init__(self, folder: Path, keys: KeyRing) -> None:
        self.folder, self._keys = folder, keys

    async def keep(self, about: UUID, sha256: str, content: bytes) -> None:
        """Write a file so that it is there as a whole, on the disk, or not at all."""
        await self._keys.ready([about], make=True)
        path = self._path(about, sha256)
        if not path.exists():
            sealed = self._keys.seal(about, b64encode(content).decode(), f"intake.evidence|{sha256}")
            await asyncio.to_thread(_write, path, sealed)

    async def fetch(self, about: UUID, sha256: str) -> bytes:
        """The content of a file. Raises NotFound where it is gone, forgotten, or not what its digest says."""
        path = self._path(about, sha256)
        if not path.exists():
            raise NotFound(
                "The file is not where evidence is kept. Its digest is still on the record; ask for it again."
            )
        await self._keys.ready([about])
        opened = self._keys.open(await asyncio.to_thread(path.read_text), f"intake.evidence|{sha256}")
        content = b"" if opened == ERASED else b64decode(opened)
        if hashlib.sha256(content).hexdigest() != sha256:
            raise NotFound("The file cannot be opened: it was forgotten with the person it is about, or was changed.")
        return content

    async def destroy(self, about: UUID) -> int:
        """Remove every file sealed under a key; how many that were in all, asked again after a crash or a retry too.

        Raises OSError where one cannot be removed.
        """
        return await asyncio.to_thread(_remove, self.folder / about.hex)

    def _path(self, about: UUID, sha256: str) -> Path:
        return self.folder / about.hex / sha256


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = path.with_suffix(f".{uuid4().hex}")  # of its own: a form sent twice writes the same file twice at once
    with beside.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def _remove(folder: Path) -> int:
    """Which files go is written down before they do: a certificate must count those that an earlier try removed."""
    note = folder.with_suffix(".destroyed")
    gone = set(note.read_text().split()) if note.exists() else set()
    if folder.is_dir():
        files = [path for path in folder.iterdir() if path.is_file()]
        gone |= {path.name for path in files if not path.suffix}
        _write(note, "\n".join(sorted(gone)))
        for path in files:
            path.unlink()
        folder.rmdir()
    return len(gone)
