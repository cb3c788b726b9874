"""`candour migrate`: roles, tables and streams brought to the declared state; what differs and stays different is said."""

from __future__ import annotations

from collections.abc import Mapping

from deploy.house import ready, statements
from deploy.nats import topology, users
from deploy.postgres import roles
from libs.nkeys import signed_in


async def main(env: Mapping[str, str]) -> list[str]:
    """Safe to repeat. Returns the differences of streams that it could not mend, in sentences."""
    await ready(env["CANDOUR_PG_ADMIN"], patience=120)
    passwords = {name: env[f"CANDOUR_PASSWORD_{name.upper()}"] for name in roles.names()}
    roles.ensure(env["CANDOUR_PG_ADMIN"], passwords, ddl=statements())
    operator = await signed_in(env["CANDOUR_NATS_URL"], users.OPERATOR, env["CANDOUR_NATS_OPERATOR"])
    try:
        return await topology.apply(operator)
    finally:
        await operator.close()
