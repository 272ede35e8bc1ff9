"""mailflow procedure: see, test and change the procedures themselves.

In: the command line after `mailflow procedure`.
Out: the command that was meant.
Fails: exit 2 for an unknown command, as click does.
Limits: what a command does stands in its own file.
"""

from __future__ import annotations

import click

from mailflow.cli.choosing import Commands, Table


def _check() -> click.Command:
    from mailflow.cli.procedure.check import command

    return command


def _show() -> click.Command:
    from mailflow.cli.procedure.show import command

    return command


def _draw() -> click.Command:
    from mailflow.cli.procedure.draw import command

    return command


def _timetable() -> click.Command:
    from mailflow.cli.procedure.timetable import command

    return command


def _simulate() -> click.Command:
    from mailflow.cli.procedure.simulate import command

    return command


def _diff() -> click.Command:
    from mailflow.cli.procedure.diff import command

    return command


def _adopt() -> click.Command:
    from mailflow.cli.procedure.adopt import command

    return command


COMMANDS: Table = {
    "check": ("Name everything that is wrong with procedure files.", _check),
    "show": ("Print a procedure as a table.", _show),
    "draw": ("Draw a procedure as a picture.", _draw),
    "timetable": ("Every deadline, if each step happens on its last day.", _timetable),
    "simulate": ("Play many cases through a procedure and count how they end.", _simulate),
    "diff": ("Say in words what a changed procedure changes.", _diff),
    "adopt": ("Bring a changed procedure into force; move open cases to it.", _adopt),
}


class Procedures(Commands):
    """The commands about procedures."""

    table = COMMANDS


@click.group("procedure", cls=Procedures)
def command() -> None:
    """See, test and change the procedures themselves."""
