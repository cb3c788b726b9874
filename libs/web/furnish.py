"""Makes a service's FastAPI app one of Candour's: its shell, sessions, walls and plain answers."""

from collections.abc import Mapping

from fastapi import FastAPI

from libs.clock import SystemClock
from libs.web.api_tokens import ApiTokens
from libs.web.bearer import Bearers
from libs.web.errors import Failures, install_errors
from libs.web.limits import Limits, RateLimit
from libs.web.sessions import Sessions
from libs.web.shell import Shell
from libs.web.static_files import PREFIX, StaticFiles
from libs.web.walls import MEBIBYTE, BodyLimit, SafeHeaders, SameOrigin


def furnish(
    app: FastAPI,
    *,
    shell: Shell,
    sessions: Sessions,
    api_tokens: ApiTokens | Bearers,
    limits: Limits | None = None,
    most: int = MEBIBYTE,
    larger: Mapping[str, int] | None = None,
) -> None:
    """Everything a service's pages and routes need around them; `limits` say how often anyone may knock, `most` is the
    largest body in bytes, `larger` what is
    taken under certain paths instead, such as where a file of past records is brought in.

    Call it once for each app, before the app answers its first request.
    """
    app.state.shell, app.state.sessions, app.state.api_tokens = shell, sessions, api_tokens
    app.mount(PREFIX, StaticFiles(), name="static")
    install_errors(app)
    app.add_middleware(BodyLimit, most=most, larger=larger)
    app.add_middleware(SameOrigin)
    # By the machine's time, as sessions: a demonstration's clock that stands still would let nobody knock again.
    app.add_middleware(RateLimit, clock=SystemClock(), limits=limits or Limits())
    app.add_middleware(Failures)
    app.add_middleware(SafeHeaders)
