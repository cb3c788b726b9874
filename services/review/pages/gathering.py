"""What can be sent from a review's page while material is gathered, each read from its form."""

from __future__ import annotations

from uuid import UUID

from contracts.taxonomy import EvidenceSource, ResponseKind
from libs.deciding import Act, Saved
from libs.web.forms import Form
from services.review.application import Contribution, Reviewing
from services.review.pages.fields import LONGEST, WHY, Decide, identities, identity

ZONE = "Europe/London"
LONGEST_DISCIPLINE, LONGEST_POST = 300, 120


async def invitation(reviewing: Reviewing, act: Act, journey: UUID, form: Form) -> Saved | None:
    posts = form.values("invited")
    if not posts:
        form.wrong("Choose at least one post.", "invited")
        return None
    return await reviewing.invite(act, journey, posts)


async def specialist(reviewing: Reviewing, act: Act, journey: UUID, form: Form) -> Saved | None:
    discipline = form.text("discipline", "Say which kind of specialist, such as a district nurse.", LONGEST_DISCIPLINE)
    because = form.text("specialist_because", "Say what you ask them for.", LONGEST)
    return await reviewing.ask_specialist(act, journey, discipline, because) if form.ok else None


async def contribution(reviewing: Reviewing, act: Act, journey: UUID, form: Form) -> Saved | None:
    how = form.one_of("took_part", ("yes", "no"), "Say whether they took part.")
    because = form.text("could_not_because", WHY, LONGEST) if how == "no" else ""
    if not form.ok:
        return None
    return await reviewing.record_contribution(act, journey, Contribution(form.value("post_id"), because))


async def session(reviewing: Reviewing, act: Act, journey: UUID, form: Form) -> Saved | None:
    kind = form.one_of("form", set(ResponseKind), "Choose how you met.")
    held = form.day("held_on", "Give the day you met.")
    present = form.values("present")
    if not present:
        form.wrong("Choose who was there. Ask people to take part first, if they are not in the list.", "present")
    said = form.text("session", longest=LONGEST)
    if not form.ok or kind is None or held is None:
        return None
    return await reviewing.hold_session(act, journey, kind, held, present, said)


async def timeline(reviewing: Reviewing, act: Act, journey: UUID, form: Form) -> Saved | None:
    happened = form.moment("happened", ZONE, "Say when it happened. Your best estimate is enough.")
    source = form.one_of("entry_source", set(EvidenceSource), "Choose where this is known from.")
    said = form.text("entry", "Say in a sentence what happened.", LONGEST)
    if not form.ok or happened is None or source is None:
        return None
    return await reviewing.add_timeline_entry(act, journey, happened, source, said)


async def evidence(reviewing: Reviewing, act: Act, journey: UUID, form: Form) -> Saved | None:
    source = form.one_of("evidence_source", set(EvidenceSource), "Choose where it can be seen.")
    dated = form.day("dated", "Give the day the evidence is from.")
    said = form.text("evidence", "Say in a sentence what it shows.", LONGEST)
    written_by = form.text("written_by", longest=LONGEST_POST)
    if not form.ok or source is None or dated is None:
        return None
    return await reviewing.add_evidence(act, journey, source, dated, said, written_by)


async def finding(reviewing: Reviewing, act: Act, journey: UUID, form: Form) -> Saved | None:
    said = form.text("finding", "Say in a sentence what is now known.", LONGEST)
    rests_on = identities(
        form, "rests_on", "Choose the evidence it rests on. Add the evidence first, if it is not there."
    )
    return await reviewing.make_finding(act, journey, said, rests_on) if form.ok else None


async def finding_withdrawal(reviewing: Reviewing, act: Act, journey: UUID, form: Form) -> Saved | None:
    which, because = identity(form, "finding_id"), form.text("finding_because", WHY, LONGEST)
    return await reviewing.withdraw_finding(act, journey, which, because) if form.ok and which else None


GATHERING: dict[str, Decide] = {
    "invitation": invitation,
    "specialist": specialist,
    "contribution": contribution,
    "session": session,
    "timeline": timeline,
    "evidence": evidence,
    "finding": finding,
    "finding-withdrawal": finding_withdrawal,
}
