"""What an outside system may tell us: that something happened to someone in our care.

The limits are promises too: a message within them is never refused for its size.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

Code = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[a-z0-9_.-]+$")]


class PersonConcerned(BaseModel):
    """Whom it happened to, as the sender knows the person. Sealed before it is stored."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    reference: str = Field(min_length=1, max_length=100, description="the sender's own id of the person")
    name: str | None = Field(default=None, max_length=200)


class IncidentReported(BaseModel):
    """An incident, complaint or concern that another system recorded and passes on to be learned from.

    `incident_id` is the sender's id of the incident: sent again under the same id, it is known already.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)
    name: ClassVar[str] = "care.incident_reported.v1"

    incident_id: str = Field(min_length=1, max_length=100, description="the sender's own id of the incident")
    site: str = Field(
        min_length=1,
        max_length=100,
        description="our id of the site, or the sender's code for it",
    )
    kind: Code | None = Field(
        default=None,
        description="taxonomy.OpportunityKind, or the sender's code for it",
    )
    occurred_at: AwareDatetime = Field(description="when it happened, with an offset")
    summary: str = Field(
        min_length=1,
        max_length=4000,
        description="what happened; sealed before it is stored",
    )
    immediate_action: str | None = Field(
        default=None,
        max_length=4000,
        description="what was done at once to keep people safe; sealed",
    )
    harm_level: Code | None = Field(default=None, description="taxonomy.HarmLevel, or the sender's code for it")
    person: PersonConcerned | None = None
    reported_by: str | None = Field(default=None, max_length=200, description="the post or system that reported it")
    themes: list[Code] = Field(default_factory=list, max_length=20, description="taxonomy.Theme")
    facts: dict[Code, bool | int | float | Annotated[str, StringConstraints(max_length=500)]] = Field(
        default_factory=dict,
        max_length=50,
        description="taxonomy.Fact codes and what the sender says of each",
    )
