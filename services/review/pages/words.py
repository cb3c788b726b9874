"""How a review is said to the people who hold it: its heading, who does what, and the one thing to do next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from contracts.taxonomy import FactorCategory, OpportunityKind, ResponseKind, Role, SeipsElement
from services.review.domain.values import Factor, only_about_people

SUMMARY_LENGTH = 160


@dataclass(frozen=True, slots=True)
class Next:
    """The one thing to do next: what it is, why or how, and where."""

    words: str
    hint: str
    label: str = ""
    href: str = ""


def labelled(kind: type[Any], code: str) -> str:
    """The label of a code, or the code itself where the list does not have it yet."""
    return next((each.label for each in kind if each.value == code), code)


def headed(row: dict[str, Any]) -> dict[str, Any]:
    """A review's row with its codes in words."""
    summary = row.get("summary") or ""
    return row | {
        "kind_label": labelled(OpportunityKind, row["kind"]),
        "response_label": labelled(ResponseKind, row["response"]),
        "lead_label": labelled(Role, row["lead_role"]),
        "summary": summary,
        "begins": summary if len(summary) <= SUMMARY_LENGTH else summary[:SUMMARY_LENGTH].rstrip() + "…",
        "steps_done": len(set(row["steps"]) | set(row["passed_over"])),
    }


@dataclass(frozen=True, slots=True)
class Why:
    """A factor as a page shows it, with the factors that lie behind it: the whys, from the first to the last."""

    row: dict[str, Any]
    category: str
    element: str
    behind: list[Why]


def whys(factors: list[dict[str, Any]], of: Any = None) -> list[Why]:
    """The factors as chains of whys, each under the factor it helps to explain."""
    return [
        Why(
            row,
            labelled(FactorCategory, row["category"]),
            labelled(SeipsElement, row["seips"]),
            whys(factors, row["factor_id"]),
        )
        for row in factors
        if row["behind"] == of
    ]


def by_element(factors: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The same factors by their place in the work system, every place named, so that an empty one is seen too."""
    return [(element.label, [row for row in factors if row["seips"] == element]) for element in SeipsElement]


def people_only(factors: list[dict[str, Any]]) -> bool:
    """Whether every factor named so far is about people."""
    return only_about_people([Factor(row["category"], row["seips"], "", row["behind"]) for row in factors])


def next_thing(row: dict[str, Any], shown: dict[str, Any], actor: str) -> Next:
    """What moves this review on from where it stands."""
    titles, done = shown["titles"], {*row["steps"], *row["passed_over"]}
    left = [step for step in titles if step not in done]
    if row["state"] == "set_aside":
        return Next("Nothing to do for now.", "It was weighed again and needs no review. What was written is kept.")
    if row["state"] == "signed_off":
        hint = "Each factor now leads to an action, or to a reason why not."
        return Next("This review is signed off.", hint, "Agree actions", f"/action/{row['journey']}")
    if left:
        hint = f"Step {left[0]} of {len(titles)}. A few sentences are enough; you can come back to it."
        href = f"/review/{row['journey']}/step/{left[0]}"
        return Next(f"Next: {titles[left[0]].lower()}", hint, "Answer this step", href)
    return _towards_cases(row, shown) or _towards_learning(row, shown) or _towards_sign_off(row, shown, actor)


def _towards_cases(row: dict[str, Any], shown: dict[str, Any]) -> Next | None:
    left, href = shown["cases_left"], f"/review/{row['journey']}/sample"
    if left is None:
        return Next("Next: draw the cases", "They are drawn, so that nobody picks them.", "Draw the cases", href)
    if left:
        hint = f"{left} still to read. Say of each what it shows, or why it is left out."
        return Next("Next: read the cases", hint, "Read the cases", href)
    return None


def _towards_learning(row: dict[str, Any], shown: dict[str, Any]) -> Next | None:
    if not shown["factors"] and not row["without_factor"]:
        return Next("Next: what contributed", "Look at the system of work first.", "Name what contributed", "#factors")
    if shown["people_only"] and not row["system_answer"]:
        hint = "Every factor so far is about people. Something around them let it happen."
        return Next("Next: look behind the people", hint, "Answer one question", "#the-system")
    if not row["learning"]:
        hint = "A few sentences that can be shared."
        return Next("Next: what was learned", hint, "Say what was learned", "#what-was-learned")
    return None


def _towards_sign_off(row: dict[str, Any], shown: dict[str, Any], actor: str) -> Next:
    if any(each["state"] == "invited" for each in shown["participants"]):
        hint = "Someone who was asked has not been heard yet. Say that they took part, or why they could not."
        return Next("Next: hear everyone who was asked", hint, "See who takes part", "#participants")
    if any(not each["answered"] for each in shown["challenges"]):
        hint = "Someone is not convinced yet. Whoever did not raise it can answer it."
        return Next("Next: answer the challenge", hint, "Read the challenge", "#challenges")
    if any(not each["decision"] for each in shown["advice"]):
        hint = "Another body found or recommended something. Each needs a decision with its reason."
        return Next("Next: decide on what others recommend", hint, "Read and decide", "#from-others")
    if row["author"] == actor:
        hint = "You wrote what was learned, so somebody else reads it and signs it off. It waits in their list."
        return Next("Next: someone else signs it off", hint)
    if shown["people_only"] and not any(each["actor"] != row["author"] for each in shown["challenges"]):
        hint = "Every factor is about people. Ask, on the record, whether the system would have stopped anyone else."
        return Next("Next: challenge it", hint, "Write a challenge", "#challenges")
    hint = "If something is missing, say so first."
    return Next("Next: read it and sign it off", hint, "Go to the sign-off", "#sign-off")
