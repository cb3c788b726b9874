"""Asking for whatever may be asked, where it is not known beforehand whether a rule says no."""

from __future__ import annotations

from collections.abc import Callable

from libs.deciding import Act, deciding
from libs.domain import Refused
from tests.given import NOW, SOMEONE


def asked(ask: Callable[[], object], by: Act = SOMEONE) -> None:
    """It is decided; or some rule refuses it, and whichever that is, it speaks."""
    with deciding(by, NOW):
        try:
            ask()
        except Refused as refusal:
            assert str(refusal).strip()  # noqa: PT017 - whichever rule it was, it speaks
