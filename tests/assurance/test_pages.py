"""Assurance in a manager's hands: figures as k of n, rounds to record, a change's five states, and nothing of others."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
import pytest_asyncio

from contracts.taxonomy import OpportunityKind
from libs.practice import Cohort
from libs.web.posts import Post
from tests.assurance.april import BOARD, MEASURE, ROUND, april, changed
from tests.hands import ELSEWHERE, MANAGER, QUALITY, Reception
from tests.servers import Backend, Messaging

pytestmark = pytest.mark.asyncio(loop_scope="module")

BOARD_POST = Post("acme.board", "board", "provider:acme", "Board")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reception(backend: Backend, messaging: Messaging, wrapping_key: Path) -> AsyncIterator[Reception]:
    with backend.fresh_database() as database:
        async with april(database, messaging, wrapping_key) as opened:
            yield opened


async def test_figures_are_said_as_so_many_of_so_many_with_the_target_and_each_case(reception: Reception) -> None:
    ann = await reception.browser(MANAGER)
    page = (await ann.get("/assurance")).text
    assert "1 of 2 (50 %), target 100 %" in page
    assert "Target not met" in page
    assert "Reviewed by a manager: not on record (due by 3 March 2026)" in page
    assert 'href="/journeys/' in page
    assert "The whole provider" not in page
    history = (await ann.get(f"/assurance/measure/{MEASURE}")).text
    assert "March 2026" in history
    assert "Next check: " in history


async def test_someone_elsewhere_sees_and_decides_nothing_here(reception: Reception) -> None:
    await changed(reception, journey := UUID(int=41))
    bea = await reception.browser(ELSEWHERE)
    assert "1 of 2" not in (await bea.get("/assurance")).text
    for path in (f"/assurance/measure/{MEASURE}", f"/assurance/cadence/{ROUND}", f"/assurance/{journey}"):
        assert (await bea.get(path)).status_code == 404
        assert (await bea.post(path, of="1", seen="1", source_kind="audit")).status_code == 404
    ann = await reception.browser(MANAGER)
    assert (await ann.get(f"/assurance/cadence/{BOARD}")).status_code == 404


async def test_a_round_is_put_on_record_with_its_book(reception: Reception) -> None:
    ann = await reception.browser(MANAGER)
    page = (await ann.get(f"/assurance/cadence/{ROUND}")).text
    assert "not on record. If it was held, record it with its day." in page
    typed = {"held_on": "2026-03-30", "register": "governance_report", "note": "Two <themes>"}
    wrong = await ann.post(f"/assurance/cadence/{ROUND}", **typed | {"held_on": "2026-12-01"})
    assert wrong.status_code == 409
    assert "Only what has taken place goes on record" in ann.page
    assert "Two &lt;themes&gt;" in ann.page
    kept = await ann.post(f"/assurance/cadence/{ROUND}", **typed)
    assert kept.status_code == 303
    page = (await ann.get(kept.headers["Location"])).text
    assert "Held on 30 March 2026" in page
    assert "Recorded after the day had passed. Two &lt;themes&gt;" in page
    missing = await ann.post(f"/assurance/cadence/{ROUND}", register="nonsense")
    assert missing.status_code == 422
    assert "Enter the day on which it was held." in ann.page


async def test_what_the_provider_holds_is_recorded_for_the_provider(reception: Reception) -> None:
    board = await reception.browser(BOARD_POST)
    assert "Safeguarding themes before the board" in (await board.get("/assurance?of=rounds")).text
    await board.get(f"/assurance/cadence/{BOARD}")
    kept = await board.post(f"/assurance/cadence/{BOARD}", held_on="2026-04-02", register="board_dashboard")
    assert kept.status_code == 303


async def test_a_month_may_be_checked_again_by_hand(reception: Reception) -> None:
    ann = await reception.browser(MANAGER)
    await ann.get(f"/assurance/measure/{MEASURE}")
    assert (await ann.post(f"/assurance/measure/{MEASURE}", period="2026-03-01")).status_code == 303
    assert (await ann.post(f"/assurance/measure/{MEASURE}", period="2026-04-01")).status_code == 422


async def test_a_change_shows_its_five_states_and_takes_what_was_seen(reception: Reception) -> None:
    await changed(reception, journey := UUID(int=42))
    ann = await reception.browser(MANAGER)
    page = (await ann.get(f"/assurance/{journey}")).text
    assert page.count("Reached") == 2
    assert page.count("Not yet") == 3
    assert "6 of 6 staff read the briefing" in page
    wrong = await ann.post(f"/assurance/{journey}", of="3", seen="4", source_kind="audit", note="On the night shift")
    assert wrong.status_code == 409
    assert "On the night shift" in ann.page
    assert (await ann.post(f"/assurance/{journey}", of="", seen="x")).status_code == 422
    seen = await ann.post(f"/assurance/{journey}", of="3", seen="3", source_kind="audit", note="On the night shift")
    page = (await ann.get(seen.headers["Location"])).text
    assert page.count("Reached") == 3
    assert "95 % interval 43 % to 100 %" in page
    assert "On the night shift" in page
    assert (await ann.post(f"/assurance/{journey}/lapse", state="practised")).status_code == 422
    slipped = await ann.post(f"/assurance/{journey}/lapse", state="practised", because="The prompt was switched off")
    page = (await ann.get(slipped.headers["Location"])).text
    assert "No longer" in page
    assert "Changes not yet shown to last" in (await ann.get("/assurance")).text
    assert (await ann.post(f"/assurance/{journey}/lapse", state="sustained", because="x")).status_code == 409


async def test_figures_of_sites_that_the_reader_does_not_see_are_not_shown(reception: Reception) -> None:
    await changed(reception, journey := UUID(int=44))
    counts = {"before": {"events": 7, "of": 31}, "after": {"events": 5, "of": 37}, "untouched": True}
    data = {"elsewhere": [{"site": each, **counts} for each in ("oak", "ash")]}
    await reception.platform.service("assurance").standing.change(
        "INSERT INTO judgement VALUES (%s, 'm', 3, 'improved', '3/9', '1/9', 'How', '2', '', true, %s, now())",
        (journey, json.dumps(data)),
    )
    ann, quality = await reception.browser(MANAGER), await reception.program(QUALITY)
    page = (await ann.get(f"/assurance/{journey}")).text
    assert "It was compared with 2 other sites, whose figures your post does not reach." in page
    assert "7 of 31" not in page
    (verdict,) = (await quality.get(f"/api/assurance/follow-ups/{journey}")).json()["verdicts"]
    assert [each["site"] for each in verdict["data"]["elsewhere"]] == ["oak"]
    assert verdict["data"]["not_shown"] == 1


async def test_lists_are_read_a_page_at_a_time_and_say_how_many_there_are(reception: Reception) -> None:
    ann, quality = await reception.browser(MANAGER), await reception.program(QUALITY)
    first = await quality.get("/api/assurance/cadences?limit=3")
    total, names = int(first.headers["X-Total-Count"]), [each["id"] for each in first.json()]
    onward = first
    while onward.links:
        onward = await quality.get(onward.links["next"]["url"])
        names += [each["id"] for each in onward.json()]
    assert len(names) == len(set(names)) == total > 3
    assert "in_all" not in first.text
    measures = await quality.get("/api/assurance/measures?limit=1")
    assert (len(measures.json()), measures.headers["X-Total-Count"]) == (1, "2")
    for number in range(26):
        await changed(reception, UUID(int=100 + number))
    await ann.get("/assurance")
    assert "1 to 6 of " in ann.page
    assert 'href="/assurance?of=changes">See all ' in ann.page
    assert "page=" not in ann.page
    await ann.get("/assurance?of=changes")
    assert "1 to 25 of " in ann.page
    assert 'href="/assurance?of=changes&amp;page=2"' in ann.page
    await ann.get("/assurance?of=changes&page=2&site=elm")
    assert "26 to " in ann.page
    assert "What is measured" not in ann.page
    assert 'href="/assurance?of=changes&amp;site=elm&amp;page=1"' in ann.page
    assert (await ann.get("/assurance?of=changes&page=900")).status_code == 200
    assert (await ann.get("/assurance?page=0")).status_code == 422


async def test_what_is_not_there_says_so(reception: Reception) -> None:
    ann = await reception.browser(MANAGER)
    for path in ("/assurance", "/assurance/measure", "/assurance/cadence"):
        assert (await ann.get(f"{path}/{UUID(int=99)}")).status_code == 404


async def test_a_program_reads_figures_and_records_what_was_held_and_seen(reception: Reception) -> None:
    await changed(reception, journey := UUID(int=43))
    program = await reception.program(QUALITY)
    measures = (await program.get("/api/assurance/measures")).json()
    assert {each["site"] for each in measures} == {"elm", "oak"}
    measure = (await program.get(f"/api/assurance/measures/{MEASURE}")).json()
    assert (measure["figures"][0]["numerator"], measure["figures"][0]["denominator"]) == (1, 2)
    checked = await program.post(f"/api/assurance/measures/{MEASURE}/checks", json={"period": "2026-03-01"})
    assert checked.status_code == 200
    running = await program.post(f"/api/assurance/measures/{MEASURE}/checks", json={"period": "2026-04-01"})
    assert (running.status_code, running.json()["type"].rpartition(":")[2]) == (409, "month-not-over")
    cadences = (await program.get("/api/assurance/cadences")).json()
    daily = next(each for each in cadences if each["cadence_id"] == "daily-indicator-screen" and each["site"] == "oak")
    held = {"held_on": "2026-04-02", "book": "safeguarding_log"}
    once = {"Idempotency-Key": "held-once"}
    path = f"/api/assurance/cadences/{daily['id']}/records"
    first, second = [await program.post(path, json=held, headers=once) for _ in range(2)]
    assert (first.status_code, second.headers.get("Idempotency-Replayed")) == (200, "true")
    path = f"/api/assurance/follow-ups/{journey}"
    based_on = {"If-Match": (await program.get(path)).headers["ETag"]}
    looked = {"seen": 2, "of": 2, "source_kind": "audit", "note": "Mrs O"}
    assert (await program.post(f"{path}/observations", json=looked, headers=based_on)).status_code == 200
    assert (await program.post(f"{path}/observations", json=looked, headers=based_on)).status_code == 412
    lapse = await program.post(f"{path}/lapses", json={"state": "practised", "because": "It was off"})
    assert lapse.status_code == 200
    follow_up = await program.get(f"{path}?after={lapse.json()['position']}")
    assert {each["state"]: each["held"] for each in follow_up.json()["states"]} == {
        "done": True, "briefed": True, "practised": False,
    }  # fmt: skip
    assert "note" not in follow_up.json()["observations"][0]
    assert "Mrs O" not in follow_up.text
    assert (await program.get(f"/api/assurance/follow-ups/{UUID(int=99)}")).status_code == 404
    assert (await program.get(f"/api/assurance/measures/{UUID(int=99)}")).status_code == 404


async def test_early_signs_add_up_and_what_they_call_for_is_put_on_record(reception: Reception) -> None:
    ann, assurance = await reception.browser(MANAGER), reception.platform.service("assurance")
    await ann.get("/assurance/signs")
    assert "Managers find concerns late" in ann.page  # the daily rounds of March were not held
    assert "A receipt or record of money was missing" not in ann.page
    unclear = await ann.post("/assurance/signs", sign="elm/vague-notes", times="often", noted_on="2026-04-02")
    assert (unclear.status_code, "Enter a whole number from 1 to 1,000." in ann.page) == (422, True)
    ahead = await ann.post("/assurance/signs", sign="elm/vague-notes", times="3", noted_on="2026-12-02")
    assert ahead.status_code == 409
    seen = {"sign": "elm/vague-notes", "times": "3", "noted_on": "2026-04-02"}
    on_nobody = await ann.post("/assurance/signs", **seen, note="Mrs Okafor's notes")
    assert on_nobody.status_code == 409, "a note that names somebody says on whose record it is"
    noted = await ann.post("/assurance/signs", **seen, note="The evening notes of one unit")
    assert noted.status_code == 303
    await reception.platform.settle()
    await ann.get("/assurance/signs")
    assert "Early signs are hard to see in the notes" in ann.page
    assert "A visit note too vague to act on, 3 times" in ann.page
    assert "Okafor" not in ann.page
    owed = await assurance.vigilance.firings(["elm"], owed=True)
    (firing,) = [each for each in owed if each["trigger_id"] == "notes-grow-vague"]
    assert (await ann.post(f"/assurance/signs/{firing['id']}", how="")).status_code == 422
    followed = await ann.post(f"/assurance/signs/{firing['id']}", how="Screened daily since Monday.")
    assert followed.status_code == 303
    await ann.get(followed.headers["Location"])
    assert "Screened daily since Monday." in ann.page
    bea = await reception.browser(ELSEWHERE)
    await bea.get("/assurance/signs")
    assert "hard to see" not in bea.page
    assert (await bea.post(f"/assurance/signs/{firing['id']}", how="Mine.")).status_code == 404


async def test_an_audit_is_drawn_looked_at_by_two_and_closed(reception: Reception) -> None:
    ann = await reception.browser(MANAGER)
    await ann.get("/assurance/audits")
    drawn = await ann.post("/assurance/audits", tool="elm/early-signs", period="2026-03-01")
    assert drawn.status_code == 303, ann.page
    page = drawn.headers["Location"].partition("?")[0]
    await ann.get(drawn.headers["Location"])
    assert "2 of 2 were drawn" in ann.page
    again = await ann.post("/assurance/audits", tool="elm/early-signs", period="2026-03-01", key="another")
    assert (again.status_code, "The sample for this month is drawn already" in ann.page) == (409, True)
    audit = await reception.platform.service("assurance").vigilance.audit(UUID(page.rpartition("/")[2]))
    once, twice = sorted(audit["sample"], key=lambda each: each["twice"])
    well = dict.fromkeys([each["id"] for each in audit["tool"]["checks"]], "yes")
    await ann.get(page)
    assert (await ann.post(page, reference=once["reference"])).status_code == 422
    for each in (once, twice):
        await ann.get(page)
        seen = await ann.post(page, reference=each["reference"], **well | {"note-is-clear": "no"})
        assert seen.status_code == 303, ann.page
    await ann.get(page)
    assert "1 still to look at." in ann.page
    assert (await ann.post(f"{page}/closing")).status_code == 409
    bo = await reception.browser(MANAGER, "person:bo")
    await bo.get(page)
    await bo.post(page, reference=twice["reference"], **well)
    await bo.get(page)
    closed = await bo.post(f"{page}/closing")
    assert closed.status_code == 303, bo.page
    await bo.get(closed.headers["Location"])
    assert "0 of 2 (0 %)" in bo.page
    assert "agreed with a kappa of" in bo.page
    await reception.platform.settle()
    cases = reception.platform.service("assurance").cases
    taken_in = await cases.population("elm", date(2026, 4, 1), Cohort(kinds=(OpportunityKind.QUALITY_ASSURANCE,)))
    assert len(taken_in) == 1


async def test_a_program_draws_looks_and_reads(reception: Reception) -> None:
    rota = await reception.program(MANAGER)
    new = {"site": "elm", "tool": "early-signs", "period": "2026-04-01"}
    nothing = await rota.post("/api/assurance/audits", json=new)
    assert (nothing.status_code, nothing.json()["type"].endswith("nothing-to-sample")) == (409, True)
    other = await rota.post("/api/assurance/audits", json=new | {"tool": "money-kept-safe", "records": 40})
    assert other.json()["type"].endswith("tool-unknown")
    (audit,) = (await rota.get("/api/assurance/audits")).json()
    one = (await rota.get(f"/api/assurance/audits/{audit['id']}")).json()
    assert (len(one["looks"]), one["figures"][0]["kept"]) == (3, 2)
    said = {"site": "elm", "sign": "felt-unsupported", "times": 1, "noted_on": "2026-04-01"}
    assert (await rota.post("/api/assurance/signs", json=said)).status_code == 201
    assert (await rota.post("/api/assurance/signs", json=said | {"sign": "gossip"})).status_code == 409
    found = (await rota.get("/api/assurance/triggers", params={"owed": False})).json()
    assert found[0]["how"] == "Screened daily since Monday."
    assert (
        await rota.post(f"/api/assurance/triggers/{found[0]['id']}/followed", json={"how": "Twice."})
    ).status_code == 409
    assert (await rota.get(f"/api/assurance/audits/{UUID(int=3)}")).status_code == 404
    auditor = await reception.program(Post("acme.auditor", "auditor", "provider:acme", "Auditor"), "client:audit")
    refused = await auditor.post("/api/assurance/audits", json=new)
    assert refused.json()["type"].endswith("not-allowed")
