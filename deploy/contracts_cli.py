"""`candour contracts`: write the published language down, or say why it may not be published as it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import contracts as package
from contracts.written.compatibility import broken_promises
from contracts.written.examples import NoWords
from contracts.written.gate import NoSuchRevision, faults, published_at, published_in, write
from contracts.written.promises import promises

FOLDER = Path(package.__file__ or "").parent
SERVICES = FOLDER.parent / "services"


def contracts(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail where a promise is broken.")] = False,
    against: Annotated[str, typer.Option(help="The git revision whose promises must be kept.")] = "HEAD",
) -> None:
    """Write schemas, AsyncAPI, catalogue and examples from the models, or check that each promise is kept."""
    try:
        published = published_at(FOLDER, against)
    except NoSuchRevision:
        typer.echo(f"There is no revision '{against}' here; nothing was compared or written. Name one that exists.")
        raise typer.Exit(2) from None
    if check:
        found = faults(promises(), FOLDER, SERVICES, published)
        _say(found, "Every promise is kept.")
        raise typer.Exit(1 if found else 0)
    try:
        _say(write(promises(), FOLDER, SERVICES), "Nothing to write: the documents say what the models say.")
    except NoWords as missing:
        typer.echo(f"No example could be written, and nothing else was. {missing}")
        raise typer.Exit(1) from None
    for sentence in broken_promises(published.schemas, published_in(FOLDER).schemas):
        typer.echo(f"Before you commit: {sentence}")


def _say(sentences: list[str], otherwise: str) -> None:
    for sentence in sentences or [otherwise]:
        typer.echo(sentence)
