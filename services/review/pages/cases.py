"""The cases of a thematic review: drawing them, so that nobody picks them, and saying what each one shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from contracts.taxonomy import OpportunityKind, Theme
from libs.calendar import local_day
from libs.deciding import Act, Saved
from libs.domain import Refused
from libs.reading import opened
from libs.web.asking import act_of_form
from libs.web.forms import Form
from libs.web.phrases import day
from libs.web.posts import SignedIn
from libs.web.reach import sites_of
from libs.web.shell import Shell
from libs.web.signed_in import signed_in
from services.review.application import Reviewing
from services.review.domain.sample import Query
from services.review.pages.fields import LONGEST
from services.review.pages.reading import found
from services.review.pages.words import labelled
from services.review.projection import Reviews

Me = Annotated[SignedIn, Depends(signed_in)]
MOST_CASES, USUAL_CASES, MONTH = 200, 5, 30


@dataclass(frozen=True, slots=True)
class CasesPage:
    """The page at /review/{journey}/sample."""

    reviewing: Reviewing
    reviews: Reviews

    async def show(self, request: Request, me: Me, journey: UUID, after: int = 0) -> Response:
        await self.reviews.reached("review", after)
        return await self._page(request, me, journey, Form())

    async def draw(self, request: Request, me: Me, journey: UUID) -> Response:
        form = await Form.of(request)
        from_day = form.day("from_day", "Give the first day that counts.")
        to_day = form.day("to_day", "Give the last day that counts.")
        sites = form.some_of("sites", await self._sites(me), "Choose at least one site.")
        kinds = form.some_of("kinds", set(OpportunityKind))
        themes = form.some_of("themes", set(Theme))
        size = form.whole_number("size", 1, MOST_CASES, "Say how many cases to draw.")
        because = form.text("because", longest=LONGEST)
        if not form.ok or not (from_day and to_day and size):
            return await self._page(request, me, journey, form, "draw", 422)
        query = Query(from_day, to_day, tuple(sites), tuple(kinds), tuple(themes))
        return await self._asked(
            request, me, journey, form, "draw",
            lambda act: self.reviewing.draw_sample(act, journey, query, size, because),
        )  # fmt: skip

    async def read(self, request: Request, me: Me, journey: UUID, case: UUID) -> Response:
        form = await Form.of(request)
        said = form.text("case_words", "Say in a sentence or two what this case shows, or why it is left out.", LONGEST)
        if not form.ok:
            return await self._page(request, me, journey, form, str(case), 422)
        ask = self.reviewing.leave_case_out if form.value("how") == "left_out" else self.reviewing.read_case
        return await self._asked(request, me, journey, form, str(case), lambda act: ask(act, journey, case, said))

    async def _asked(
        self, request: Request, me: SignedIn, journey: UUID, form: Form, failed: str, asking: Any
    ) -> Response:
        await found(self.reviewing, self.reviews, me, journey)
        act: Act = act_of_form(me, form.value("key"))
        try:
            saved: Saved = await asking(act)
        except Refused as refusal:
            form.wrong(str(refusal))
            return await self._page(request, me, journey, form, failed, 409)
        return RedirectResponse(f"/review/{journey}/sample?after={saved.position}", 303)

    async def _sites(self, me: SignedIn) -> dict[str, str]:
        return {site.site_id: site.title for site in await sites_of(self.reviewing.directory, me)}

    async def _cases(
        self, me: SignedIn, journey: UUID, sample: dict[str, Any] | None, sites: dict[str, str]
    ) -> list[dict[str, Any]]:
        """The cases in the sample, each with what was said of it; `shut` are those that this reader may not open."""
        if sample is None:
            return []
        keys = self.reviewing.mapper.keys
        said = await opened(keys, await self.reviews.sampled_cases(journey), "words")
        cases = await self.reviews.cases(sample["cases"], self.reviewing.known_as(me.actor_id))
        cases = await opened(keys, cases, "summary")
        return [
            each
            | {
                "shut": each["shut"] or each["site"] not in sites,
                "kind_label": labelled(OpportunityKind, each["kind"]),
                "said": [one for one in said if one["case_id"] == each["journey"]],
            }
            for each in cases
        ]

    async def _page(
        self, request: Request, me: SignedIn, journey: UUID, form: Form, failed: str = "", status: int = 200
    ) -> Response:
        row = await found(self.reviewing, self.reviews, me, journey)
        sample = await self.reviews.sample(journey)
        query = orjson.loads(sample["query"]) if sample else {}
        sites = await self._sites(me)
        shell: Shell = request.app.state.shell
        return shell.page(
            request,
            "review/sample.html",
            status,
            it=row,
            sample=sample,
            because=(await opened(self.reviewing.mapper.keys, [sample], "because"))[0]["because"] if sample else "",
            asked=_in_words(query, sites) if query else [],
            cases=await self._cases(me, journey, sample, sites),
            form=form if failed else self._begun(query, row),
            failed=failed,
            sites=list(sites.items()),
            kinds=OpportunityKind.choices(),
            themes=Theme.choices(),
            today=local_day(self.reviewing.clock.now()),
        )

    def _begun(self, query: dict[str, Any], row: dict[str, Any]) -> Form:
        """The form as it opens: what was asked last, or this site in the month before."""
        today = local_day(self.reviewing.clock.now())
        first = today.fromordinal(today.toordinal() - MONTH)
        usual = {"from_day": first.isoformat(), "to_day": today.isoformat(), "sites": [row["site"]], "kinds": [],
                 "themes": row["themes"]}  # fmt: skip
        return Form(usual | query | {"size": str(USUAL_CASES)})


def _in_words(query: dict[str, Any], sites: dict[str, str]) -> list[tuple[str, str]]:
    """A query as it was stored, in words."""
    return [
        ("Happened", " to ".join(day(date.fromisoformat(query[end])) for end in ("from_day", "to_day"))),
        ("At", ", ".join(sites.get(each, each) for each in query["sites"])),
        ("Kinds", ", ".join(labelled(OpportunityKind, each) for each in query["kinds"]) or "any"),
        ("Themes", ", ".join(labelled(Theme, each) for each in query["themes"]) or "any"),
    ]


def add(router: APIRouter, reviewing: Reviewing, reviews: Reviews) -> None:
    """Put the page where people find it."""
    page, path = CasesPage(reviewing, reviews), "/review/{journey}/sample"
    router.add_api_route(path, page.show, methods=["GET"], name="review_sample")
    router.add_api_route(path, page.draw, methods=["POST"], name="review_sample_drawn")
    router.add_api_route(f"{path}/{{case}}", page.read, methods=["POST"], name="review_case_read")
