"""mailflow replay --diff: the kept mails read by today's rules, and what would be read differently.

In: the settings.
Out: a line for each mail that would be read differently, on standard output; how many were read.
Fails: exit 1 if any would; 2 without --diff; 130 if interrupted.
Limits: changes nothing, sends nothing, shows no word of a mail; the daemon may run beside.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click

from mailflow.cli.opened import config_option, json_option, opened
from mailflow.cli.progress import INTERRUPTED, shown
from mailflow.flow import rereading
from mailflow.flow.ports import House
from mailflow.flow.rereading import Reading

SHORT = 16


@click.command("replay")
@click.option("--diff", is_flag=True, help="Show what would be read differently.")
@config_option
@json_option
@click.pass_context
def command(ctx: click.Context, diff: bool, config: Path | None, as_json: bool) -> None:
    """Read the kept mails again and show what would be read differently today; nothing is changed.

    Worth a look after an update, before somebody asks why a new mail is read as the old ones were not.
    """
    if not diff:
        raise click.UsageError("Say --diff: mails are only compared, never sorted a second time.")
    read = different = 0
    interrupted = False
    with opened(config) as house:
        with house.store.read() as unit:
            identities = unit.inbox.identities()
        try:
            for reading in shown(_each(house, identities), len(identities), "Reading", "mails read"):
                read += reading is not None
                if reading and reading.changes:
                    different += 1
                    click.echo(json.dumps(_told(reading)) if as_json else _line(reading))
        except KeyboardInterrupt:
            interrupted = True
    stopped = ", then stopped" if interrupted else ""
    passed = len(identities) - read
    why = f" {passed} were never sorted, or erased." if passed and not interrupted else ""
    words = f"{different} would be read differently" if different else "nothing would be read differently"
    click.echo(f"{read} mails read again{stopped}: {words}.{why}", err=as_json)
    ctx.exit(INTERRUPTED if interrupted else 1 if different else 0)


def _each(house: House, identities: list[str]) -> Iterator[Reading | None]:
    for identity in identities:
        with house.store.read() as unit:
            yield rereading.read_again(house, unit, identity)


def _told(reading: Reading) -> dict[str, object]:
    mail = reading.mail
    changes = {change.what: {"then": change.then, "now": change.now} for change in reading.changes}
    about = {"id": mail.identity, "mailbox": mail.mailbox, "arrived_at": mail.arrived_at.isoformat()}
    return {**about, "state": mail.state, "case": mail.case, "changes": changes}


def _line(reading: Reading) -> str:
    mail = reading.mail
    changes = "; ".join(f"{change.what}: {change.then} -> {change.now}" for change in reading.changes)
    return f"{mail.identity[:SHORT]}  {mail.arrived_at:%Y-%m-%d}  {mail.case or '-'}  {changes}"
