"""A group of commands of which each is loaded only when it is asked for: --help itself loads nothing.

In: for each command its name, the line that --help shows, and how to get at it.
Out: a click group.
Fails: exit 2 for an unknown command, as click does.
Limits: none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import click

# The line that --help shows, and how to get at the command.
Table = Mapping[str, tuple[str, Callable[[], click.Command]]]


class Commands(click.Group):
    """Loads a command when it is called by name."""

    table: Table = {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return self.table[cmd_name][1]() if cmd_name in self.table else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (line, _) in self.table.items()])
