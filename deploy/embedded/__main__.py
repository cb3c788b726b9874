"""`python -m deploy.embedded remove DIRECTORY`: delete an embedded run for good, wherever its parts were
placed."""

import sys
from pathlib import Path

from deploy.embedded.servers import Servers

if __name__ == "__main__":
    match sys.argv[1:]:
        case ["remove", directory] if Path(directory).is_dir():
            Servers(Path(directory)).remove()
        case ["remove", _]:
            pass
        case _:
            sys.exit(__doc__)
