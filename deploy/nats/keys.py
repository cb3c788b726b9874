"""The folder of the wire's keys: a seed for each service and outside system, and which public keys may sign in besides.

`nats_<user>` holds a seed, readable by its owner alone. `nats_<user>.keys` holds further public keys, one to a line: of an
outside system that keeps its seed to itself, or the former key while a change is under way.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from deploy.embedded.process import write_private
from deploy.nats import users
from libs.nkeys import NKey, NotASeed, is_public

NAME = re.compile(r"[a-z]([a-z0-9-]{0,38}[a-z0-9])?")
"""An outside system's name: it stands in subjects and in names of files."""


class NotAdmitted(Exception):
    """This was not done, for the reason that is given. Nothing was changed."""


class Keys:
    """The keys in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()

    def seed_file(self, user: str) -> Path:
        """Where a user's seed is, if it is kept here."""
        return self.folder / f"nats_{user}"

    def keep(self, sources: Iterable[str]) -> None:
        """Make a seed for the operator and each service that has none, and in a new folder for these outside systems too.

        What an older release left there (a password) gives way.
        """
        new = not any(self.public(users.OPERATOR))
        for user in users.user_names(sources if new else ()):
            if not any(self.public(user)):
                write_private(self.seed_file(user), NKey.new().seed)

    def known(self) -> dict[str, list[str]]:
        """Who may sign in, each with the public keys, the newest first."""
        files = (path.name.removeprefix("nats_").removesuffix(".keys") for path in self.folder.glob("nats_*"))
        systems = sorted({name.removeprefix(users.SOURCE) for name in files if name.startswith(users.SOURCE)})
        return {user: keys for user in users.user_names(systems) if (keys := list(self.public(user)))}

    def public(self, user: str) -> Iterator[str]:
        """A user's public keys, the newest first."""
        with suppress(NotASeed):  # it keeps its seed to itself, or has none yet
            yield NKey.of(str(self.seed_file(user))).public
        path = self._further_file(user)
        yield from (line for line in (path.read_text().split() if path.exists() else ()) if is_public(line))

    def add(self, system: str, public: str | None = None) -> str:
        """Let an outside system sign in, by a seed made here or by its own public key. Returns its user's name.

        Raises NotAdmitted.
        """
        user = users.SOURCE + system
        if not NAME.fullmatch(system):
            raise NotAdmitted(f"{system!r} cannot be a system's name: take small letters, digits and hyphens.")
        if any(self.public(user)):
            raise NotAdmitted(f"{system} can sign in already. For another key: candour wire renew {user}")
        self._give(user, public, [])
        return user

    def renew(self, user: str, public: str | None = None) -> None:
        """Give a user another key; the former ones stay good until `retire`, so that nobody is stopped. Raises NotAdmitted."""
        self._give(user, public, self._keys_of(user))

    def retire(self, user: str) -> list[str]:
        """Let a user sign in by the newest key alone. Returns those that are gone. Raises NotAdmitted."""
        newest, *gone = self._keys_of(user)
        self._write_further(user, [] if self.seed_file(user).exists() else [newest])
        return gone

    def remove(self, system: str) -> None:
        """Let an outside system sign in no more. Raises NotAdmitted."""
        user = users.SOURCE + system
        self._keys_of(user)
        self.seed_file(user).unlink(missing_ok=True)
        self._write_further(user, [])

    def _keys_of(self, user: str) -> list[str]:
        known = self.known()
        if user not in known:
            raise NotAdmitted(f"Nobody signs in as {user}. Those who do: {', '.join(known)}.")
        return known[user]

    def _give(self, user: str, public: str | None, former: Sequence[str]) -> None:
        if public is None:
            write_private(self.seed_file(user), NKey.new().seed)
        elif not user.startswith(users.SOURCE):
            raise NotAdmitted("Only an outside system brings a key of its own; a service's seed is made here.")
        elif not is_public(public) or public in former:
            raise NotAdmitted(
                "That is no new public key of a NATS user: one begins with U and has 56 letters and digits."
            )
        else:
            self.seed_file(user).unlink(missing_ok=True)
        self._write_further(user, [*([public] if public else []), *former])

    def _write_further(self, user: str, keys: Sequence[str]) -> None:
        if keys:
            write_private(self._further_file(user), "".join(f"{key}\n" for key in keys))
        else:
            self._further_file(user).unlink(missing_ok=True)

    def _further_file(self, user: str) -> Path:
        return self.seed_file(user).with_name(f"nats_{user}.keys")
