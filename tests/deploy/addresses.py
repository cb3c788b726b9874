"""Every address of a house with one journey in its place, to be asked for by somebody who may or may not know of it."""

from __future__ import annotations

from uuid import UUID

from deploy.web import Door
from tests.deploy.routes import flat

AS_OF = "known-20260302T090000.000000Z"
GIVEN = {
    "site": "elm", "site_id": "elm", "stamp": AS_OF, "kind": "json", "number": "1", "theme": "culture",
    "service": "governance", "position": "1", "ledger": "intake",
}  # fmt: skip
SEARCHED = (
    "/journeys?words=staff", "/journeys?kind=staff_allegation", "/journeys?theme=culture", "/journeys?site=elm",
    "/work?everyone=yes", "/trend?kind=staff_allegation", "/comparison?kind=staff_allegation",
    f"/audit/as-of/{AS_OF}/provider", f"/audit/as-of/{AS_OF}/site/elm", f"/api/audit/as-of/{AS_OF}/provider",
    f"/api/audit/as-of/{AS_OF}/sites/elm", "/audit/timeline/provider", "/audit/timeline/sites/elm",
    *(f"/tables/{name}.{kind}" for name in ("journey", "moment", "action", "duty") for kind in ("csv", "json")),
)  # fmt: skip


def flat_of(door: Door) -> set[tuple[str, str]]:
    """Each method with the pattern of each address."""
    return {(method, path) for path, methods in flat(door.app.routes) for method in methods}


def filled(path: str, journey: UUID) -> str:
    """An address with the journey in its place, and elsewhere what exists or nothing that does."""
    given = GIVEN | {"journey": str(journey), "path": f"journeys/{journey}", "what": f"journeys/{journey}"}
    for name in [part.split("}")[0] for part in path.split("{")[1:]]:
        path = path.replace(f"{{{name}}}", given.get(name.split(":")[0], str(UUID(int=404))))
    return path


def every_address(door: Door, journey: UUID) -> list[str]:
    """Each page and route that is asked for by GET, of the journey where it is of one; and what is searched for."""
    asked = {filled(path, journey) for method, path in flat_of(door) if method == "GET"}
    apart = ("/static", "/health", "/sign-in", "/api/openapi.json", "/notification/bulletin.pdf")
    return [*sorted(each for each in asked if not each.startswith(apart)), *SEARCHED]
