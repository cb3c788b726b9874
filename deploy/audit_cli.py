"""`candour audit`: check the ledgers, sign them, change the signing key, and see how things stood."""

from __future__ import annotations

import typer

audit = typer.Typer(no_args_is_help=True, help="Check the record, sign it, and see how things stood at any moment.")


@audit.callback()
def _group() -> None:
    """Check the record, sign it, and see how things stood at any moment."""
