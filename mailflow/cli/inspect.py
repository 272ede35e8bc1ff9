"""mailflow inspect: how mails are read and why, for people who ask why a mail did not match.

In: files: one mail each, an mbox, a Maildir, a folder of .eml files, or "-" for one mail on the standard input.
Out: for each mail what was read from it, in words or as a line of JSON.
Fails: exit 1 if a file is not there or cannot be opened, the others are read; 130 if interrupted.
Limits: needs no configuration and no store, so it judges no sender and knows no case; it shows the words of mails.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import click

from mailflow.cli.mail_files import Piece, mails, why_not

if TYPE_CHECKING:
    from mailflow.mail.inspection import Vocabulary


@click.command("inspect")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line for each mail.")
@click.pass_context
def command(ctx: click.Context, files: tuple[str, ...], as_json: bool) -> None:
    """Say how a mail is read and why: what kind it is, whose, which of its text is new.

    FILE is a mail (.eml), an mbox, a Maildir, a folder of .eml files, or - for one mail on the standard input. No
    configuration is needed. Exit status 1 if a file cannot be opened.
    """
    from mailflow.cli.vocabularies import shipped_vocabularies

    words, status = shipped_vocabularies(), 0
    for piece in mails(files):
        record, unopened = record_of(piece, words)
        status |= unopened
        click.echo(json.dumps(record, ensure_ascii=False))
    ctx.exit(int(status))


def record_of(piece: Piece, words: tuple[Vocabulary, ...]) -> tuple[dict[str, object], bool]:
    """What was read from one mail, and whether its file could not be opened."""
    from mailflow.mail import inspection

    began = time.perf_counter()
    unopened = piece.why_not
    if not unopened:
        try:
            octets = piece.read()
        except OSError as error:
            unopened = why_not(error)
    seen = inspection.unreadable(unopened) if unopened else inspection.inspect(octets, words)
    record = {"file": piece.name, **inspection.as_record(seen)}
    record["ms"] = round((time.perf_counter() - began) * 1000, 1)
    return record, bool(unopened)
