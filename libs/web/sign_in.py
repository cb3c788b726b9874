"""Signing in by choosing a person: for demonstrations and tests only, never where real records are kept."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import RedirectResponse, Response

from libs.web import cookies
from libs.web.errors import answer
from libs.web.forms import Form
from libs.web.posts import Post, SignedIn
from libs.web.sessions import Sessions
from libs.web.shell import Shell
from libs.web.signed_in import maybe_signed_in, signed_in

PROVIDER_WIDE = ("region:", "provider:", "group:")
ELSEWHERE = "Candour signs people in over https, or on the machine it runs on. Nobody was signed in."


@dataclass(frozen=True)
class Persona:
    """Somebody to be in the demonstration; `description` says in a line what they would come here to do."""

    actor_id: str
    label: str
    description: str
    posts: tuple[Post, ...]
    group: str = ""

    @property
    def can(self) -> str:
        """What brings them here, as the heading they are found under; told by their first post unless set."""
        if self.group:
            return self.group
        first = self.posts[0]
        if "audit" in first.role:
            return "I check the record"
        return "I oversee many sites" if first.scope.startswith(PROVIDER_WIDE) else "I work at a site"


class NotInProduction(RuntimeError):
    """The persona picker is not mounted in production: sign-in there is the organisation's own."""


def require_no_production() -> None:
    """Raises NotInProduction where CANDOUR_ENV is "production"."""
    if os.environ.get("CANDOUR_ENV", "").strip().lower() == "production":
        raise NotInProduction(NotInProduction.__doc__)


def sign_in_routes(people: Callable[[], Sequence[Persona]]) -> APIRouter:
    """/sign-in, /act-as and signing out. Raises NotInProduction when CANDOUR_ENV is "production"."""
    require_no_production()
    router = session_routes()

    @router.get("/sign-in")
    async def choose(request: Request, onward: Annotated[str, Query(alias="next")] = "/") -> Response:
        await maybe_signed_in(request)
        return _shell(request).page(request, "sign_in.html", groups=_grouped(people()), next=relative(onward))

    @router.post("/sign-in")
    async def enter(request: Request) -> Response:
        if not cookies.is_safe(request):
            return await answer(request, 403, kind="not-over-https", title="You cannot sign in here", detail=ELSEWHERE)
        form = await Form.of(request)
        who = next((each for each in people() if each.actor_id == form.value("actor_id")), None)
        if who is None:
            return await answer(request, 422, detail="Nobody of that name is in this demonstration.")
        token = await _sessions(request).start(who.actor_id, who.posts, who.label, replacing=cookies.read(request))
        return _to(request, relative(form.value("next")), token)

    return router


def session_routes() -> APIRouter:
    """/act-as and signing out, however somebody signed in."""
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/act-as", _offer_posts, methods=["GET"])
    router.add_api_route("/act-as", _act_as, methods=["POST"])
    router.add_api_route("/sign-out", _sign_out, methods=["POST"])
    router.add_api_route("/sign-out-everywhere", _sign_out_everywhere, methods=["POST"])
    return router


Me = Annotated[SignedIn, Depends(signed_in)]


async def _offer_posts(request: Request, me: Me) -> Response:
    return _shell(request).page(request, "act_as.html", posts=me.posts)


async def _act_as(request: Request, me: Me) -> Response:
    form = await Form.of(request)
    token = await _sessions(request).act_as(cookies.read(request), form.value("post"))
    if token is None:
        return await answer(request, 403, detail=f"{me.label} does not hold that post. Nothing was changed.")
    return _to(request, "/", token)


async def _sign_out(request: Request, me: Me) -> Response:
    await _sessions(request).end(cookies.read(request))
    return _away(request)


async def _sign_out_everywhere(request: Request, me: Me) -> Response:
    await _sessions(request).end_everywhere(me.actor_id)
    return _away(request)


def relative(address: str) -> str:
    """A path on this site, or "/": nobody is sent elsewhere by a link that looks like ours."""
    plain = address.isprintable() and "\\" not in address
    return address if plain and address.startswith("/") and not address.startswith("//") else "/"


def _grouped(people: Sequence[Persona]) -> dict[str, list[Persona]]:
    groups: dict[str, list[Persona]] = {}
    for each in people:
        groups.setdefault(each.can, []).append(each)
    return groups


def _to(request: Request, address: str, token: str) -> Response:
    response = RedirectResponse(address, status_code=303)
    cookies.keep(request, response, token)
    return response


def _away(request: Request) -> Response:
    response = RedirectResponse("/sign-in", status_code=303)
    cookies.drop(request, response)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def _shell(request: Request) -> Shell:
    found: Shell = request.app.state.shell
    return found


def _sessions(request: Request) -> Sessions:
    found: Sessions = request.app.state.sessions
    return found
