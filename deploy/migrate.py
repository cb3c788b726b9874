"""`candour migrate`: roles, tables and streams brought to the declared state; what differs and stays different is said."""

from __future__ import annotations

from collections.abc import Mapping

import nats

from deploy.house import ready, statements
from deploy.nats import topology, users
from deploy.postgres import roles


async def main(env: Mapping[str, str]) -> list[str]:
    """Safe to repeat. Returns the differences of streams that it could not mend, in sentences."""
    await ready(env["CANDOUR_PG_ADMIN"], patience=120)
    passwords = {name: env[f"CANDOUR_PASSWORD_{name.upper()}"] for name in roles.names()}
    roles.ensure(env["CANDOUR_PG_ADMIN"], passwords, ddl=statements())
    user, _, password = env["CANDOUR_NATS_OPERATOR"].partition(":")
    operator = await nats.connect(
        env["CANDOUR_NATS_URL"],
        user=user,
        password=password,
        inbox_prefix=users.inbox_prefix(user),
        max_reconnect_attempts=60,
        allow_reconnect=True,
    )
    try:
        return await topology.apply(operator)
    finally:
        await operator.close()
