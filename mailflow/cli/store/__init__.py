"""mailflow store: what is done with the database as a whole.

In: the command line after `mailflow store`.
Out: the command that was meant.
Fails: exit 2 for an unknown command, as click does.
Limits: what a command does stands in its own file.
"""

from __future__ import annotations

import click

from mailflow.cli.choosing import Commands, Table


def _copy() -> click.Command:
    from mailflow.cli.store.copy import command

    return command


COMMANDS: Table = {
    "copy": ("Move an installation to another database, SQLite or PostgreSQL.", _copy),
}


class Front(Commands):
    """The commands about the database."""

    table = COMMANDS


@click.group("store", cls=Front)
def command() -> None:
    """Move an installation to another database."""
