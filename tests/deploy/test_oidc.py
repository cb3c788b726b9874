"""The organisation's own sign-in: to its service and back, and nothing that it did not say is believed."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio
import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from typer.testing import CliRunner

from deploy.cli import app
from deploy.house import Platform
from deploy.idp import Account, Client, Idp
from deploy.web import Door
from libs.clock import SystemClock
from libs.web.oidc import Issuer, NotBelieved
from libs.web.oidc import Settings as OidcSettings
from libs.web.posts import Post
from libs.web.sign_in import NotInProduction
from tests.house import OPERATOR, housed, with_sites
from tests.servers import Database, Messaging

ADDRESS = "http://localhost:8000"
BACK = f"{ADDRESS}/sign-in/back"
SECRET = "only-for-one-test"
ANN = Account("idp|ann", "Ann", "Ann@elm.example")
BOB = Account("idp|bob", "Bob", "bob@nowhere.example")


@dataclass
class Sight:
    """The house's door, the service beside it, and a browser."""

    door: Door
    idp: Idp

    def browser(self) -> httpx2.AsyncClient:
        transport = httpx2.ASGITransport(self.door.app)
        return httpx2.AsyncClient(transport=transport, base_url=ADDRESS, headers={"Accept": "text/html"})

    async def chosen(self, web: httpx2.AsyncClient, who: Account, onward: str = "/work", **other: str) -> str:
        """Begin to sign in, be someone at the service, and give the address it sends the browser back to."""
        begun = await web.get("/sign-in/begin", params={"next": onward})
        assert begun.status_code == 303, begun.text
        asked = {name: values[0] for name, values in parse_qs(urlsplit(begun.headers["location"]).query).items()}
        async with httpx2.AsyncClient() as outside:
            answer = await outside.post(f"{self.idp.issuer}/authorise", data=asked | {"subject": who.subject} | other)
        assert answer.status_code == 303, answer.text
        location: str = answer.headers["location"]
        return location

    def token(self, **claims: Any) -> str:
        return self.idp.sign({"sub": "rota", "client_id": "rota", "aud": "candour-api"} | claims)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sight(
    module_database: Database, messaging: Messaging, wrapping_key: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Sight]:
    folder = tmp_path_factory.mktemp("oidc")
    (folder / "secret").write_text(SECRET)
    (folder / "clients.yaml").write_text(
        "clients: {rota: [{post: rota, role: care_coordinator, scope: 'site:elm', label: Rota}]}"
    )
    with socket.create_server(("127.0.0.1", 0)) as listening:
        issuer = f"http://127.0.0.1:{listening.getsockname()[1]}"
        idp = Idp(issuer, SystemClock(), [ANN, BOB], {"candour": Client(SECRET, BACK), "rota": Client("rota-secret")})
        server = uvicorn.Server(uvicorn.Config(idp.app, log_config=None, lifespan="off"))
        serving = asyncio.create_task(server._serve([listening]))
        async with housed(module_database, messaging, wrapping_key, "governance") as platform:
            await settled(platform)
            platform.env = dict(platform.env) | settings(issuer, folder)
            door = Door(platform, None)
            await door.open()
            yield Sight(door, idp)
            await door.close()
        server.should_exit = True
        await serving


def settings(issuer: str, folder: Path) -> dict[str, str]:
    return {
        "CANDOUR_OIDC_ISSUER": issuer,
        "CANDOUR_OIDC_CLIENT_ID": "candour",
        "CANDOUR_OIDC_CLIENT_SECRET_FILE": str(folder / "secret"),
        "CANDOUR_OIDC_AUDIENCE": "candour-api",
        "CANDOUR_API_CLIENTS": str(folder / "clients.yaml"),
        "CANDOUR_ADDRESS": ADDRESS,
    }


async def settled(platform: Platform) -> None:
    await with_sites(platform, "elm")
    governance = platform.service("governance")
    await governance.establish_post(
        OPERATOR, "acme", "elm", "elm.manager", "registered_manager", "site:elm", "Registered manager", None
    )
    await governance.appoint(OPERATOR, "elm.manager", uuid4(), "Ann Able", "ann@elm.example")
    await platform.settle()


on_one_loop = pytest.mark.asyncio(loop_scope="module")


@on_one_loop
async def test_a_holder_signs_in_with_their_work_account_and_lands_where_they_were_going(sight: Sight) -> None:
    async with sight.browser() as web:
        turned = await web.get("/work")
        assert turned.headers["location"] == "/sign-in?next=%2Fwork"
        assert "Sign in with your work account" in (await web.get(turned.headers["location"])).text
        answer = await web.get(await sight.chosen(web, ANN))
        assert (answer.status_code, answer.headers["location"]) == (303, "/work")
        assert "Registered manager" in (await web.get("/work")).text


@on_one_loop
async def test_an_account_that_holds_no_post_is_told_so_and_stays_outside(sight: Sight) -> None:
    async with sight.browser() as web:
        answer = await web.get(await sight.chosen(web, BOB))
        assert answer.status_code == 403
        assert "holds no post in Candour yet" in answer.text
        assert (await web.get("/work")).status_code == 303


