"""The styles, scripts and fonts of the pages, under an address that holds their hash so a browser may keep them."""

import json
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

FOLDER = Path(__file__).parent / "static"
PREFIX = "/static"
TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".woff2": "font/woff2",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}


@lru_cache(maxsize=1)
def manifest() -> dict[str, str]:
    """File name to the sha256 it was built with."""
    files: dict[str, str] = json.loads((FOLDER / "manifest.json").read_text())["files"]
    return files


@lru_cache(maxsize=1)
def edition() -> str:
    """Twelve hex digits that differ whenever any file differs."""
    return sha256((FOLDER / "manifest.json").read_bytes()).hexdigest()[:12]


def address(name: str) -> str:
    """Where a page finds a file. Raises KeyError for a file that was not built, so a typing slip shows in a test."""
    if name not in manifest():
        raise KeyError(f"{name} is not among the built files")
    return f"{PREFIX}/{edition()}/{name}"


class StaticFiles:
    """Serves only files of the manifest; another edition's address gets the present file, but may not be kept.

    During a rolling upgrade a page of the old process may ask the new one for its styles.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked, _, name = scope["path"].removeprefix(PREFIX).strip("/").partition("/")
        if name not in manifest() or scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(404)
        await self._file(name, kept=asked == edition())(scope, receive, send)

    def _file(self, name: str, kept: bool) -> Response:
        path = FOLDER / name
        keep = "public, max-age=31536000, immutable" if kept else "no-cache"
        return FileResponse(path, media_type=TYPES[path.suffix], headers={"Cache-Control": keep})
