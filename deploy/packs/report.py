"""A pack's pages for people: an accessible PDF (PDF/A-3a and PDF/UA-1) of the story, set by typst from JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from libs.calendar import LONDON

TEMPLATE = Path(__file__).parent / "report.typ"


def pdf(content: Mapping[str, Any], as_of: datetime) -> bytes:
    """The pages of a pack, dated as of its checkpoint; the same content gives the same bytes."""
    import typst

    made: bytes = typst.compile(
        TEMPLATE.read_bytes(),
        format="pdf",
        ignore_system_fonts=True,
        pdf_standards=["a-3a", "ua-1"],
        timestamp=int(as_of.timestamp()),
        sys_inputs={"pack": json.dumps(content, ensure_ascii=False)},
    )
    return made


def day_words(moment: datetime) -> str:
    """A moment as a reader in the UK meets it: "2 March 2026, 09:15"."""
    local = moment.astimezone(LONDON)
    return f"{local.day} {local:%B %Y, %H:%M}"
