"""A service's pages inside Candour's header, navigation and footer."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from libs.clock import Clock
from libs.web import phrases
from libs.web.forms import CSRF_FIELD
from libs.web.static_files import address

TEMPLATES = Path(__file__).parent / "templates"
JOURNEYS = "/journeys"
LINKED = re.compile(r'<a\b[^>]*\bhref="(?P<path>/[^"?#]*)[^>]*>(?P<words>.*?)</a>', re.DOTALL)
"""A link within the house. Links do not stand inside one another."""


@dataclass(frozen=True)
class Link:
    """One entry of the navigation; `roles` limits it to people in those roles, none means everyone."""

    label: str
    path: str
    roles: frozenset[str] = frozenset()

    def leads_to(self, here: str) -> bool:
        """Whether a page belongs under this entry."""
        return here == self.path or here.startswith(self.path.rstrip("/") + "/")


NAVIGATION = (
    Link("Report", "/report"),
    Link("My work", "/work"),
    Link("Site", "/site"),
    Link("Provider", "/provider"),
    Link("Journeys", "/journeys"),
    Link("Audit", "/audit"),
)

LISTS = (
    Link("Register", "/intake"),
    Link("Reviews", "/review"),
    Link("Changes", "/action"),
    Link("Accounts owed", "/notification"),
    Link("Briefings to read", "/briefings"),
    Link("Measures and regular reviews", "/assurance"),
    Link("How far the loop is closed", "/loop"),
    Link("Board page", "/board"),
    Link("Tables to take away", "/tables"),
    Link("Three things to look at", "/start"),
    Link("Sites compared", "/comparison"),
    Link("Trends", "/trend"),
    Link("Themes at each site", "/themes"),
    Link("Organisation and rules", "/organisation"),
    Link("Reading in an emergency", "/emergency"),
    Link("How the rooms are", "/rooms"),
)
"""Every other list, at the foot of each page: less often needed, and never out of reach."""


class Shell:
    """Renders templates of one service (`templates`) over the shared ones.

    `mounted` holds the navigation paths that are reachable in this installation (none: all of them); `may` says whether a
    role may open a path, so that nobody is led to a page that refuses them; `banner` gives the demonstration notice, such
    as what the demo clock says, or an empty text.
    """

    def __init__(
        self,
        clock: Clock,
        templates: Sequence[Path] = (),
        *,
        links: Sequence[Link] = NAVIGATION,
        mounted: Iterable[str] | None = None,
        lists: Sequence[Link] = (),
        may: Callable[[str, str], bool] = lambda role, path: True,
        banner: Callable[[], str] = str,
        zone: str = phrases.LONDON,
        working_days: phrases.CountWorkingDays = phrases.IN_ENGLAND,
    ) -> None:
        reachable = None if mounted is None else set(mounted)
        self.links = tuple(each for each in links if reachable is None or each.path in reachable)
        self.lists = tuple(each for each in lists if reachable is None or each.path in reachable)
        self.clock, self.banner, self.zone, self.working_days, self.may = clock, banner, zone, working_days, may
        self._ways: dict[str, tuple[list[Link], list[Link]]] = {}
        self.environment = Environment(
            loader=ChoiceLoader([FileSystemLoader(folder) for folder in (*templates, TEMPLATES)]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._teach_phrases()

    def page(self, request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse:
        """The template as an answer; it also knows `me`, `csrf_field`, `now`, `here`, `links`, `banner`, `static`."""
        me = getattr(request.state, "signed_in", None)
        links, lists = self.ways(me.role if me else "")
        around = {
            "request": request,
            "me": me,
            "csrf_field": _csrf_field(me.csrf if me else ""),
            "now": self.clock.now(),
            "here": request.url.path,
            "links": links,
            "lists": lists,
            "banner": self.banner(),
        }
        html = self.environment.get_template(template).render(around | context)
        return HTMLResponse(self._without_dead_ends(html, me.role) if me else html, status_code=status)

    def ways(self, role: str) -> tuple[list[Link], list[Link]]:
        """The navigation and the lists at the foot of each page, as far as a role may open them."""
        if role not in self._ways:
            links = [each for each in self.links if not each.roles or role in each.roles]
            found = [[each for each in some if self.may(role, each.path)] for some in (links, self.lists)]
            self._ways[role] = found[0], found[1]
        return self._ways[role]

    def _without_dead_ends(self, html: str, role: str) -> str:
        """For whoever sees figures and no journey: the number stays, without a link that would refuse them."""
        if self.may(role, JOURNEYS):
            return html
        return LINKED.sub(lambda link: link[0] if self.may(role, link["path"]) else link["words"], html)

    def _teach_phrases(self) -> None:
        def local_time(when: datetime | None, zone: str | None = None) -> str:
            return phrases.local_time(when, zone or self.zone)

        def day(when: datetime | None, zone: str | None = None) -> str:
            return phrases.day(when, zone or self.zone)

        def due(when: datetime, zone: str | None = None) -> str:
            return phrases.due_phrase(when, self.clock.now(), zone or self.zone, self.working_days)

        def is_late(when: datetime) -> bool:
            return self.clock.now() > when

        plain = {"number": phrases.number, "percent": phrases.percent, "counted": phrases.counted, "days": phrases.days}
        self.environment.filters |= plain | {"local_time": local_time, "day": day, "due": due, "is_late": is_late}
        self.environment.globals |= {"static": address, "new_key": lambda: uuid4().hex}


def _csrf_field(token: str) -> Markup:
    return Markup('<input type="hidden" name="{}" value="{}">').format(CSRF_FIELD, escape(token)) if token else Markup()
