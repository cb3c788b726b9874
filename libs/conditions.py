"""When a rule applies: a small closed language over named facts, kept as data and never run as code.

A condition is a mapping with one key: `all`, `any` (lists of conditions), `not` (a condition),
`eq: [fact, value]`, `in: [fact, [values]]`, `gte` and `gt: [fact, number]`, `present: fact`
(answered, and not an empty list), or `named: name` (a condition the pack defines once).

An answer nobody gave is *not known*: neither yes nor no. `not` of it is not known either, so a rule
never applies, or stops applying, because a question was skipped. Facts that nobody is asked, because
the platform knows them, count as no while they are absent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple

from contracts.taxonomy import Fact, FactType, HarmLevel
from libs.domain import Refused

Tree = Mapping[str, Any]
Facts = Mapping[str, Any]
Test = Callable[[Facts], bool | None]

DEPTH = 8
PARTS = 200
UNKNOWN = HarmLevel.UNKNOWN.value


class ConditionUnreadable(Refused):
    """A condition must be one of: all, any, not, eq, in, gte, gt, present, named."""


class FactNotKnown(Refused):
    """A condition may only name facts of the closed list."""


class AnswerNotPossible(Refused):
    """A condition may only compare a fact with an answer that the fact can have."""


class ConditionTooLarge(Refused):
    """A condition is at most 8 levels deep and has at most 200 parts."""


def check(tree: object, named: Mapping[str, Tree], depth: int = 1) -> int:
    """How many parts a condition has. Raises a Refused that says what is wrong with it, and where."""
    if depth > DEPTH:
        raise ConditionTooLarge
    if not isinstance(tree, Mapping) or len(tree) != 1:
        raise ConditionUnreadable(f"{_short(tree)} is not a condition: it needs exactly one key.")
    [(word, body)] = tree.items()
    if word in ("all", "any"):
        if not isinstance(body, list | tuple) or not body:
            raise ConditionUnreadable(f"'{word}' needs a list with at least one condition.")
        parts = 1 + sum(check(one, named, depth + 1) for one in body)
    elif word == "not":
        parts = 1 + check(body, named, depth + 1)
    elif word == "named":
        if not isinstance(body, str) or body not in named:
            raise ConditionUnreadable(f"No condition is named {_short(body)} in this pack.")
        parts = 1 + (check(named[body], {}, depth + 1))
    else:
        _check_leaf(word, body)
        parts = 1
    if parts > PARTS:
        raise ConditionTooLarge
    return parts


def _check_leaf(word: object, body: object) -> None:
    if word == "present":
        _fact(body)
        return
    if word not in ("eq", "in", "gte", "gt"):
        raise ConditionUnreadable(f"{_short(word)} is not a word of the language of conditions.")
    if not isinstance(body, list | tuple) or len(body) != 2:  # noqa: PLR2004 - a fact and a value
        raise ConditionUnreadable(f"'{word}' needs a fact and a value.")
    fact, value = _fact(body[0]), body[1]
    if word in ("gte", "gt"):
        fits = fact.shape is FactType.NUMBER and fact.accepts(value)
    elif word == "in":
        fits = isinstance(value, list | tuple) and bool(value) and all(_fits(fact, v) for v in value)
    else:
        fits = _fits(fact, value)
    if not fits:
        raise AnswerNotPossible(f"'{fact}' cannot be compared with {_short(value)} by '{word}'.")


def _fact(name: object) -> Fact:
    try:
        return Fact(str(name))
    except ValueError:
        raise FactNotKnown(f"{_short(name)} is not a fact of the closed list.") from None


def _fits(fact: Fact, value: object) -> bool:
    return fact.accepts([value] if fact.shape is FactType.CHOICES else value)


class Condition(NamedTuple):
    """A condition made ready: `holds` says True, False, or None where an answer is missing.

    `reasons` names, as sentences, the facts that made it hold; it is asked only where it does.
    """

    holds: Test
    reasons: Callable[[Facts], list[str]]


def compiled(tree: Tree, named: Mapping[str, Tree]) -> Condition:
    """A checked condition as functions of facts, so that reading it costs nothing at each use."""
    [(word, body)] = tree.items()
    if word in ("all", "any"):
        return _several([compiled(one, named) for one in body], decisive=word == "any")
    if word == "not":
        return _negated(compiled(body, named), sorted(facts_of(body, named)))
    if word == "named":
        return compiled(named[body], {})
    return _leaf(word, body)


def _several(parts: Sequence[Condition], *, decisive: bool) -> Condition:
    tests = tuple(part.holds for part in parts)

    def holds(facts: Facts) -> bool | None:
        outcome: bool | None = not decisive
        for test in tests:
            found = test(facts)
            if found is decisive:
                return decisive
            if found is None:
                outcome = None
        return outcome

    def reasons(facts: Facts) -> list[str]:
        found = [part.reasons(facts) for part in parts if part.holds(facts)]
        return list(dict.fromkeys(chain.from_iterable(found)))

    return Condition(holds, reasons)


def _negated(inner: Condition, asked: Sequence[Fact]) -> Condition:
    def holds(facts: Facts) -> bool | None:
        found = inner.holds(facts)
        return None if found is None else not found

    def reasons(facts: Facts) -> list[str]:
        return [sentence(fact, facts[fact]) for fact in asked if is_answer(facts.get(fact))]

    return Condition(holds, reasons)


def _leaf(word: str, body: Any) -> Condition:
    fact = Fact(body if word == "present" else body[0])
    name, compare = fact.value, _comparison(word, body)
    wanted = _wanted(body) if word in ("eq", "in") and fact.shape is FactType.CHOICES else None
    missing = None if fact.question else False

    def holds(facts: Facts) -> bool | None:
        answer = facts.get(name)
        return missing if answer is None or answer == UNKNOWN else compare(answer)

    def reasons(facts: Facts) -> list[str]:
        answer = facts[name]
        return [sentence(fact, [a for a in _items(answer) if a in wanted] if wanted else answer)]

    return Condition(holds, reasons)


def is_answer(answer: object) -> bool:
    """Whether a question was answered at all; "not known yet" is no answer."""
    return answer is not None and answer != UNKNOWN


def _wanted(body: Any) -> frozenset[Any]:
    return frozenset(body[1] if isinstance(body[1], list | tuple) else [body[1]])


def _comparison(word: str, body: Any) -> Callable[[Any], bool]:
    fact = Fact(body if word == "present" else body[0])
    if word == "present":
        return lambda answer: fact.accepts(answer) and answer not in ([], ())
    value = body[1]
    if word == "gt":
        return lambda answer: fact.accepts(answer) and answer > value
    if word == "gte":
        return lambda answer: fact.accepts(answer) and answer >= value
    wanted = _wanted(body)
    if fact.shape is FactType.CHOICES:
        return lambda answer: any(isinstance(a, str) and a in wanted for a in _items(answer))
    if fact.shape is FactType.CHOICE:
        return lambda answer: isinstance(answer, str) and answer in wanted
    return lambda answer: fact.accepts(answer) and answer in wanted


def _items(answer: object) -> Sequence[object]:
    return answer if isinstance(answer, list | tuple) else ()


def facts_of(tree: Tree, named: Mapping[str, Tree]) -> set[Fact]:
    """Every fact a condition asks about."""
    [(word, body)] = tree.items()
    if word == "named":
        return facts_of(named[body], {})
    if word == "not":
        return facts_of(body, named)
    if word in ("all", "any"):
        return {fact for one in body for fact in facts_of(one, named)}
    return {Fact(body if word == "present" else body[0])}


def sentence(fact: Fact, answer: object) -> str:
    """One answered fact as a sentence for a reader: "The police were involved." """
    if fact.shape is FactType.YES_NO:
        return f"{fact.label}." if answer else f"{fact.label}: no."
    if fact.options is None:
        return f"{fact.label}: {answer}."
    codes = answer if isinstance(answer, list | tuple) else [answer]
    return f"{fact.label}: {', '.join(_label(fact, str(code)) for code in codes)}."


@lru_cache(maxsize=4096)
def _label(fact: Fact, code: str) -> str:
    return dict(fact.options.choices()).get(code, code) if fact.options else code


def _short(thing: object) -> str:
    return f"'{str(thing)[:60]}'"
