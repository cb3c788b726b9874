"""The `candour` command: run the platform, serve one room, import, check contracts, measure."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.audit_cli import audit
from deploy.contracts_cli import contracts
from deploy.keys_cli import keys
from deploy.pack_cli import pack
from deploy.replay_cli import replay
from deploy.stats_cli import stats
from deploy.supply_cli import advisories, sbom
from deploy.token_cli import tokens
from deploy.wire_cli import wire

app = typer.Typer(no_args_is_help=True, help="From a concern at a care site to proof that practice changed.")
app.command()(contracts)
app.command()(sbom)
app.command()(advisories)
app.add_typer(pack, name="pack")
app.add_typer(keys, name="keys")
app.add_typer(stats, name="stats")
app.add_typer(audit, name="audit")
app.add_typer(wire, name="wire")
app.add_typer(tokens, name="tokens")
audit.command()(replay)

VAR = Annotated[Path, typer.Option(help="Where data is kept.", envvar="CANDOUR_VAR")]


def looped(task: Any) -> None:
    """Run a coroutine to its end on a quick event loop, where one is installed."""
    try:
        import uvloop
    except ImportError:
        asyncio.run(task)
    else:
        uvloop.run(task)


@app.command()
def run(
    var: VAR = Path("var"),
    port: Annotated[int | None, typer.Option(help="8000, or any free port where that is taken.")] = None,
    sites: Annotated[int, typer.Option(min=1, max=500, help="How many sites the demo provider has.")] = 24,
    months: Annotated[int, typer.Option(min=1, max=60, help="How many months of history it has.")] = 18,
    seed: Annotated[bool, typer.Option(help="Make the demo provider on first start.")] = True,
) -> None:
    """Start everything on this machine: PostgreSQL, NATS, all services, and a demo provider on first start."""
    from deploy.run import main

    main(var, port, sites, months, seed=seed, loop=looped)


@app.command()
def serve(
    service: Annotated[str, typer.Argument(help="Which service this process is.")],
    host: str = "0.0.0.0",  # noqa: S104 a container's own network decides who may reach it
    port: int = 8000,
) -> None:
    """Serve one room, with its settings from the environment: for containers, one process a service."""
    from deploy.serve import main

    looped(main(service, host, port, dict(os.environ)))


@app.command()
def migrate() -> None:
    """Bring database roles, tables and streams to the declared state (containers run this first)."""
    from deploy.migrate import main

    for difference in asyncio.run(main(os.environ)):
        typer.echo(f"Streams differ from what is declared: {difference}")


@app.command()
def containers(
    folder: Path = Path("var/containers"),
    tls: Annotated[bool, typer.Option("--tls", help="With certificates, for docker-compose.tls.yml.")] = False,
) -> None:
    """Write passwords, keys and settings for docker-compose.yml; what exists already stays."""
    from deploy.containers import prepare

    prepare(folder, tls=tls)
    over = " -f docker-compose.yml -f docker-compose.tls.yml" if tls else ""
    typer.echo(f"Settings are in {folder}. Now: docker compose{over} up --build")


@app.command()
def gateway(
    host: str = "0.0.0.0",  # noqa: S104 a container's own network decides who may reach it
    port: int = 8000,
) -> None:
    """One address for all services of docker-compose.yml, each path to the service that owns it."""
    import uvicorn

    from deploy.gateway import application
    from deploy.tls import encrypted

    shown = encrypted(os.environ)
    uvicorn.run(application(encrypted=bool(shown)), host=host, port=port, access_log=False, **shown)


@app.command("demo-idp")
def demo_idp(
    var: VAR = Path("var"),
    port: int = 8010,
    back: Annotated[
        str, typer.Option(help="Where Candour takes people back: its address and /sign-in/back.")
    ] = "http://127.0.0.1:8000/sign-in/back",
) -> None:
    """A sign-in service for demonstrations: choose whom to be, by the holders of posts. Refuses where production is."""
    from deploy.idp_cli import main
    from libs.web.sign_in import NotInProduction

    try:
        looped(main(var, port, back))
    except NotInProduction as refusal:
        typer.echo(f"Not started. {refusal}")
        raise typer.Exit(1) from None


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A CSV file.")],
    map_: Annotated[Path, typer.Option("--map", exists=True, dir_okay=False, help="How its columns are read (TOML).")],
    var: VAR = Path("var"),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen; take nothing.")] = False,
    skip_bad_rows: Annotated[
        bool, typer.Option("--skip-bad-rows", help="Take the others where some are at fault.")
    ] = False,
) -> None:
    """Take in a file of another system. The same file again goes on where it was left, or changes nothing."""
    from deploy.importing.command import main

    raise typer.Exit(main(file, map_, var, dry_run=dry_run, skip_bad_rows=skip_bad_rows, loop=looped))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False)
def bench(context: typer.Context) -> None:
    """Measure this machine: appends, time to visible, relay, rebuild, pages, memory; --help lists what may be asked."""
    import subprocess
    import sys

    here = Path(__file__).parent.parent
    if not (here / "tests" / "bench").exists():
        raise typer.BadParameter("The measurements come with the source tree; run it from a checkout.")
    done = subprocess.run([sys.executable, "-m", "tests.bench", *context.args], cwd=here, check=False)  # noqa: S603 our own module
    raise typer.Exit(done.returncode)


@app.command()
def seed(
    var: VAR = Path("var"),
    sites: Annotated[int, typer.Option(min=1, max=500)] = 24,
    months: Annotated[int, typer.Option(min=1, max=60)] = 18,
) -> None:
    """Make the demo provider where it is not there yet, for containers; `run` does it by itself."""
    from deploy import upkeep

    looped(upkeep.seed(var, sites, months))


@app.command()
def rebuild(
    view: Annotated[str, typer.Argument(help="Service and view, such as governance.overview.")] = "",
    var: VAR = Path("var"),
) -> None:
    """Build a view anew from the first event, beside the one in use, and swap; without a name, all that an upgrade outdated."""
    from deploy import rebuilding

    if not view:
        done = asyncio.run(rebuilding.all_up_to_date(var))
        typer.echo(f"Built anew and in use: {', '.join(done)}." if done else "Every view was made by this release.")
        return
    service, _, name = view.partition(".")
    try:
        events = asyncio.run(rebuilding.build_anew(var, service, name))
    except (rebuilding.NoSuchView, rebuilding.NotMadeOfEvents) as missing:
        raise typer.BadParameter(str(missing)) from None
    typer.echo(f"{view} was built anew from {events:,} events and is in use.")


@app.command()
def parked(var: VAR = Path("var")) -> None:
    """List the events that could not be taken, with their reasons."""
    from deploy import upkeep

    lines = asyncio.run(upkeep.parked(var))
    typer.echo("\n".join(lines) if lines else "Nothing is parked.")
