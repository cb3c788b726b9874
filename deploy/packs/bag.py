"""Putting a pack together: a BagIt bag in a zip file, the same bytes for the same content, signed over its manifests."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MANIFEST, TAG_MANIFEST, SIGNATURE = "manifest-sha256.txt", "tagmanifest-sha256.txt", "signature.ed25519"
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip file can state: what is inside is dated by its own words, never by when it was packed."""
READABLE = 0o100644 << 16


def bag(folder: Path, name: str, info: Mapping[str, str], sign: Callable[[bytes], bytes], into: Path) -> None:
    """Make a bag of this name of a folder, in which the payload lies under data/, and write it as a zip file.

    `info` is what bag-info.txt states. `sign` makes an Ed25519 signature over the manifest of tag files, which covers
    everything else by its hashes.
    """
    data = _files(folder / "data", folder)
    stated = {**info, "Payload-Oxum": f"{sum((folder / path).stat().st_size for path in data)}.{len(data)}"}
    (folder / "bagit.txt").write_bytes(DECLARATION)
    (folder / MANIFEST).write_bytes(_manifest(folder, data))
    (folder / "bag-info.txt").write_text("".join(f"{label}: {value}\n" for label, value in stated.items()), "utf-8")
    tags = [path for path in _files(folder, folder) if not path.startswith("data/")]
    (folder / TAG_MANIFEST).write_bytes(_manifest(folder, tags))
    (folder / SIGNATURE).write_bytes(sign((folder / TAG_MANIFEST).read_bytes()))
    _zip(folder, name, into)


def bagging_date(moment: datetime) -> str:
    """A day as bag-info.txt states it."""
    return moment.date().isoformat()


def digest_of(path: Path) -> str:
    """A file's SHA-256, some of it at a time."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _files(under: Path, folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in under.rglob("*") if path.is_file())


def _manifest(folder: Path, files: Iterable[str]) -> bytes:
    return "".join(f"{digest_of(folder / path)}  {path}\n" for path in files).encode()


def _zip(folder: Path, name: str, into: Path) -> None:
    with ZipFile(into, "w") as archive:
        for path in _files(folder, folder):
            entry = ZipInfo(f"{name}/{path}", EPOCH)
            entry.compress_type, entry.external_attr, entry.create_system = ZIP_DEFLATED, READABLE, 3
            with (folder / path).open("rb") as file, archive.open(entry, "w") as packed:
                shutil.copyfileobj(file, packed)
