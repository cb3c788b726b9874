"""The organisation as it is known: sites, posts and who holds them, rules adopted; and how the provider's posts change it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from contracts.taxonomy import Nation, ServiceKind
from libs.calendar import local_day
from libs.directory import Site
from libs.domain import Refused
from libs.policytext import MOST_BYTES, DocumentMalformed, DocumentTooLarge, DocumentUnreadable, read
from libs.reading import opened
from libs.web.asking import act_of_form
from libs.web.forms import Form
from libs.web.posts import SignedIn
from libs.web.reach import sites_of
from libs.web.signed_in import signed_in
from services.governance.application import ORGANISERS, Governance, require_organiser
from services.governance.application.absences import ABSENCE_KEEPERS
from services.governance.pages.live import shell_of
from services.governance.pages.sentences import label

Me = Annotated[SignedIn, Depends(signed_in)]
MOST_FILES = 6
LONGEST = 100


def add(router: APIRouter, governance: Governance) -> None:
    """The page of the organisation and the form that adopts rules."""

    async def shown(request: Request, me: SignedIn, form: Form, status: int = 200) -> Response:
        directory = governance.directory
        reached = await sites_of(directory, me)
        words = request.query_params.get("words", "")[:LONGEST].strip()
        looked = Form({"words": words})
        named = [site for site in reached if words.casefold() in _said_of(site).casefold()]
        over = "" if me.scope.startswith("site:") else me.scope
        posts = await _posts(governance, [over, *(f"site:{site.site_id}" for site in named)])
        sites = [_site(site, posts[f"site:{site.site_id}"]) for site in named]
        packs = await directory.rows(
            "SELECT pack_id, version, adopted_from, content FROM rule_pack ORDER BY adopted_from DESC, version DESC"
        )
        return shell_of(request).page(
            request, "governance/organisation.html", status, sites=sites, above=posts[over],
            many=len(reached), looked=looked, narrowed=bool(words), packs=[_pack(p) for p in packs],
            may_adopt=me.role in ORGANISERS and me.scope.startswith("provider:"), most=MOST_BYTES, form=form,
            may_appoint=me.role in ORGANISERS and me.scope.startswith("provider:"),
            today=local_day(governance.clock.now()), may_absent=me.role in ABSENCE_KEEPERS,
        )  # fmt: skip

    @router.get("/organisation")
    async def organisation(request: Request, me: Me, after: int = 0) -> Response:
        await governance.directory.reached("governance", after)
        return await shown(request, me, Form())

    @router.post("/organisation/rules")
    async def adopt(request: Request, me: Me) -> Response:
        try:
            return await adopted(request, me)
        finally:
            await request.close()  # lets go of the uploaded files

    async def adopted(request: Request, me: SignedIn) -> Response:
        provider = me.scope.removeprefix("provider:")
        require_organiser(me.role, me.scope, provider)
        form = await Form.of(request)
        since = form.day("adopted_from", "Enter the day from which these rules hold")
        if since is None:
            return await shown(request, me, form, 422)
        try:
            content = await _uploaded(request)
            saved = await governance.adopt_rules(act_of_form(me, form.value("key")), provider, content, since)
        except Refused as refusal:
            form.wrong(str(refusal), "files")
            return await shown(request, me, form, 409)
        return RedirectResponse(f"/organisation?after={saved.position}", 303)


async def _uploaded(request: Request) -> dict[str, Any]:
    """The parts of a rule pack from the files that were sent, as one document. Raises a Refused for what is too much,
    is no YAML, or says the same part twice."""
    files = [each for each in (await request.form()).getlist("files") if isinstance(each, UploadFile) and each.filename]
    if not files:
        raise DocumentUnreadable("Choose at least one file.")
    if len(files) > MOST_FILES or any((file.size or 0) > MOST_BYTES for file in files):
        raise DocumentTooLarge(f"Send at most {MOST_FILES} files of at most {MOST_BYTES:,} bytes each.")
    content: dict[str, Any] = {}
    for file in files:
        try:
            parts = read((await file.read()).decode())
        except UnicodeDecodeError:
            raise DocumentUnreadable("A file is not text in UTF-8. Nothing was taken.") from None
        if twice := content.keys() & parts.keys():
            raise DocumentMalformed(f"The part '{min(twice)}' stands in two files. Nothing was taken.")
        content |= parts
    if missing := {"id", "version", "title"} - content.keys():
        raise DocumentMalformed(f"The files have no '{min(missing)}'. A rule pack has an id, a version and a title.")
    return content


def _said_of(site: Site) -> str:
    """What a site is found by."""
    return f"{site.title} {site.region} {label(ServiceKind, site.service_kind)} {label(Nation, site.nation)}"


def _site(site: Site, posts: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "title": site.title, "href": f"/site/{site.site_id}", "region": site.region, "posts": posts,
        "kind": label(ServiceKind, site.service_kind), "nation": label(Nation, site.nation),
        "vacant": sum(not post["holders"] for post in posts),
    }  # fmt: skip


async def _posts(governance: Governance, scopes: list[str]) -> dict[str, list[dict[str, Any]]]:
    """The posts of each scope by title, with the names of who holds them, all by one question."""
    rows = await governance.directory.rows(
        "SELECT p.post_id, p.scope, p.title, h.name FROM post p LEFT JOIN holder h USING (post_id)"
        " WHERE p.scope = ANY(%s) ORDER BY p.title, p.post_id, h.person_id",
        (scopes,),
    )
    found: dict[str, list[dict[str, Any]]] = {scope: [] for scope in scopes}
    for row in await opened(governance.mapper.keys, rows, "name"):
        posts = found[row["scope"]]
        if not posts or posts[-1]["post_id"] != row["post_id"]:
            posts.append({"post_id": row["post_id"], "title": row["title"], "holders": []})
        if row["name"]:
            posts[-1]["holders"].append(row["name"])
    return found


def _pack(row: dict[str, Any]) -> dict[str, Any]:
    content = orjson.loads(row["content"])
    since: date = row["adopted_from"]
    rules = content.get("rules", [])
    return {
        "id": row["pack_id"], "title": content.get("title", row["pack_id"]), "version": row["version"], "since": since,
        "rules": len(rules), "unconfirmed": sum(not rule.get("confirmed") for rule in rules),
        "measures": len(content.get("measures", [])), "cadences": len(content.get("cadences", [])),
    }  # fmt: skip
