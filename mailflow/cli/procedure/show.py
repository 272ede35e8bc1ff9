"""mailflow procedure show: a procedure as a table that a contract officer reads.

In: a procedure file, perhaps one stage of it.
Out: for each stage who, the timescale, what may happen and what follows; or the same as JSON.
Fails: exit 78 with all faults of a broken file; exit 2 for a stage that is not there.
Limits: as wide as the terminal, 60 to 120 columns.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from pathlib import Path

import click

from mailflow.cli.procedure.reading_file import file_argument, templates_option, told
from mailflow.procedure.toml_lines import suggest
from mailflow.study import table_text
from mailflow.study.table import Table, table


@click.command("show")
@file_argument
@click.option("--stage", metavar="CODE", help="One stage in full, such as RSP.")
@templates_option
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
@click.pass_context
def command(ctx: click.Context, file: Path, stage: str | None, templates: Path | None, as_json: bool) -> None:
    """Print a procedure as a table: each stage, who, by when, what may happen, what follows.

    FILE is a procedure file, such as config/procedures/council-concerns.toml.
    """
    found = table(told(ctx, file, templates, "Nothing can be shown."))
    code = _known(found, stage) if stage else ""
    if as_json:
        shown = [s for part in found.parts if (s := part.stage(code))] if code else [found]
        click.echo(json.dumps([asdict(s) for s in shown] if code else asdict(found), indent=2, ensure_ascii=False))
        return
    width = shutil.get_terminal_size((100, 40)).columns
    for line in table_text.full(found, code, width) if code else table_text.lines(found, width):
        click.echo(line)


def _known(found: Table, stage: str) -> str:
    """The stage that was meant; raises click.UsageError."""
    known = table_text.codes(found)
    if stage in known:
        return stage
    for code in known:
        if code.casefold() == stage.casefold():
            return code
    hint = suggest(stage.upper(), known)
    raise click.UsageError(f"There is no stage {stage}. {hint} The stages are: {', '.join(known)}.")
