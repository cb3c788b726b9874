"""Everything that one review's page shows, with people's words opened for someone who may read them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from contracts.taxonomy import DutyRecipient, EvidenceSource, RecommendationDecision, ResponseKind, ReviewGap, Role
from libs import names
from libs.names import Finding
from libs.reading import opened
from services.review.application import Reviewing
from services.review.domain import Material
from services.review.domain.gaps import gaps, triangulated
from services.review.domain.material import Piece
from services.review.pages import words
from services.review.projection import Reviews

HEARD = {
    "raised": "Reported",
    "made_safe": "Made safe",
    "triaged": "Weighed by a manager",
    "reclassified": "It turned out to be something else",
    "referred": "Passed on to",
    "decided_elsewhere": "Decided by",
}
"""What intake has on record, in words."""


async def written(reviewing: Reviewing, reviews: Reviews, row: dict[str, Any], actor: str) -> dict[str, Any]:
    """What the page shows besides the review's own row."""
    people = await _people(reviewing, reviews, row)
    shown = {
        **people,
        **await _understood(reviewing, reviews, row),
        **await _gathered(reviewing, reviews, row, people["posts"]),
        **await _put_to_it(reviewing, reviews, row),
        "cases_left": await _cases_left(reviews, row),
    }
    known = await reviewing.known_names(row["site"], row["journey"])
    shown["named"] = _named(known, shown)
    shown["next"] = words.next_thing(row, shown, actor)
    return shown


async def _understood(reviewing: Reviewing, reviews: Reviews, row: dict[str, Any]) -> dict[str, Any]:
    journey, keys = row["journey"], reviewing.mapper.keys
    factors = await opened(keys, await reviews.factors(journey), "words", "expected")
    said = await opened(keys, await reviews.system_answers(journey), "words")
    return {
        "titles": {each.step: each.title for each in (await reviewing.reflection(row["rules"])).steps},
        "answers": await opened(keys, await reviews.answers(journey), "words"),
        "factors": factors,
        "whys": words.whys(factors),
        "people_only": words.people_only(factors),
        "system_answers": [each | {"role_label": words.labelled(Role, each["role"])} for each in said],
        "nothing_found": await opened(keys, await reviews.remarks(journey, "no_factor"), "words"),
        "shared": await reviews.shared_texts(journey),
    }


async def _cases_left(reviews: Reviews, row: dict[str, Any]) -> int | None:
    """How many cases of a thematic review nobody has read yet; None where they are still to be drawn."""
    if row["response"] != ResponseKind.THEMATIC:
        return 0
    sample = await reviews.sample(row["journey"])
    if sample is None:
        return None
    return len(set(sample["cases"]) - {each["case_id"] for each in await reviews.sampled_cases(row["journey"])})


async def _people(reviewing: Reviewing, reviews: Reviews, row: dict[str, Any]) -> dict[str, Any]:
    journey, keys = row["journey"], reviewing.mapper.keys
    posts = {post.post_id: post.title for post in await reviewing.directory.posts_above(row["site"])}
    found = await opened(keys, await reviews.participants(journey), "because", "discipline", "asked_because")
    people = [each | {"title": each["discipline"] or posts.get(each["post_id"], each["post_id"])} for each in found]
    titles = {each["post_id"]: each["title"] for each in people}
    sessions = await opened(keys, await reviews.sessions(journey), "words")
    return {
        "posts": posts,
        "participants": people,
        "sessions": [
            each
            | {
                "form_label": words.labelled(ResponseKind, each["form"]),
                "titles": [titles.get(p, p) for p in each["present"]],
            }
            for each in sessions
        ],
    }


