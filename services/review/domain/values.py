"""The parts of a review: answers, factors, and who leads and who may sign off which form of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from contracts.taxonomy import ResponseKind, Role, SeipsElement

LEADS = {
    ResponseKind.REFLECTION_WHOLE_TEAM: Role.REGISTERED_MANAGER,
    ResponseKind.REFLECTION_SMALL_GROUPS: Role.DEPUTY_MANAGER,
    ResponseKind.REFLECTION_ONE_TO_ONE: Role.TEAM_LEADER,
    ResponseKind.AFTER_ACTION_REVIEW: Role.REGISTERED_MANAGER,
    ResponseKind.SWARM: Role.TEAM_LEADER,
    ResponseKind.MULTIDISCIPLINARY: Role.SAFEGUARDING_LEAD,
    ResponseKind.THEMATIC: Role.PROVIDER_QUALITY_LEAD,
}
"""Who leads each form: whoever is near enough to act on it and wide enough to see what it touches."""

SIGNERS = (
    Role.DEPUTY_MANAGER,
    Role.SERVICE_MANAGER,
    Role.REGISTERED_MANAGER,
    Role.REGISTERED_PERSON,
    Role.SAFEGUARDING_LEAD,
    Role.PROVIDER_QUALITY_LEAD,
    Role.PROVIDER_REPRESENTATIVE,
    Role.NOMINATED_INDIVIDUAL,
)
"""Who may sign off where the rules do not say: those who answer for the service."""


def lead_of(response: str) -> str:
    """The role that leads a form of review; the registered manager where the form is not in the list above."""
    return next((str(role) for form, role in LEADS.items() if form == response), str(Role.REGISTERED_MANAGER))


@dataclass(frozen=True, slots=True)
class Answer:
    """What stands as the answer to a question: the how-many-eth it is, in whose words."""

    number: int
    words: str
    actor: str


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer somebody gives, having seen the answer numbered `based_on` (0: none yet).

    `own` says that they answer for themselves; otherwise it is the group's answer.
    """

    question: str
    words: str
    based_on: int = 0
    own: bool = False


@dataclass(frozen=True, slots=True)
class MovedOn:
    """Two texts for one section, neither of them lost: what stands now, and what was about to be recorded."""

    question: str
    number: int
    theirs: str
    yours: str


@dataclass(frozen=True, slots=True)
class Factor:
    """Something that contributed. `behind` is the factor that this one helps to explain: the next why."""

    category: str
    seips: str
    words: str
    behind: UUID | None = None

    def as_signed_off(self, identity: UUID) -> dict[str, str]:
        """What others are told of it: where it sits, not what was said of it."""
        return {"factor_id": str(identity), "category": self.category, "seips": self.seips}


def only_about_people(factors: Collection[Factor]) -> bool:
    """Whether there are factors and every one of them sits with people rather than the system around them."""
    return bool(factors) and all(each.seips == SeipsElement.PERSON for each in factors)
