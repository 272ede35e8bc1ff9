"""mailflow procedure timetable: every deadline, if each step happens at its last moment.

In: a procedure file, and the local date and time at which a case comes in.
Out: the paper's own way with all deadlines and their working, then each branch; or the same as JSON.
Fails: exit 78 for a broken file or calendar; exit 2 for a time that is none.
Limits: the engine and the calendar are the real ones; people do what the file's order says first (docs/trying.md).
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import click

from mailflow.cli.procedure.calendar_option import calendar_option, counted_by
from mailflow.cli.procedure.reading_file import file_argument, told
from mailflow.errors import MailflowError
from mailflow.study import timetable_text
from mailflow.study.timetable import timetable


@click.command("timetable")
@file_argument
@click.option(
    "--from",
    "start",
    required=True,
    type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d"]),
    help="When it comes in, local time of the calendar, such as 2026-12-23T10:00.",
)
@calendar_option
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
@click.pass_context
def command(ctx: click.Context, file: Path, start: datetime, calendar: str | None, as_json: bool) -> None:
    """Print every deadline with its working, if each step happens at its last moment.

    FILE is a procedure file, such as config/procedures/council-concerns.toml.
    """
    procedure = told(ctx, file, None, "Nothing can be counted.").procedure
    days = counted_by(ctx, file, calendar)
    if not days.covers(start.date()):
        known = f"{days.first_year} to {days.last_year}"
        raise click.UsageError(f"The calendar {days.name} knows the holidays of {known} only.")
    try:
        found = timetable(procedure, days, days.instant(start.date(), start.time()))
    except (RuntimeError, ValueError) as error:
        raise MailflowError(
            f"{file}: the procedure cannot be played: {error}. Try mailflow procedure check."
        ) from error
    if as_json:
        click.echo(json.dumps(timetable_text.as_json(found), indent=2, ensure_ascii=False))
        return
    for line in timetable_text.lines(found, procedure.title, procedure.case_word):
        click.echo(line)
