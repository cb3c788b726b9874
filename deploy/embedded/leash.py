"""Run one server so that it cannot outlive the process that asked for it.

Run as a script: `leash.py SIGNAL PARENT UID:GID BINARY ARGUMENT…`. A script of its own, because prctl must
come after the change of user (which clears it) and a Python function between fork and exec is unsafe in a
program with threads.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main(signal_number: str, parent: str, owner: str, *argv: str) -> None:
    """Become `argv`, owned by `owner` and signalled when `parent` dies (Linux; elsewhere only the change of
    user)."""
    if owner:
        uid, gid = map(int, owner.split(":"))
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal_number), 0, 0, 0)
        if os.getppid() != int(parent):
            sys.exit("the program that asked for this server has already ended")
    os.umask(0o077)
    os.execv(argv[0], argv)  # noqa: S606 - becoming the server is the point; no shell is wanted


if __name__ == "__main__":
    main(*sys.argv[1:])
