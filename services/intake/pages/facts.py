"""The few questions asked for each kind of opportunity, as fields of a form and read back as answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from contracts.taxonomy import LATER, QUESTIONS, Fact, FactType, OpportunityKind
from libs.web.forms import Form

MOST_HOURS = 9000
YES, NO = "yes", "no"
YES_OR_NO = [(YES, "Yes"), (NO, "No"), ("", "Not known yet")]


@dataclass(frozen=True, slots=True)
class Question:
    """One fact as a field. `shape` says how it is asked."""

    name: str
    words: str
    shape: str
    options: list[tuple[str, str]]


def questions(kind: str, *, later: bool = False) -> list[Question]:
    """What is asked for a kind when it is told, and what besides once it is weighed."""
    return [Question(_name(fact), fact.question, fact.shape, _options(fact)) for fact in _asked(kind, later=later)]


def answers(form: Form, kind: str, *, later: bool = False) -> dict[str, Any]:
    """The answers given, by fact code. What was left open is left out: not known is neither yes nor no."""
    given = {fact: _answer(form, fact) for fact in _asked(kind, later=later)}
    return {fact.value: answer for fact, answer in given.items() if answer is not None and answer != []}


def typed(facts: dict[str, Any]) -> dict[str, str | list[str]]:
    """Known answers as a form shows them."""
    shown: dict[str, str | list[str]] = {}
    for code, answer in facts.items():
        if isinstance(answer, bool):
            shown[f"fact-{code}"] = YES if answer else NO
        elif isinstance(answer, list):
            shown[f"fact-{code}"] = [str(one) for one in answer]
        else:
            shown[f"fact-{code}"] = str(answer)
    return shown


def _asked(kind: str, *, later: bool) -> list[Fact]:
    """That the reporter is known follows from the report itself and is not asked."""
    of = OpportunityKind(kind)
    facts = (*QUESTIONS[of], *(LATER.get(of, ()) if later else ()))
    return [fact for fact in facts if fact is not Fact.REPORTER_KNOWN]


def _name(fact: Fact) -> str:
    return f"fact-{fact.value}"


def _options(fact: Fact) -> list[tuple[str, str]]:
    if fact.shape is FactType.YES_NO:
        return YES_OR_NO
    return fact.options.choices() if fact.options else []


def _answer(form: Form, fact: Fact) -> Any:
    name = _name(fact)
    if fact.shape is FactType.YES_NO:
        return {YES: True, NO: False}.get(form.one_of(name, (YES, NO)) or "")
    if fact.shape is FactType.CHOICES:
        return form.some_of(name, fact.codes)
    if fact.shape is FactType.NUMBER:
        return form.whole_number(name, most=MOST_HOURS)
    return form.one_of(name, fact.codes)
