"""Problem details (RFC 9457): how an API client is told that something did not happen, and why."""

from typing import Any

from starlette.responses import JSONResponse


def problem(status: int, kind: str, title: str, detail: str, **extra: Any) -> JSONResponse:
    """The answer for one problem; `kind` is the rule's name in kebab case, `extra` are members such as `errors`."""
    body = {"type": f"urn:candour:problem:{kind}", "title": title, "status": status, "detail": detail} | extra
    return JSONResponse(body, status_code=status, media_type="application/problem+json")
