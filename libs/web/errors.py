"""When something does not happen: a page in plain words for a browser, a problem (RFC 9457) for an API client."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import psycopg
import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from opentelemetry import trace
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from libs.domain import Hidden, Refused
from libs.logs import where
from libs.service import KeyReused, NotFound, Stale
from libs.store import Unavailable
from libs.web.access import AccessEnded, NotYours
from libs.web.forms import HIDDEN, typed_fields
from libs.web.plain_words import words_for
from libs.web.problems import problem
from libs.web.signed_in import SAFE_METHODS, FormTooOld, NotSignedIn

log = structlog.get_logger(__name__)


def install_errors(app: FastAPI) -> None:
    """Give an app these answers. Its `state.shell` renders the pages."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(Hidden, _hidden)
    app.add_exception_handler(NotFound, _not_found)
    app.add_exception_handler(Stale, _stale)
    app.add_exception_handler(Unavailable, _unavailable)
    app.add_exception_handler(psycopg.OperationalError, _unavailable)
    app.add_exception_handler(psycopg.DataError, _not_for_the_database)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(NotSignedIn, _not_signed_in)
    app.add_exception_handler(FormTooOld, _form_too_old)
    app.add_exception_handler(NotYours, _not_yours)


def wants_page(request: Request) -> bool:
    """A person in a browser, rather than a program."""
    return "text/html" in request.headers.get("Accept", "") and "Authorization" not in request.headers


def correlation_id(request: Request) -> str:
    """The trace this request belongs to, or an id of its own; the same one for the whole request."""
    if not hasattr(request.state, "correlation_id"):
        context = trace.get_current_span().get_span_context()
        request.state.correlation_id = f"{context.trace_id:032x}" if context.is_valid else uuid4().hex
    found: str = request.state.correlation_id
    return found


async def answer(request: Request, status: int, **said: Any) -> Response:
    """What did not happen. `said` replaces parts of the usual words (`kind`, `title`, `detail`, `next_step`) and may
    add `errors` (each with `detail` and `pointer`) and `headers`."""
    usual = words_for(status)
    headers: Mapping[str, str] = said.pop("headers", None) or {}
    title, detail = said.get("title") or usual.title, said.get("detail") or usual.detail
    if wants_page(request):
        response: Response = request.app.state.shell.page(
            request,
            "error.html",
            status,
            title=title,
            detail=detail,
            next_step=said.get("next_step") or usual.next_step,
            missing=status == HTTPStatus.NOT_FOUND,
            errors=said.get("errors", []),
            kept=_kept(request),
            correlation=correlation_id(request),
        )
    else:
        extra = {name: said[name] for name in ("errors",) if name in said}
        about = {"instance": request.url.path, "correlation_id": correlation_id(request)}
        response = problem(status, said.get("kind") or usual.kind, title, detail, **about, **extra)
    response.headers.update(headers)
    return response


def _kept(request: Request) -> dict[str, list[str]]:
    """What the person typed, so that no failure makes them write it twice. Only if the form was read already."""
    form = getattr(request, "_form", None)
    typed = typed_fields(form).items() if form else ()
    return {name: values for name, values in typed if any(values) and name not in HIDDEN}


async def _refused(request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refused)
    status = 422 if isinstance(refusal, KeyReused) else 409
    return await answer(request, status, kind=refusal.rule, detail=f"{refusal} Nothing was changed.")


async def _not_found(request: Request, missing: Exception) -> Response:
    """Whoever names a record in an address is answered alike, whether there is none or they may not see it."""
    return await answer(request, 404, detail="" if request.path_params else str(missing))


async def _hidden(request: Request, _: Exception) -> Response:
    return await answer(request, 404)


async def _stale(request: Request, stale: Exception) -> Response:
    return await answer(request, 412, detail="" if wants_page(request) else str(stale))


async def _unavailable(request: Request, failure: Exception) -> Response:
    log.warning("database_unavailable", kind=type(failure).__qualname__, trace_id=correlation_id(request))
    return await answer(request, 503, headers={"Retry-After": "10"})


async def _not_for_the_database(request: Request, failure: Exception) -> Response:
    """Asked for with something that no record can hold, such as a null character."""
    log.warning("not_for_the_database", kind=type(failure).__qualname__, exception=where(failure))
    return await answer(request, 422)


async def _http(request: Request, failure: Exception) -> Response:
    assert isinstance(failure, HTTPException)
    own_words = failure.detail if failure.detail != HTTPException(failure.status_code).detail else ""
    return await answer(request, failure.status_code, detail=own_words, headers=failure.headers)


async def _not_valid(request: Request, failure: Exception) -> Response:
    assert isinstance(failure, RequestValidationError)
    return await answer(request, 422, errors=[_pointed(each) for each in failure.errors()])


def _pointed(error: Mapping[str, Any]) -> dict[str, str]:
    """One thing to mend and where (RFC 6901 pointer into the body); never the value, which may be about a person."""
    where, *path = error["loc"]
    steps = "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)
    pointer = {"pointer": f"#{steps}"} if where == "body" else {"parameter": ".".join(map(str, path)), "in": str(where)}
    return {"detail": str(error["msg"]), **pointer}


async def _not_signed_in(request: Request, _: Exception) -> Response:
    if not wants_page(request):
        return await answer(request, 401, headers={"WWW-Authenticate": 'Bearer realm="candour"'})
    if request.method in SAFE_METHODS and "HX-Request" not in request.headers:
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/sign-in?next={quote(request.url.path + query, safe='')}", status_code=303)
    await _read_form(request)
    return await answer(request, 401)


async def _not_yours(request: Request, refusal: Exception) -> Response:
    await _read_form(request)
    if isinstance(refusal, AccessEnded):
        return await answer(
            request, 403, kind="access-ended", title="Your access has ended", detail=refusal.__doc__,
            next_step="If you hold another post, change to it. Otherwise sign out.",
        )  # fmt: skip
    return await answer(request, 403)


async def _form_too_old(request: Request, _: Exception) -> Response:
    return await answer(
        request,
        403,
        kind="form-too-old",
        title="This form is too old to send",
        detail="It was opened before you last signed in or changed post. Nothing was saved.",
        next_step="Open the page again and send it from there.",
    )


async def _read_form(request: Request) -> None:
    if request.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
        await request.form()


class Failures:
    """Turns what nobody foresaw into a 500 without detail. The record holds where it failed, not the message: that may
    quote what somebody wrote about a person."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception as failure:
            if scope["type"] != "http" or begun:
                raise
            request = Request(scope, receive)
            known_as = {"kind": type(failure).__qualname__, "trace_id": correlation_id(request)}
            log.error("request_failed", exception=where(failure), **known_as)
            await (await answer(request, 500))(scope, receive, send)
