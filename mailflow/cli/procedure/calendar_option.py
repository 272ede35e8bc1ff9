"""The calendar that a command about procedures counts by: the one named, or that of the office which runs the file.

In: the name given with --calendar, or nothing; the procedure file.
Out: a calendar.
Fails: SystemExit 78 if the calendar has faults; exit 2 if none is named and no settings near the file name one.
Limits: looks for calendars/ and mailflow.toml near the file first, then among the shipped ones.
"""

from __future__ import annotations

from pathlib import Path

import click

from mailflow import installation, places
from mailflow.cli.saying import EX_CONFIG, show_faults
from mailflow.errors import ConfigurationError
from mailflow.procedure.calendar import Calendar
from mailflow.register import holiday_calendars

calendar_option = click.option(
    "--calendar", metavar="NAME", help="Working days, such as uk-sct or nz-wgn (otherwise those of the file's office)."
)


def counted_by(ctx: click.Context, file: Path, name: str | None) -> Calendar:
    """The calendar; ends the command if there is none."""
    folder = _folder(file)
    name = name or installation.calendar_of(file)
    if not name:
        known = ", ".join(holiday_calendars.names(folder))
        raise click.UsageError(f"No mailflow.toml near this file names its calendar. Say --calendar NAME: {known}.")
    try:
        return holiday_calendars.load(folder, name)
    except ConfigurationError as error:
        show_faults(error, "Nothing can be counted.")
        ctx.exit(EX_CONFIG)


def _folder(file: Path) -> Path:
    for folder in file.resolve().parents[:3]:
        if (folder / "calendars").is_dir():
            return folder / "calendars"
    return places.shipped("config") / "calendars"