async def _gathered(
    reviewing: Reviewing, reviews: Reviews, row: dict[str, Any], posts: dict[str, str]
) -> dict[str, Any]:
    journey, keys = row["journey"], reviewing.mapper.keys
    evidence = await opened(keys, await reviews.evidence(journey), "words")
    owners = await reviews.owners(journey)
    by_id = {each["evidence_id"]: each for each in evidence}
    findings = await opened(keys, await reviews.findings(journey), "words")
    return {
        "timeline": [_entry(each) for each in await opened(keys, await reviews.timeline(journey), "words")],
        "evidence": [each | {"writer": posts.get(each["written_by"], each["written_by"])} for each in evidence],
        "attached": await opened(keys, await reviews.attached(journey), "title"),
        "findings": [
            each | {"basis": _compared([by_id[i] for i in each["rests_on"] if i in by_id], owners)} for each in findings
        ],
        "compared": _compared(evidence, owners),
        "gaps": await _gaps(reviewing, row, owners),
    }


def _entry(row: dict[str, Any]) -> dict[str, Any]:
    if not row["heard"]:
        return row | {"title": row["words"], "text": "", "known_from": words.labelled(EvidenceSource, row["source"])}
    body = words.labelled(DutyRecipient, row["detail"]) if row["detail"] else ""
    title = f"{HEARD[row['source']]} {body[:1].lower() + body[1:] if body[1:2].islower() else body}".strip()
    return row | {"title": title, "text": row["words"], "known_from": "The report's own record"}


def _compared(evidence: Iterable[dict[str, Any]], owners: set[str]) -> dict[str, Any]:
    found = triangulated([Piece(each["source"], each["written_by"]) for each in evidence], owners)
    return {
        "enough": found.enough,
        "kinds": [words.labelled(EvidenceSource, kind) for kind in found.kinds],
        "apart": [words.labelled(EvidenceSource, kind) for kind in found.not_counted],
    }


async def _gaps(reviewing: Reviewing, row: dict[str, Any], owners: set[str]) -> list[str]:
    """As they were when it was signed off, or as they are now."""
    codes = list(row["gaps"])
    if row["state"] != "signed_off":
        material = await reviewing.find(Material, Material.create_id(row["journey"]))
        codes = gaps(material, row["response"], owners) if material else []
    return [words.labelled(ReviewGap, code) for code in codes]


async def _put_to_it(reviewing: Reviewing, reviews: Reviews, row: dict[str, Any]) -> dict[str, Any]:
    journey, keys = row["journey"], reviewing.mapper.keys
    challenges = await opened(keys, await reviews.challenges(journey), "words", "answer")
    advice = await opened(keys, await reviews.advice(journey), "words", "because")
    ours = await opened(keys, await reviews.recommendations(journey), "because")
    return {
        "challenges": [each | {"role_label": words.labelled(Role, each["role"])} for each in challenges],
        "advice": [_decided(each) | {"body_label": words.labelled(DutyRecipient, each["body"])} for each in advice],
        "recommendations": [_decided(each) for each in ours],
        "decisions": RecommendationDecision.choices(),
    }


def _decided(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"decision_label": words.labelled(RecommendationDecision, row["decision"]) if row["decision"] else ""}


def _named(known: list[str], shown: dict[str, Any]) -> list[tuple[str, str, list[Finding]]]:
    """Where somebody seems to be named in what people wrote: in words, where that is, and what was found."""
    places = [
        *((f"Step {each['step']}", f"step/{each['step']}", each["words"]) for each in shown["answers"]),
        *(("What contributed", "#factors", each["words"]) for each in shown["factors"]),
        *(("What happened when", "#timeline", each["words"]) for each in shown["timeline"] if not each["heard"]),
        *(("Where it can be seen", "#where-seen", each["words"]) for each in shown["evidence"]),
        *(("What we now know", "#findings", each["words"]) for each in shown["findings"]),
    ]
    found = ((where, href, names.find(text, known)) for where, href, text in places)
    return [(where, href, what) for where, href, what in found if what]


def shared_sections(shared: dict[str, dict[str, Any]]) -> dict[str, str]:
    """What the forms of the shared sections begin with: the text that stands, and its number."""
    typed: dict[str, str] = {}
    for section, text in shared.items():
        typed |= {section: text["words"], f"seen-{section}": str(text["number"])}
    return typed
