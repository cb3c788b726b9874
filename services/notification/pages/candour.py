"""The duty of candour on a journey: what was done for the relevant person, what comes next, and putting it on record."""

from __future__ import annotations

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from libs.deciding import Act, Saved
from libs.reading import opened
from libs.service import NotFound
from libs.web.forms import Form
from libs.web.posts import SignedIn
from libs.web.reach import within
from libs.web.signed_in import signed_in
from services.notification.application import READS_ONLY, Contact, Notification
from services.notification.domain.candour import NEEDS, Step
from services.notification.pages.putting import put_on_record
from services.notification.projection.candour import Candours

Me = Annotated[SignedIn, Depends(signed_in)]
STEPS = {
    Step.TOLD_IN_PERSON: ("Told in person", "Everything known so far, which enquiries follow, and an apology."),
    Step.SUPPORT_GIVEN: ("Given support", "What was offered, and what they took up."),
    Step.WRITTEN_FOLLOW_UP: ("Followed up in writing", "What was said, the enquiries to be made, and an apology."),
    Step.ENQUIRY_NEWS: ("Given news of the enquiry", "It may be more than once."),
    Step.OUTCOME_LETTER: ("Sent the outcome in writing", "The results of the enquiries."),
    Step.LEARNING_TOLD: ("Told what was learned and changed", "When practice has changed."),
}
CONTACTS = {
    Contact.TRIED: ("Tried to reach them, and did not", "The attempt is on record, and it stays to be done."),
    Contact.UNREACHABLE: ("Cannot be reached", "After at least one attempt. What is owed rests until contact resumes."),
    Contact.DECLINED: ("Does not wish to speak with us about it", "Say how you asked. What is owed rests."),
}
RESUMED = ("In contact again", "They were found, or wish to hear after all. What was not done is owed again.")
ENTRIES = {
    "applies": "Weighed: the duty applies",
    "does_not_apply": "Weighed: the duty does not apply",
    "tried": "Contact was tried, without success",
    "unreachable": "Cannot be reached",
    "declined": "Does not wish to speak with us about it",
    "resumed": "In contact again",
} | {step.value: words for step, (words, _) in STEPS.items()}


def add(router: APIRouter, service: Notification, candours: Candours) -> None:
    """The pages under /notification/{journey}/candour."""

    @router.get("/notification/{journey}/candour")
    async def record(request: Request, me: Me, journey: UUID, after: int = 0) -> Response:
        await candours.reached("notification", after)
        return await _page(request, me, journey, Form())

    @router.post("/notification/{journey}/candour")
    async def put(request: Request, me: Me, journey: UUID) -> Response:
        await _within(me, journey)
        decide, show = partial(_record, service, journey), partial(_page, request, me, journey)
        return await put_on_record(await Form.of(request), me, decide, show, f"/notification/{journey}/candour")

    async def _within(me: SignedIn, journey: UUID) -> dict[str, object]:
        found = await candours.of_journey(journey)
        if found is None:
            raise NotFound("The duty of candour was not in question on this journey so far.")
        await within(service.directory, me, found["site"])
        return found

    async def _page(request: Request, me: SignedIn, journey: UUID, form: Form, status: int = 200) -> Response:
        found = await _within(me, journey)
        entries, reads = await candours.entries(journey), me.role not in READS_ONLY
        if reads:
            entries = await opened(service.mapper.keys, entries, "note")
        page: Response = request.app.state.shell.page(
            request, "notification/candour.html", status, it=found, journey=journey, form=form, reads=reads,
            entries=[row | {"words": ENTRIES[row["kind"]]} for row in entries],
            steps=[(words, step in found["taken"]) for step, (words, _) in STEPS.items()],  # type: ignore[operator]
            what=_open_to(found["contact"], found["taken"]), letters=await _letters(service, found),
        )  # fmt: skip
        return page


async def _letters(service: Notification, found: dict[str, object]) -> list[tuple[str, str]]:
    """The letters that are steps still to be taken: which kind, and its title."""
    taken, kinds = found["taken"], await service.templates()
    done = set(taken) if isinstance(taken, list) else set()
    if found["contact"] != "open" or not found["applies"]:
        return []
    ready = (each for each in kinds if each.step and each.step not in done and NEEDS.get(Step(each.step)) in done)
    return [(each.id, each.title) for each in ready]


def _open_to(contact: object, taken: object) -> list[tuple[str, str, str]]:
    """What may be put on record now, in the order in which it should come."""
    if contact != "open":
        return [(Contact.RESUMED, *RESUMED)]
    done = set(taken) if isinstance(taken, list) else set()
    steps = [
        (step.value, *words)
        for step, words in STEPS.items()
        if (step not in done or step is Step.ENQUIRY_NEWS) and NEEDS.get(step) in {None, *done}
    ]
    return steps + [(contact.value, *words) for contact, words in CONTACTS.items()]


async def _record(service: Notification, journey: UUID, act: Act, form: Form) -> Saved | None:
    what = form.one_of("what", [*Step, *Contact], "Say what was done.")
    note = form.text("note", "Say in a sentence or two what was said, sent or tried.", 4000)
    if not form.ok or what is None:
        return None
    if what in set(Contact):
        return await service.record_candour_contact(act, journey, Contact(what), note)
    return await service.take_candour_step(act, journey, Step(what), note, apologised=bool(form.value("apologised")))
