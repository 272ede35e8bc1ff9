"""mailflow note: a note on a case, by whoever runs the machine.

In: the settings, a reference, the note.
Out: a line in the case's log with the words sealed like all words; nothing moves by it.
Fails: exit 1 for a case that is not known, or a note without words.
Limits: it is told as the operator's; a word that counts comes from an officer, by mail.
"""

from __future__ import annotations

from pathlib import Path

import click

from mailflow import wiring
from mailflow.cli.opened import as_text, case_of, config_option, json_option, opened
from mailflow.errors import MailflowError
from mailflow.procedure.events import Actor, Commands, Said

OPERATOR = "operator"


@click.command("note")
@click.argument("ref")
@click.argument("text")
@config_option
@json_option
def command(ref: str, text: str, config: Path | None, as_json: bool) -> None:
    """Put a note on a case."""
    from mailflow.flow.advance import advance

    if not text.strip():
        raise MailflowError("The note has no words.")
    now = wiring.wall_clock()
    with opened(config) as house, house.store.unit() as unit:
        case = case_of(house, unit, ref)
        office = house.office_of(case)
        verb = next((v.name for v in office.procedure.verbs.values() if v.act == "note"), "")
        if not verb:
            raise MailflowError("This procedure knows no word for a note.")
        by = Actor(office.administrator or office.address, "Operator", frozenset())
        said = Said(verb, by, now, "", {"text": text.strip()}, line=text.strip())
        cause = f"note:{case}/{unit.log.last(case)}/{now.isoformat()}"
        advance(house, unit, case, Commands((said,)), cause=cause, now=now, actor=OPERATOR)
        last = unit.log.last(case)
    click.echo(as_text({"ref": case, "line": last}) if as_json else f"Noted on {case}.")
