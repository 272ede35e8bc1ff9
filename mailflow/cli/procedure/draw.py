"""mailflow procedure draw: a procedure as a picture that a manager understands.

In: a procedure file, and the file to write: .svg, .png or .html.
Out: the picture, alone or as a page with the same as a table below it.
Fails: exit 78 with all faults of a broken file; exit 2 for another ending; exit 1 if the file cannot be written.
Limits: the same file gives the same picture; the day of the file is only put on it with --dated.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from mailflow.cli.procedure.reading_file import file_argument, templates_option, told
from mailflow.cli.saying import sentence
from mailflow.documents import raster
from mailflow.errors import MailflowError
from mailflow.procedure.deadlines import long_date
from mailflow.study.picture import picture
from mailflow.study.picture_page import page
from mailflow.study.picture_svg import drawn
from mailflow.study.table import table

ENDINGS = (".svg", ".png", ".html")


@click.command("draw")
@file_argument
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="What to write: a file that ends in .svg, .png or .html.",
)
@click.option("--dated", is_flag=True, help="Put the day on it on which FILE was last changed.")
@templates_option
@click.pass_context
def command(ctx: click.Context, file: Path, output: Path, dated: bool, templates: Path | None) -> None:
    """Draw a procedure as a picture: stages, who, by when, and what leads where.

    FILE is a procedure file, such as config/procedures/council-concerns.toml.
    """
    ending = output.suffix.casefold()
    if ending not in ENDINGS:
        raise click.UsageError(f"{output} should end in {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}.")
    found = table(told(ctx, file, templates, "Nothing was drawn."))
    day = long_date(datetime.fromtimestamp(file.stat().st_mtime, UTC).date()) if dated else ""
    sheet = drawn(picture(found), day)
    try:
        if ending == ".png":
            octets = raster.png(sheet.svg)
        else:
            octets = (page(sheet, found) if ending == ".html" else sheet.svg).encode("utf-8")
        output.write_bytes(octets)
    except (MailflowError, OSError) as error:
        raise click.ClickException(sentence(error)) from error
    click.echo(f"{output} shows {found.title}, edition {found.edition}.")
