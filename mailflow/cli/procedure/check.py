"""mailflow procedure check: everything that is wrong with procedure files, for whoever writes them.

In: procedure files, the folder of their letters, a calendar; no mailflow.toml.
Out: each file's findings in the order of its lines, how long silence can last in each stage, and counts; or JSON.
Fails: exit 78 (EX_CONFIG) if a file has a fault; warnings forbid nothing.
Limits: registers are not looked at (`mailflow check` does); an office's settings are the file's own.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from mailflow import places
from mailflow.cli.procedure.reading_file import letters_of, templates_option
from mailflow.cli.saying import EX_CONFIG
from mailflow.cli.trying import Trying
from mailflow.errors import ConfigurationError, Fault
from mailflow.flow.soundness import Soundness, examine
from mailflow.procedure.calendar import Calendar
from mailflow.procedure.definition import Procedure
from mailflow.procedure.reading import read
from mailflow.register import holiday_calendars

CALENDAR = "uk-eng"


@dataclass(frozen=True)
class Checked:
    """One file and what was found in it; procedure: None if it is no TOML at all."""

    file: str
    procedure: Procedure | None
    found: Soundness


@click.command("check")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path, dir_okay=False))
@templates_option
@click.option(
    "--calendar", "profile", default=CALENDAR, show_default=True, help="The calendar that silence is counted by."
)
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
@click.pass_context
def command(ctx: click.Context, files: tuple[Path, ...], templates: Path | None, profile: str, as_json: bool) -> None:
    """Name everything that is wrong with procedure files, with line and what to do.

    FILE is a procedure file, such as config/procedures/council-concerns.toml. Exit status 0 if no file has a fault
    (warnings may stand), 78 if something must be mended first. docs/check.md says what each finding means.
    """
    calendar = _calendar(profile)
    checked = [_check(file, templates, calendar) for file in files]
    faults = sum(len(one.found.faults) for one in checked)
    if as_json:
        click.echo(json.dumps({"sound": not faults, "files": [_as_json(one) for one in checked]}, indent=2))
    else:
        for one in checked:
            for line in _told(one):
                click.echo(line)
        click.echo(_counts(checked, faults))
    ctx.exit(EX_CONFIG if faults else 0)


def _calendar(profile: str) -> Calendar:
    """The calendar of this name. Raises click.UsageError."""
    try:
        return holiday_calendars.load(places.shipped("config") / "calendars", profile)
    except ConfigurationError as error:
        raise click.UsageError(" ".join(f"{fault.what} {fault.fix}" for fault in error.faults)) from error


def _check(file: Path, templates: Path | None, calendar: Calendar) -> Checked:
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        fault = Fault(str(file), 0, f"The file cannot be read: {error}.", "Name a procedure file.")
        return Checked(str(file), None, Soundness((fault,), (), {}, played=False))
    procedure, faults = read(text, str(file))
    if procedure is None:
        return Checked(str(file), None, Soundness(tuple(faults), (), {}, played=False))
    letters = letters_of(file, templates, procedure)
    with Trying(file.name) as step:
        return Checked(str(file), procedure, examine(procedure, calendar, letters, known=faults, step=step))


def _told(one: Checked) -> Iterator[str]:
    """Faults and warnings of one file in the order of its lines, two lines a finding, then the silence."""
    title = f": {one.procedure.title}" if one.procedure and one.procedure.title else ""
    yield f"{one.file}{title}"
    both = [(fault, "fault") for fault in one.found.faults] + [(w, "warning") for w in one.found.warnings]
    for fault, kind in sorted(both, key=lambda pair: (pair[0].line, pair[1])):
        place = f"line {fault.line}" if fault.line else "whole file"
        yield f"  {place}, {kind}: {fault.what}"
        if fault.fix:
            yield textwrap.indent(f"-> {fault.fix}", "      ")
    if not one.found.played:
        yield "  The procedure was not played through: mend these first, then check again."
    elif one.procedure and one.found.silence:
        yield "  With everybody silent, somebody above the owner is told within so many working days:"
        for kind, machine in one.procedure.machines.items():
            for code, state in machine.states.items():
                if (kind, code) in one.found.silence:
                    yield f"    {one.found.silence[kind, code]:>3}  {machine.title}: {state.title} ({code})"
    yield ""


def _counts(checked: list[Checked], faults: int) -> str:
    warnings = sum(len(one.found.warnings) for one in checked)
    files = f"{len(checked)} {'file' if len(checked) == 1 else 'files'}"
    words = f"{faults} {'fault' if faults == 1 else 'faults'}, {warnings} {'warning' if warnings == 1 else 'warnings'}"
    return f"{files}: {words}. {'Mend the faults first.' if faults else 'Fit to run.'}"


def _as_json(one: Checked) -> dict[str, object]:
    def findings(faults: tuple[Fault, ...]) -> list[dict[str, object]]:
        return [{"line": f.line, "what": f.what, "fix": f.fix} for f in faults]

    return {
        "file": one.file,
        "sound": not one.found.faults,
        "played": one.found.played,
        "faults": findings(one.found.faults),
        "warnings": findings(one.found.warnings),
        "silence": [
            {"machine": kind, "state": state, "working_days": days} for (kind, state), days in one.found.silence.items()
        ],
    }
