"""`candour sbom` and `candour advisories`: what Candour is made of, and whether a weakness of it is known."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from deploy.advisories import SOURCE, NotAsked, ask
from deploy.sbom import BOM, drift, locked, written


def sbom(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail where it is not the lock's.")] = False,
) -> None:
    """Write the CycloneDX bill of materials from the lock, or check that it is the lock's."""
    if not check:
        BOM.write_text(written())
        typer.echo(f"The bill of materials is in {BOM.name}.")
        return
    found = drift()
    for sentence in found or ["The bill of materials is that of the lock."]:
        typer.echo(sentence)
    raise typer.Exit(1 if found else 0)


def advisories() -> None:
    """Ask whether a weakness is known of anything locked. Where nobody can be asked, say so and fail nothing."""
    packages = locked("dev")
    try:
        found = ask(packages, os.environ.get("CANDOUR_ADVISORIES", SOURCE))
    except NotAsked as fault:
        typer.echo(f"NOT RUN: the audit of dependencies. {fault}. Nothing is known either way.")
        return
    for each in found:
        typer.echo(f"{each.package} {each.version}: {each.advisory}")
    typer.echo(f"{len(packages)} locked packages were asked about; {len(found)} advisories name one of them.")
    raise typer.Exit(1 if found else 0)
