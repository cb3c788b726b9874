"""The numbers that pages show, each by the one condition that both counts it and finds the journeys behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import LiteralString

from contracts.taxonomy import ClosureState, Strength, Verdict

ACTION_OPEN: LiteralString = "state NOT IN ('verified', 'withdrawn')"
ACTION_LATE: LiteralString = "state IN ('agreed', 'started', 'blocked') AND due < %(today)s"
DUTY_OWED: LiteralString = "state = 'owed'"
DUTY_OVERDUE: LiteralString = "state = 'owed' AND due < %(now)s"
BRIEFING_OPEN: LiteralString = "reached IS NULL"
NOT_UNDERSTOOD: LiteralString = (
    "coalesce(sum(greatest(audience - (SELECT count(p.understood) FROM briefing_person p"
    " WHERE p.briefing_id = x.briefing_id), 0)), 0)"
)
LEARNED: LiteralString = "review_state = 'signed_off' AND factors > 0"
CADENCE_OUTSTANDING: LiteralString = "(missed IS NOT NULL AND (held_on IS NULL OR held_on < missed))"
ON_THE_WAY: LiteralString = "(closure > 0 OR stage NOT IN ('closed', 'weigh', 'update'))"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number: what one and many of it are called, the table it counts in, and on which condition.

    `dated` is the column that says when, for a figure that is shown for a stretch of time; `count` is what is counted
    where that is not rows.
    """

    one: str
    many: str
    table: LiteralString
    where: LiteralString
    dated: LiteralString = ""
    count: LiteralString = "count(*)"

    @property
    def is_of_journeys(self) -> bool:
        """Whether it counts journeys themselves, and not what hangs on them."""
        return self.table == "journey"

    def clause(self, *, since: bool) -> LiteralString:
        """The condition that a row is counted; `since` limits it to what came at or after that day."""
        return f"{self.where} AND {self.dated} >= %(since)s" if since and self.dated else self.where

    def behind(self, *, since: bool) -> LiteralString:
        """The journeys that hold something that is counted, as `j`, each with how many (`h.things`)."""
        return from_there(
            f"(SELECT x.journey, ({self.count})::int AS things FROM {self.table} x WHERE {self.clause(since=since)}"
            " GROUP BY x.journey) AS h"
        )


def from_there(few: LiteralString) -> LiteralString:
    """From `h`, of which there may be few, to their journeys `j` by key.

    Without OFFSET the database would rather begin at the journeys, which are many.
    """
    return f"{few} CROSS JOIN LATERAL (SELECT * FROM journey k WHERE k.journey = h.journey OFFSET 0) AS j"


def _held() -> dict[str, Figure]:
    """Journeys by closure state: those whose furthest it is, and those that hold it at least."""
    found = {"held_none": _journeys(" with no proof yet", f"closure = 0 AND {ON_THE_WAY}")}
    for place, state in enumerate(ClosureState, start=1):
        so_far = state.label.lower()
        found[f"held_{state.value}"] = _journeys(
            f" whose furthest proof is: {so_far}", f"closure = {place} AND {ON_THE_WAY}"
        )
        found[f"reached_{state.value}"] = _journeys(
            f" that came as far as: {so_far}", f"{LEARNED} AND closure >= {place}", "signed_off"
        )
    return found


def _journeys(which: str, where: LiteralString, dated: LiteralString = "") -> Figure:
    return Figure(f"journey{which}", f"journeys{which}", "journey", where, dated)


FIGURES: dict[str, Figure] = {
    "changes_open": Figure("change open", "changes open", "action", ACTION_OPEN),
    "changes_late": Figure("change late", "changes late", "action", ACTION_LATE),
    "changes_to_verify": Figure(
        "change waiting to be verified", "changes waiting to be verified", "action", "state = 'implemented'"
    ),
    "accounts_owed": Figure("account owed", "accounts owed", "duty", DUTY_OWED),
    "accounts_overdue": Figure("account overdue", "accounts overdue", "duty", DUTY_OVERDUE),
    "briefings_open": Figure(
        "briefing not yet understood by everyone", "briefings not yet understood by everyone", "briefing", BRIEFING_OPEN
    ),
    "answers_missing": Figure(
        "answer missing from a briefing", "answers missing from briefings", "briefing", BRIEFING_OPEN,
        count=NOT_UNDERSTOOD,
    ),
    "reported": _journeys(" reported", "raised IS NOT NULL", "occurred"),
    "learned": _journeys(" with something to change", LEARNED, "signed_off"),
    "new_reports": _journeys(" reported", "TRUE", "raised"),
    "new_learned": _journeys(" whose review was signed off", "review_state = 'signed_off'", "signed_off"),
    "new_changes": _journeys(" where practice changed", "practice_changed IS NOT NULL", "practice_changed"),
    "new_answers": Figure(
        "challenge answered", "challenges answered", "challenge", "answered IS NOT NULL", "answered"
    ),
    "fell_back": Figure(
        "proof that no longer holds", "proofs that no longer hold", "closure",
        "lost IS NOT NULL", "lost",
    ),
    **{
        f"strength_{each.value}": Figure(
            f"change, {each.label.lower()}", f"changes, {each.label.lower()}", "action",
            f"strength = '{each.value}' AND state <> 'withdrawn'", "agreed",
        )
        for each in Strength
    },
    **{
        f"verified_{each.value}": Figure(
            f"verified change, {each.label.lower()}", f"verified changes, {each.label.lower()}", "action",
            f"strength = '{each.value}' AND state = 'verified'", "agreed",
        )
        for each in Strength
    },
    **{
        f"verdict_{each.value}": Figure(
            f"verdict: {each.label.lower()}", f"verdicts: {each.label.lower()}", "verdict",
            f"verdict = '{each.value}'", "reached",
        )
        for each in Verdict
    },
    **_held(),
}  # fmt: skip
"""Every number that leads to a list, by the name it has in an address."""
