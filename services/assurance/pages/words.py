"""Figures, rounds and states as a tired manager reads them: k of n with its target, never a colour for a count."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from contracts.taxonomy import ClosureState, EvidenceSource, Register, Role, Verdict
from libs.practice import Every
from libs.statistics import wilson
from services.assurance.domain.proof import share_words
from services.assurance.domain.verdict import shown_to

PROOF_ASKED = {
    ClosureState.DONE: "Every agreed action is made, and someone other than its owner saw it.",
    ClosureState.BRIEFED: "Everyone in the team has read the briefing and answered its question.",
    ClosureState.PRACTISED: "Someone goes and looks, and sees the new way every time.",
    ClosureState.EFFECTIVE: "Its measure meets the target in a month that began after the change, and no review on its"
    " fixed day refutes it. Where no measure fits, the new way is seen again, every time, four weeks later or more.",
    ClosureState.SUSTAINED: "Three months on, the measure is still met and was never missed since. Where no measure"
    " fits, the new way is seen again, every time, three months later or more.",
}
HELD_EVERY = {
    Every.DAY: "every working day",
    Every.WEEK: "every week",
    Every.MONTH: "every month",
    Every.QUARTER: "every quarter",
}


def figure_words(row: Mapping[str, Any], target: float) -> str:
    """ "14 of 20 (70 %), target 100 %", or that there was nothing to measure."""
    if not row["denominator"]:
        return f"Nothing to measure, target {target:g} %"
    return f"{share_words(row['numerator'], row['denominator'])}, target {target:g} %"


def measured(row: Mapping[str, Any], references: Mapping[UUID, str]) -> dict[str, Any]:
    """A month's figure in words, with each breach and where to read about it."""
    breaches = [
        {
            "href": f"/journeys/{each['journey']}",
            "reference": references.get(UUID(each["journey"]), "this case"),
            "started": date.fromisoformat(each["started"]),
            "because": each["because"],
        }
        for each in row["breaches"]
    ]
    target = row.get("target_then") or row["target_percent"]
    outcome = {True: "Target met", False: "Target not met", None: ""}[row["met"]]
    return {
        "month": f"{row['period']:%B %Y}",
        "figure": figure_words(row, target),
        "outcome": outcome,
        "breaches": breaches,
        "revision": row["revision"],
        "checked": row["checked"],
    }


def journeys_of(rows: list[dict[str, Any]]) -> list[UUID]:
    """Every journey named in the breaches of these figures."""
    return [UUID(each["journey"]) for row in rows for each in row["breaches"] or ()]


def round_words(row: Mapping[str, Any], title: str, today: date) -> dict[str, Any]:
    """A cadence in words: what, how often, by whom, in which book, by when, and how the last one went."""
    return {
        "href": f"/assurance/cadence/{row['id']}",
        "title": row["title"],
        "place": title,
        "how": f"{HELD_EVERY[Every(row['every'])].capitalize()}, by the {Role(row['role']).label.lower()}",
        "book": Register(row["register"]).label,
        "starts": row["starts"],
        "ends": row["ends"],
        "due": row["next_due"],
        "last": _last(row),
        "running": row["starts"] <= today,
    }


def _last(row: Mapping[str, Any]) -> str:
    if row.get("held_on"):
        return f"last held on {_day(row['held_on'])}"
    return f"the one due on {_day(row['missed_on'])} is not on record" if row.get("missed_on") else ""


def states(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The five states in order: reached with its proof, lost with the reason, or what it still takes."""
    known = {row["state"]: row for row in rows}
    said = []
    for state in ClosureState:
        row = known.get(state)
        held = bool(row and row["held"])
        said.append(
            {
                "code": state.value,
                "label": state.label,
                "held": held,
                "standing": "Reached" if held else ("No longer" if row else "Not yet"),
                "words": row["words"] if row else PROOF_ASKED[state],
                "asked": "" if held or row is None else PROOF_ASKED[state],
                "since": row["since"] if row else None,
            }
        )
    return said


def verdict_words(row: Mapping[str, Any], title: str, sites: Mapping[str, str]) -> dict[str, Any]:
    """A verdict in words: what the figures say, before, after, what a plain look would have said, and the method.

    `sites` are those that the reader may see, by id; the counts of no other are shown.
    """
    data = shown_to(sites, row["data"])
    before, after = (share_words(*map(int, row[side].split("/"))) for side in ("before", "after"))
    seemed = row["crude"] if row["crude"] not in {"", row["verdict"]} else ""
    return {
        "title": title,
        "months": row["months"],
        "verdict": Verdict(row["verdict"]).label,
        "seemed": Verdict(seemed).label.lower() if seemed else "",
        "before": before,
        "after": after,
        "method": row["method"],
        "at": row["at"],
        "elsewhere": [
            {
                "site": sites[each["site"]],
                "before": share_words(each["before"]["events"], each["before"]["of"]),
                "after": share_words(each["after"]["events"], each["after"]["of"]),
                "untouched": each["untouched"],
            }
            for each in data["elsewhere"]
        ],
        "not_shown": data["not_shown"],
    }


def review_words(row: Mapping[str, Any], titles: Mapping[str, str]) -> dict[str, Any]:
    """A review of the effect: after how long, by which measure, on which day, and whether it was held."""
    by = titles.get(row["measure_id"], "the measure") if row["measure_id"] else "people who go and look"
    if row["held"] is None:
        standing = ""
    elif row["rounds"] is None:
        standing = "held"
    else:
        standing = f"{row['rounds']} rounds on record" if row["rounds"] else "nobody looked"
    return {"months": row["months"], "by": by, "due": row["due"], "standing": standing}


def observed(row: Mapping[str, Any]) -> dict[str, Any]:
    """A round of looking, as an entry of a timeline."""
    when: datetime = row["at"]
    return {
        "title": f"Seen {row['seen']} of {row['looked']} times",
        "when": when,
        "who": EvidenceSource(row["source_kind"]).label,
        "text": " ".join(each for each in (row["shown"], row["note"]) if each),
    }


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def audit_figures(figures: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each check of an audit in words: how many of how many, its interval, and what that shows of the whole."""
    said = []
    for each in figures:
        interval = wilson(each["kept"], each["of"]) if each["of"] else None
        words = share_words(each["kept"], each["of"])
        if interval:
            words += f", 95 % interval {100 * interval.low:.0f} to {100 * interval.high:.0f} %"
        if each["not_applicable"]:
            words += f"; {each['not_applicable']} did not apply"
        said.append(
            {"title": each["title"], "words": words, "claim": each["claim"], "well": each["kept"] == each["of"]}
        )
    return said


def firing_words(row: Mapping[str, Any], place: str, today: date) -> dict[str, Any]:
    """A trigger that fired: which facts fired it, what must follow, by whom and when, and whether it did."""
    return dict(row) | {
        "place": place,
        "owner": Role(row["owed_by"]).label,
        "facts": [fact | {"on": date.fromisoformat(fact["on"])} for fact in row["facts"]],
        "overdue": row["followed"] is None and row["due"] < today,
        "kind_words": "Early sign" if row["kind"] == "early_warning" else "Calls for action",
    }
