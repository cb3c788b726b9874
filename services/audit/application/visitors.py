"""Who may ask audit anything, and that they did."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, HTTPException

from contracts.taxonomy import Role
from libs.domain import Refused
from libs.web.posts import SignedIn
from libs.web.signed_in import signed_in

WIDE = ("provider:", "region:", "group:")


class NotYoursToAudit(Refused):
    """The ledger is for auditors and for those who answer for a provider. Sign in with such a post."""


def require_auditor(role: str, scope: str) -> None:
    """Raises NotYoursToAudit for a post that neither audits nor reaches over several sites."""
    if role != Role.AUDITOR and not scope.startswith(WIDE):
        raise NotYoursToAudit


async def auditor(me: Annotated[SignedIn, Depends(signed_in)]) -> SignedIn:
    """Whoever may read the record; anyone else is told that their post may not (403)."""
    try:
        require_auditor(me.role, me.scope)
    except NotYoursToAudit as refusal:
        raise HTTPException(403, str(refusal)) from None
    return me


Me = Annotated[SignedIn, Depends(auditor)]