@on_one_loop
async def test_a_code_is_good_once_and_only_in_the_browser_that_asked(sight: Sight) -> None:
    async with sight.browser() as web, sight.browser() as other:
        back = await sight.chosen(web, ANN)
        assert (await other.get(back)).status_code == 403
        assert (await web.get(back)).status_code == 403, "an attempt from elsewhere uses it up"
        again = await sight.chosen(web, ANN)
        assert (await web.get(again)).status_code == 303
        assert (await web.get(again)).status_code == 403


@on_one_loop
async def test_a_code_bound_to_another_secret_is_refused_by_the_service_and_so_by_us(sight: Sight) -> None:
    async with sight.browser() as web:
        answer = await web.get(await sight.chosen(web, ANN, code_challenge="x" * 43))
        assert (answer.status_code, "could not be trusted" in answer.text) == (403, True)


@on_one_loop
async def test_a_token_that_answers_another_request_is_not_believed(sight: Sight) -> None:
    async with sight.browser() as web:
        answer = await web.get(await sight.chosen(web, ANN, nonce="another"))
        assert answer.status_code == 403


@on_one_loop
async def test_nobody_is_sent_elsewhere_after_signing_in(sight: Sight) -> None:
    async with sight.browser() as web:
        answer = await web.get(await sight.chosen(web, ANN, onward="//elsewhere.example"))
        assert answer.headers["location"] == "/"


@on_one_loop
async def test_a_program_signs_in_by_its_own_credentials(sight: Sight) -> None:
    async with httpx2.AsyncClient() as outside:
        answer = await outside.post(
            f"{sight.idp.issuer}/token", data={"grant_type": "client_credentials"}, auth=("rota", "rota-secret")
        )
    assert await status(sight, answer.json()["access_token"]) == 200


async def status(sight: Sight, token: str) -> int:
    async with sight.browser() as web:
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        return (await web.get("/api/governance/sites/elm", headers=headers)).status_code


@on_one_loop
@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": "another-api"},
        {"iss": "https://another.example"},
        {"exp": 1_700_000_000},
        {"client_id": "unknown"},
        {"sub": "somebody who let the program have a token"},
        {"aud": None},
    ],
)
async def test_a_token_for_others_or_of_yesterday_is_refused(sight: Sight, wrong: dict[str, Any]) -> None:
    assert await status(sight, sight.token()) == 200
    assert await status(sight, sight.token(**wrong)) == 401


@on_one_loop
async def test_a_token_signed_by_anything_but_the_issuers_key_is_refused(sight: Sight) -> None:
    claims = {"iss": sight.idp.issuer, "sub": "rota", "client_id": "rota", "aud": "candour-api", "exp": 4_000_000_000}
    stranger = RSAKey.generate_key(2048, {"kid": str(sight.idp.key.kid)})
    forged = [
        jwt.encode({"alg": "RS256", "kid": sight.idp.key.kid}, claims, stranger),
        by_hand("HS256", claims, sight.idp.key.as_pem(private=False)),
        by_hand("none", claims),
        "not-a-token",
        sight.token() + "x",
    ]
    assert [await status(sight, token) for token in forged] == [401] * len(forged)


def by_hand(algorithm: str, claims: dict[str, Any], secret: bytes = b"") -> str:
    """A token as an attacker makes it: no library signs with a public key."""
    parts = [json.dumps(part).encode() for part in ({"alg": algorithm, "typ": "JWT"}, claims)]
    said = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    mark = hmac.digest(secret, said, "sha256") if secret else b""
    return (said + b"." + base64.urlsafe_b64encode(mark).rstrip(b"=")).decode()


@on_one_loop
async def test_our_own_tokens_stay_good_beside_it(sight: Sight) -> None:
    posts = [*(await sight.door.platform.rooms["governance"].kept["directory"].posts("site:elm"))]  # type: ignore[attr-defined]
    post = Post(posts[0].post_id, posts[0].role, posts[0].scope)
    token = await sight.door.tokens.issue_token("import", "client:import", [post], timedelta(hours=1))
    assert await status(sight, token) == 200


@pytest.mark.parametrize("said", ["<h1>Back soon</h1>", "[]", "{}", '{"issuer": "ISSUER"}'])
async def test_a_service_that_answers_with_something_else_is_not_believed(said: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        issuer = f"http://127.0.0.1:{listening.getsockname()[1]}"

        async def answered(_: Request) -> Response:
            return Response(said.replace("ISSUER", issuer))

        other = Starlette(routes=[Route("/{path:path}", answered)])
        server = uvicorn.Server(uvicorn.Config(other, log_config=None, lifespan="off"))
        serving = asyncio.create_task(server._serve([listening]))
        with pytest.raises(NotBelieved):
            await Issuer(OidcSettings(issuer, "candour", SECRET, ADDRESS)).authorisation("state", "nonce", "verifier")
        server.should_exit = True
        await serving


def test_the_service_for_demonstrations_does_not_start_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANDOUR_ENV", "production")
    with pytest.raises(NotInProduction):
        Idp("http://127.0.0.1", SystemClock(), [], {})


def test_the_command_for_demonstrations_refuses_in_production_and_says_why() -> None:
    ran = CliRunner().invoke(app, ["demo-idp"], env={"CANDOUR_ENV": "production"})
    assert ran.exit_code == 1
    assert ran.output.startswith("Not started. ")
