"""What the commands about procedures do first: read the FILE they were given, and the titles of its letters.

In: the path of a procedure file, perhaps the folder of its letters.
Out: the words of the procedure (procedure/telling.py).
Fails: SystemExit 78 after all faults of the file have been said on standard error.
Limits: reads shapes and names; whether the procedure holds together is asked of `mailflow procedure check`.
"""

from __future__ import annotations

from pathlib import Path

import click

from mailflow import installation, places
from mailflow.cli.saying import EX_CONFIG, show_faults
from mailflow.documents.letters import Letters
from mailflow.errors import ConfigurationError, Fault, MailflowError
from mailflow.procedure.definition import Procedure
from mailflow.procedure.telling import Telling

file_argument = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
templates_option = click.option(
    "--templates",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="The folder of its letters (otherwise templates/ near the file, or the shipped ones).",
)


def told(ctx: click.Context, file: Path, templates: Path | None, ending: str) -> Telling:
    """The procedure of a file with the titles of its letters; ends the command if the file has faults."""
    faults: list[Fault] = []
    procedure = installation.read_procedure(file, faults, {})
    if procedure is None:
        show_faults(ConfigurationError(faults), ending)
        ctx.exit(EX_CONFIG)
    return titled(procedure, file, templates)


def titled(procedure: Procedure, file: Path, templates: Path | None) -> Telling:
    """The words of a procedure with the titles of the letters that stand near the file, if they can be found."""
    try:
        letters = letters_of(file, templates, procedure)
    except MailflowError:
        return Telling(procedure)  # letters go by the names they have in the file
    names = {letter.template for letter in procedure.letters.values()}
    return Telling(procedure, {name: letters.title(f"{procedure.id}/{name}") for name in names})


def letters_of(file: Path, templates: Path | None, procedure: Procedure) -> Letters:
    """The letters of a procedure file, the shipped layouts and shared ones behind its own. Raises MailflowError."""
    folders = (templates or _near(file, procedure.id), places.shipped("templates"))
    return Letters(list(dict.fromkeys(folders)))


def _near(file: Path, name: str) -> Path:
    """The folder of letters beside the folder of the file, if it knows this procedure; otherwise the shipped one."""
    for folder in file.resolve().parents[:4]:
        if (folder / "templates" / name).is_dir():
            return folder / "templates"
    return places.shipped("templates")
