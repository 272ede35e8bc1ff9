"""mailflow verify: whether everything on record is there and as it was written; whether a mail's head is on record.

In: the settings; perhaps the head that a manager's mail names, or the mail itself.
Out: a sentence for each fault with its case and line, on standard output; or that there is none.
Fails: exit 1 if there is a fault; 2 if the words given hold no head; 130 if interrupted.
Limits: changes nothing; the daemon may run beside. What is newer than the newest mailed head has no witness outside.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import click

from mailflow.cli.opened import as_text, config_option, json_option, opened
from mailflow.cli.progress import INTERRUPTED, shown
from mailflow.flow import verifying
from mailflow.flow.ports import House
from mailflow.mail.parse import parse
from mailflow.store import Unit
from mailflow.store.chain import Head, read_head
from mailflow.store.evidence import Flaw


@click.command("verify")
@click.option("--head", "words", metavar="WORDS", help='The line of a weekly summary: "Record up to entry ...".')
@click.option(
    "--mail", type=click.File("rb"), help="The weekly summary itself, saved as a file (- reads it from input)."
)
@config_option
@json_option
@click.pass_context
def command(ctx: click.Context, words: str | None, mail: BinaryIO | None, config: Path | None, as_json: bool) -> None:
    """Prove that nothing on record was changed, removed or cut off.

    With --head or --mail say also whether the record still holds what a weekly summary said of it.
    """
    head = _head(words, mail)
    found: list[Flaw] = []
    interrupted, told = False, None
    with opened(config) as house, house.store.read() as unit:
        count, newest = unit.chain.count(), unit.chain.head()
        told = verifying.witness(unit, head) if head else None
        if told and not as_json:
            click.echo(told.words)
        try:
            for flaws in _steps(house, unit):
                found += flaws
                for flaw in flaws if not as_json else ():
                    click.echo(str(flaw))
        except KeyboardInterrupt:
            interrupted = True
    good = not found and (told is None or told.good)
    if as_json:
        flaws = [{"case": f.case, "line": f.line, "what": f.what} for f in found]
        about = {"good": good, "interrupted": interrupted, "entries": count, "head": str(newest), "faults": flaws}
        click.echo(as_text(about | ({"mail": {"good": told.good, "words": told.words}} if told else {})))
    elif interrupted:
        click.echo(f"Stopped before everything was proved; {_faults(found)} until then.", err=True)
    elif found:
        click.echo(f"{_faults(found)}.", err=True)
    else:
        click.echo(f"The record is whole up to {newest}." if count else "The record is empty.")
    ctx.exit(1 if not good else INTERRUPTED if interrupted else 0)


def _steps(house: House, unit: Unit) -> Iterator[list[Flaw]]:
    total = verifying.steps(unit)
    return shown(verifying.prove(unit, house.offices.values()), total, "Proving", "steps proved")


def _head(words: str | None, mail: BinaryIO | None) -> Head | None:
    if words is not None and mail is not None:
        raise click.UsageError("--head and --mail say the same: give one of them.")
    if mail is not None:
        words = parse(mail.read()).text
    if words is None:
        return None
    head = read_head(words)
    if head is None:
        raise click.UsageError('There is no head in it. It reads like "Record up to entry 18,204: 7f3a 91c2 ...".')
    return head


def _faults(found: list[Flaw]) -> str:
    return "no fault" if not found else f"{len(found)} {'fault' if len(found) == 1 else 'faults'}"
