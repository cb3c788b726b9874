"""`python -m deploy` is the `candour` command, where it is not installed under that name."""

from deploy.cli import app

app(prog_name="candour")
