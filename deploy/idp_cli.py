"""`candour demo-idp`: the sign-in service for demonstrations, with whoever holds a post in this house to choose from."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from pathlib import Path

import typer
import uvicorn

from deploy.attached import settings
from deploy.demo.people import SOURCES
from deploy.house import Platform
from deploy.idp import Account, Client, Idp
from libs.clock import SystemClock
from libs.directory import Directory
from libs.reading import opened
from libs.web.sign_in import require_no_production

CLIENT = "candour"
MOST = 100


async def main(var: Path, port: int, back: str) -> None:
    """Until it is stopped. Raises NotInProduction."""
    require_no_production()
    accounts = await holders(var)
    secret = _secret(var / "idp_secret")
    issuer = f"http://127.0.0.1:{port}"
    idp = Idp(issuer, SystemClock(), accounts, {CLIENT: Client(secret, back)})
    typer.echo(f"{len(accounts)} people can be chosen. Start Candour with these settings:")
    typer.echo(f"  CANDOUR_OIDC_ISSUER={issuer} CANDOUR_OIDC_CLIENT_ID={CLIENT}")
    typer.echo(
        f"  CANDOUR_OIDC_CLIENT_SECRET_FILE={var / 'idp_secret'} CANDOUR_ADDRESS={back.removesuffix('/sign-in/back')}"
    )
    await uvicorn.Server(uvicorn.Config(idp.app, host="127.0.0.1", port=port, log_config=None)).serve()


async def holders(var: Path) -> Sequence[Account]:
    """Everyone who holds a post and has an e-mail address."""
    with settings(var, SOURCES) as (env, _):
        platform = Platform(env, SystemClock(), only=["governance"])
        await platform.open()
        try:
            rows = (
                await platform.rooms["governance"]
                .view(Directory)
                .rows(
                    "SELECT DISTINCT ON (person_id) person_id, name, email FROM holder ORDER BY person_id LIMIT %s",
                    (MOST,),
                )
            )
            people = await opened(platform.keys, rows, "name", "email")
            return [Account(f"idp|{row['person_id']}", row["name"], row["email"]) for row in people if row["email"]]
        finally:
            await platform.close()


def _secret(path: Path) -> str:
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(24))
    return path.read_text()
