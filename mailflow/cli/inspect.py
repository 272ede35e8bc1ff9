"""mailflow inspect: how mails are read and why, for people who ask why a mail did not match.

In: files: one mail each, an mbox, a Maildir, a folder of .eml files, or "-" for one mail on the standard input.
Out: for each mail, in order, what was read from it: in words, or as one JSON object on a line.
Fails: exit 1 if a file is not there or cannot be opened, the others are read; 78 for settings that cannot be used;
130 if interrupted.
Limits: opens no store, so it knows no case; without settings it judges no sender; it shows the words of mails.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailflow.cli.mail_files import Piece, mails, why_not

if TYPE_CHECKING:
    from mailflow.mail.inspection import Inspection, Surroundings

    Offices = tuple[Surroundings, ...]

INTERRUPTED = 130
A_MINUTE = 60
# JSON may hold these as they are, but some readers of lines end a line at them (U+0085, U+2028, U+2029), and a terminal
# takes U+009B for the start of a command or turns its reading direction.
_ESCAPED = {
    code: f"\\u{code:04x}"
    for code in (*range(0x7F, 0xA0), 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
}


@click.command("inspect")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line for each mail.")
@click.option(
    "--config", type=click.Path(path_type=Path, dir_okay=False), help="The settings (mailflow.toml), to judge by these."
)
@click.option(
    "--jobs", default=2, show_default=True, type=click.IntRange(1, 64), help="Processes, where mails are many."
)
@click.pass_context
def command(ctx: click.Context, files: tuple[str, ...], as_json: bool, config: Path | None, jobs: int) -> None:
    """Say how a mail is read and why: what kind it is, whose, which of its text is new.

    FILE is a mail (.eml), an mbox, a Maildir, a folder of .eml files, or - for one mail on the standard input. No
    configuration is needed; with one, senders are judged and words read as the daemon does it. The words of the mail
    are shown. Exit status 1 if a file cannot be opened.
    """
    from mailflow.cli.side_by_side import in_order
    from mailflow.cli.surroundings import configured, shipped

    offices = configured(config) if config else shipped()
    unopened = False
    out = sys.stdout.buffer
    try:
        for answer, failed in _shown(in_order(mails(files), partial(_answer, offices, as_json), jobs)):
            out.write(answer)
            unopened |= failed
        out.flush()
    except KeyboardInterrupt:
        ctx.exit(INTERRUPTED)
    ctx.exit(int(unopened))


def _answer(offices: Offices, as_json: bool, piece: Piece) -> tuple[bytes, bool]:
    """What is written about one mail, and whether its file could not be opened."""
    if as_json:
        record, unopened = record_of(piece, offices)
        text = json.dumps(record, ensure_ascii=False).translate(_ESCAPED)
    else:
        from mailflow.cli.inspect_words import told

        began = time.perf_counter()
        seen, unopened = inspected(piece, offices)
        text = "\n".join(told(piece.name, seen, _since(began))) + "\n"
    # JSON is UTF-8, whatever the terminal speaks; what no UTF-8 can say is escaped.
    return text.encode("utf-8", "backslashreplace") + b"\n", unopened


def record_of(piece: Piece, offices: Offices) -> tuple[dict[str, object], bool]:
    """What was read from one mail as plain values, and whether its file could not be opened."""
    from mailflow.mail.inspection import as_record

    began = time.perf_counter()
    seen, unopened = inspected(piece, offices)
    return {"file": piece.name, **as_record(seen), "ms": _since(began)}, unopened


def inspected(piece: Piece, offices: Offices) -> tuple[Inspection, bool]:
    """One mail as it was read, and whether its file could not be opened."""
    from mailflow.mail.inspection import inspect, unreadable

    if piece.why_not:
        return unreadable(piece.why_not), True
    try:
        octets = piece.read()
    except OSError as error:
        return unreadable(why_not(error)), True
    return inspect(octets, offices), False


def _since(began: float) -> float:
    """Milliseconds."""
    return round((time.perf_counter() - began) * 1000, 1)


def _shown(answers: Iterable[tuple[bytes, bool]]) -> Iterator[tuple[bytes, bool]]:
    """The answers, with a bar on a terminal that does not show them, otherwise a line a minute, on standard error."""
    if sys.stderr.isatty() and not sys.stdout.isatty():
        with click.progressbar(answers, label="Reading", show_pos=True, file=sys.stderr) as bar:
            yield from bar
        return
    last = time.monotonic()
    for n, answer in enumerate(answers, 1):
        if time.monotonic() - last >= A_MINUTE:
            click.echo(f"{n} mails read", err=True)
            last = time.monotonic()
        yield answer
