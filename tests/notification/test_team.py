"""The team of a site: who joins, who leaves, and what is still put to newcomers."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from libs.reaching import Reaching
from services.notification.domain.briefing import Listener
from services.notification.domain.rota import Pattern
from services.notification.domain.team import Team
from tests.given import NOW, event, given
from tests.notification.samples import ANN, BEN

CURRENT = Reaching().current
GATHERED = event(Team.Gathered)
JOINED = event(Team.Joined, person_id=ANN, part="day")
BRIEFING = UUID(int=7)
POSTED = event(Team.BriefingPosted, briefing_id=BRIEFING, posted=NOW)


def test_someone_joins_once_and_may_move_to_nights() -> None:
    given(Team, GATHERED).when(lambda t: t.join(ANN, "day")).then(JOINED)
    given(Team, GATHERED, JOINED).when(lambda t: t.join(ANN, "day")).nothing()
    given(Team, GATHERED, JOINED).when(lambda t: t.join(ANN, "night")).then(
        event(Team.Joined, person_id=ANN, part="night")
    )


def test_only_who_is_there_can_leave() -> None:
    given(Team, GATHERED, JOINED).when(lambda t: t.leave(ANN)).then(event(Team.Left, person_id=ANN))
    given(Team, GATHERED, JOINED).when(lambda t: t.leave(BEN)).nothing()


def test_who_is_only_on_the_rota_can_leave_and_be_taken_off_it() -> None:
    on_rota = event(Team.Rostered, person_id=ANN, pattern=Pattern("agency", "", [], NOW))
    given(Team, GATHERED, on_rota).when(lambda t: t.leave(ANN)).then(event(Team.Left, person_id=ANN))
    given(Team, GATHERED, on_rota).when(lambda t: t.take_off(ANN)).then(event(Team.OffRota, person_id=ANN))
    given(Team, GATHERED, JOINED).when(lambda t: t.take_off(ANN)).nothing()
    team = given(Team, GATHERED, on_rota).aggregate
    assert team.lapsed(NOW + Reaching().rota, Reaching()) == [ANN]
    assert team.lapsed(NOW + Reaching().rota - timedelta(seconds=1), Reaching()) == []


def test_the_audience_is_everyone_in_the_team_in_a_fixed_order() -> None:
    team = given(Team, GATHERED, event(Team.Joined, person_id=BEN, part="night"), JOINED).aggregate
    assert team.listeners(NOW, Reaching()) == [Listener(ANN, "day"), Listener(BEN, "night")]


def test_a_briefing_is_put_to_newcomers_for_half_a_year() -> None:
    given(Team, GATHERED).when(lambda t: t.post(BRIEFING, NOW)).then(POSTED)
    given(Team, GATHERED, POSTED).when(lambda t: t.post(BRIEFING, NOW)).nothing()
    team = given(Team, GATHERED, POSTED).aggregate
    assert team.current(NOW + CURRENT, CURRENT) == [BRIEFING]
    assert team.current(NOW + CURRENT + timedelta(seconds=1), CURRENT) == []
