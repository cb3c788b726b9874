"""The small part of SQL in which projections speak of single rows, read as what becomes of a row in memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from libs.statement_values import CALLS, NotFoldable, before, either, joined, pair_before

__all__ = ["Columns", "Held", "NotFoldable", "compiled"]

Held = dict[str, dict[tuple[Any, ...], list[Any]]]

TOKEN = re.compile(r"\s*(%s|'(?:[^']|'')*'|[A-Za-z_][A-Za-z_0-9]*(?:\.[A-Za-z_]+)?|\d+|<=|<|=|\|\||[(),])")
NULLS = {"null": "None", "true": "True", "false": "False"}


JOINED = {"||": "joined", "or": "either"}
PAIR = 2


@dataclass
class Columns:
    """A table's columns that can be written, its key, and what each holds where nothing was said of it."""

    table: str
    names: list[str]
    key: list[str]
    defaults: list[Any]
    grows: bool = False
    """Whether rows are only ever added, each of a key of its own; they are written and forgotten meanwhile."""


def compiled(statement: str, tables: dict[str, Columns], held: Held) -> Callable[[Sequence[Any]], None]:
    """What the statement does to the rows that are held. Raises NotFoldable."""
    return _Reading(statement, tables, held).read()


class _Reading:
    """One statement, read from left to right into the source of a function of its parameters `p` and the old row `r`."""

    def __init__(self, statement: str, tables: dict[str, Columns], held: Held) -> None:
        self.words = list(_tokens(statement))
        self.tables, self.held = tables, held
        self.at = self.parameters = 0
        self.constants: list[Any] = []
        self.fresh: dict[str, str] = {}
        self.alias = ""
        self.any_of = False
        self.pairs: dict[str, list[str]] = {}
        self.asked: dict[str, str] = {}
        """What is asked of the old row in several places, and under which name its answer is kept."""

    def read(self) -> Callable[[Sequence[Any]], None]:
        verb = self.take().lower()
        body = {"insert": self._insert, "update": self._update, "delete": self._delete}.get(verb)
        if body is None:
            raise NotFoldable(verb)
        source = "\n".join(["def apply(p):", *(f"    {line}" for line in body())])
        if self.at < len(self.words):
            raise NotFoldable(" ".join(self.words[self.at :]))
        known: dict[str, Any] = {**CALLS, "before": before, "pair_before": pair_before}
        known |= {"joined": joined, "either": either}
        known |= {"held": self.held[self.columns.table], "k": self.constants}
        exec(compile(source, "<statement>", "exec"), known)  # noqa: S102 - made of a projection's own words alone
        made: Callable[[Sequence[Any]], None] = known["apply"]
        return made

    def _insert(self) -> list[str]:
        self.expect("into")
        self._table()
        if self.peek() == "as":
            self.take()
            self.alias = self.take()
        names = self._names() if self.peek() == "(" else self.columns.names
        self.expect("values")
        defaults = zip(self.columns.names, self.columns.defaults, strict=True)
        self.fresh = {name: self._constant(value) for name, value in defaults}
        self.expect("(")
        for name, value in zip(names, list(self._listed()), strict=False):  # those that come last keep what they hold
            self.fresh[name] = value
        row = ", ".join(self.fresh[name] for name in self.columns.names)
        if self.columns.grows:
            return self._added(row)
        key = ", ".join(self.fresh[name] for name in self.columns.key)
        lines = [f"key = ({key},)", "r = held.get(key)", "if r is None:", f"    held[key] = [{row}]", "    return"]
        return lines + self._conflict()

    def _added(self, row: str) -> list[str]:
        """A row of a table that only grows: the database will say so where its key was there before."""
        if self._conflict():
            raise NotFoldable(f"{self.columns.table} changes, though it was said only to grow")
        return [f"held[len(held)] = [{row}]"]

    def _conflict(self) -> list[str]:
        for word in ("on", "conflict"):
            self.expect(word)
        if self.peek() == "(" and set(self._names()) != set(self.columns.key):
            raise NotFoldable("a conflict over something else than the key")
        self.expect("do")
        if self.peek() == "nothing":
            self.take()
            return []
        self.expect("update")
        self.expect("set")
        assigned = self._assignments()
        if self.at < len(self.words):
            self.expect("where")
            return [f"if {self._condition()}:", *(f"    {line}" for line in assigned)]
        return assigned

    def _update(self) -> list[str]:
        self._table()
        self._changes()
        self.expect("set")
        assigned = self._assignments()
        key = self._key()
        changed = ["if r is not None:", *(f"    {line}" for line in assigned)]
        if self.any_of:
            return [f"for key in {key}:", "    r = held.get((key,))", *(f"    {line}" for line in changed)]
        return [f"r = held.get(({key},))", *changed]

    def _delete(self) -> list[str]:
        self.expect("from")
        self._table()
        self._changes()
        key = self._key()
        if self.any_of:
            return [f"for key in {key}:", "    held.pop((key,), None)"]
        return [f"held.pop(({key},), None)"]

    def _key(self) -> str:
        self.expect("where")
        given: dict[str, str] = {}
        while True:
            name = self.take()
            self.expect("=")
            self.any_of = self.peek() == "any"
            given[name] = self._any() if self.any_of else self._value()
            if self.at == len(self.words):
                break
            self.expect("and")
        if set(given) != set(self.columns.key) or (self.any_of and len(given) > 1):
            raise NotFoldable("a row that is named by something else than its key")
        return ", ".join(given[name] for name in self.columns.key)

    def _any(self) -> str:
        for word in ("any", "(", "%s", ")"):
            self.expect(word)
        self.parameters += 1
        return f"p[{self.parameters - 1}]"

    def _assignments(self) -> list[str]:
        targets, values = [], []
        while True:
            targets.append(f"r[{self._index(self.take())}]")
            self.expect("=")
            values.append(self._value())
            if self.at == len(self.words) or self.peek() != ",":
                asked = [f"{answer} = {question}" for question, answer in self.asked.items()]
                return [*asked, f"{', '.join(targets)}, = {', '.join(values)},"]
            self.take()

    def _condition(self) -> str:
        one = self._value()
        if self.peek() in ("then", ""):
            return f"({one} is True)"
        sign = self.take()
        if sign == "=":
            other = self._value()
            return f"({one} is not None and {one} == {other})"
        if sign not in ("<", "<="):
            raise NotFoldable(sign)
        other = self._value()
        if sign == "<" and len(self.pairs.get(one, ())) == len(self.pairs.get(other, ())) == PAIR:
            (first, second), (third, fourth) = self.pairs[one], self.pairs[other]
            return f"pair_before({first}, {third}, {second}, {fourth})"
        return f"before({one}, {other}, same={sign == '<='})"

    def _value(self) -> str:
        value = self._single()
        while (sign := self.peek()) in JOINED:
            self.take()
            value = f"{JOINED[sign]}({value}, {self._single()})"
        return value

    def _single(self) -> str:
        word = self.take()
        if word == "%s":
            self.parameters += 1
            return f"p[{self.parameters - 1}]"
        if word == "(" or word.lower() in CALLS:
            return self._of_several(word.lower())
        if word[0] == "'":
            return self._constant(word[1:-1].replace("''", "'"))
        if word.lower() == "case":
            return self._case()
        return word if word.isdigit() else NULLS.get(word.lower()) or self._named(word)

    def _of_several(self, word: str) -> str:
        if word != "(":
            self.expect("(")
        listed = list(self._listed())
        made = f"{word if word in CALLS else ''}({', '.join(listed)})"
        if word == "(":
            self.pairs[made] = listed
        return made

    def _case(self) -> str:
        self.expect("when")
        condition = self._condition()
        self.expect("then")
        then = self._value()
        self.expect("else")
        other = self._value()
        self.expect("end")
        asked = self.asked.setdefault(condition, f"c{len(self.asked)}")
        return f"({then} if {asked} else {other})"

    def _named(self, word: str) -> str:
        of, _, name = word.rpartition(".")
        if of == "excluded" and name in self.fresh:
            return self.fresh[name]
        if of in ("", self.alias, self.columns.table):
            return f"r[{self._index(name)}]"
        raise NotFoldable(word)

    def _listed(self) -> Iterator[str]:
        yield self._value()
        while self.take() != ")":
            yield self._value()

    def _names(self) -> list[str]:
        self.expect("(")
        found = [self.take()]
        while self.take() == ",":
            found.append(self.take())
        return found

    def _table(self) -> None:
        table = self.take()
        if table not in self.tables or not self.tables[table].key:
            raise NotFoldable(table)
        self.columns = self.tables[table]

    def _changes(self) -> None:
        if self.columns.grows:
            raise NotFoldable(f"{self.columns.table} changes, though it was said only to grow")

    def _index(self, name: str) -> int:
        if name not in self.columns.names or name in self.columns.key:
            raise NotFoldable(name)
        return self.columns.names.index(name)

    def _constant(self, value: Any) -> str:
        self.constants.append(value)
        return f"k[{len(self.constants) - 1}]"

    def peek(self) -> str:
        return self.words[self.at].lower() if self.at < len(self.words) else ""

    def take(self) -> str:
        if self.at == len(self.words):
            raise NotFoldable("a statement that ends too soon")
        self.at += 1
        return self.words[self.at - 1]

    def expect(self, word: str) -> None:
        found = self.take()
        if found.lower() != word:
            raise NotFoldable(f"{found} where {word} was expected")


def _tokens(statement: str) -> Iterator[str]:
    place, text = 0, statement.rstrip()
    while place < len(text):
        found = TOKEN.match(text, place)
        if found is None:
            raise NotFoldable(text[place : place + 30])
        yield found[1]
        place = found.end()
