"""Putting a pack together: a BagIt bag in a zip file, the same bytes for the same content, signed over its manifests."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MANIFEST, TAG_MANIFEST, SIGNATURE = "manifest-sha256.txt", "tagmanifest-sha256.txt", "signature.ed25519"
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip file can state: what is inside is dated by its own words, never by when it was packed."""
READABLE = 0o100644 << 16


def bag(
    name: str, payload: Mapping[str, bytes], beside: Mapping[str, bytes], info: Mapping[str, str], sign: Callable[[bytes], bytes]
) -> bytes:  # fmt: skip
    """A bag of this name. `payload` goes under data/, `beside` next to it; `info` is what bag-info.txt states.

    `sign` makes an Ed25519 signature over the manifest of tag files, which covers everything else by its hashes.
    """
    data = {f"data/{path}": content for path, content in payload.items()}
    octets = sum(len(content) for content in data.values())
    stated = {**info, "Payload-Oxum": f"{octets}.{len(data)}"}
    tags = {
        **beside, "bagit.txt": DECLARATION, MANIFEST: _manifest(data),
        "bag-info.txt": "".join(f"{label}: {value}\n" for label, value in stated.items()).encode(),
    }  # fmt: skip
    tags[TAG_MANIFEST] = _manifest(tags)
    tags[SIGNATURE] = sign(tags[TAG_MANIFEST])
    return _zipped({f"{name}/{path}": content for path, content in (tags | data).items()})


def bagging_date(moment: datetime) -> str:
    """A day as bag-info.txt states it."""
    return moment.date().isoformat()


def _manifest(files: Mapping[str, bytes]) -> bytes:
    return "".join(f"{hashlib.sha256(files[path]).hexdigest()}  {path}\n" for path in sorted(files)).encode()


def _zipped(files: Mapping[str, bytes]) -> bytes:
    made = BytesIO()
    with ZipFile(made, "w") as archive:
        for path in sorted(files):
            entry = ZipInfo(path, EPOCH)
            entry.compress_type, entry.external_attr, entry.create_system = ZIP_DEFLATED, READABLE, 3
            archive.writestr(entry, files[path], compresslevel=6)
    return made.getvalue()
