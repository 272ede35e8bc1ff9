"""mailflow quarantine: mails that could not be read or sorted, and another try.

In: the settings; the identity of a mail or its beginning.
Out: the quarantined mails with what went wrong; or one of them waiting to be sorted again.
Fails: exit 1 for an identity that is not there or means several.
Limits: the octets are kept as they came; nothing here changes them.
"""

from __future__ import annotations

from pathlib import Path

import click

from mailflow import wiring
from mailflow.cli.opened import as_text, columns, config_option, json_option, opened
from mailflow.errors import MailflowError
from mailflow.flow import settling
from mailflow.store import Unit
from mailflow.store.inbox import Kept

QUARANTINED = "quarantined"
SHORT = 16


@click.group("quarantine", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Show mails that could not be read, and let them be tried again."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(listed)


@command.command("list")
@config_option
@json_option
def listed(config: Path | None = None, as_json: bool = False) -> None:
    """The quarantined mails, oldest first."""
    with opened(config) as house, house.store.read() as unit:
        rows = [_told(kept) for kept in unit.inbox.by_state(QUARANTINED)]
    if as_json:
        click.echo(as_text(rows))
    elif not rows:
        click.echo("Nothing is in quarantine.")
    else:
        shown = [[str(r["id"])[:SHORT], str(r["arrived_at"]), str(r["tries"]), str(r["reason"])] for r in rows]
        columns([["Id", "Arrived", "Tries", "What is wrong"], *shown])


@command.command("retry")
@click.argument("identity", metavar="ID")
@config_option
@json_option
def retry(identity: str, config: Path | None, as_json: bool) -> None:
    """Sort the mail ID again; its beginning is enough."""
    with opened(config) as house, house.store.unit() as unit:
        kept = _one(unit, identity)
        now = wiring.now_of(house)
        settling.settle(unit, kept.identity, "kept", "to be tried again, said the operator", now=now)
    if as_json:
        click.echo(as_text({"id": kept.identity, "state": "kept"}))
    else:
        click.echo(f"The mail {kept.identity[:SHORT]} will be sorted again.")


def _told(kept: Kept) -> dict[str, object]:
    return {
        "id": kept.identity,
        "mailbox": kept.mailbox,
        "folder": kept.folder,
        "arrived_at": kept.arrived_at,
        "octets": len(kept.octets),
        "tries": kept.tries,
        "reason": kept.reason,
    }


def _one(unit: Unit, typed: str) -> Kept:
    found = [kept for kept in unit.inbox.by_state(QUARANTINED) if typed and kept.identity.startswith(typed)]
    if len(found) != 1:
        what = "No mail" if not found else f"{len(found)} mails"
        raise MailflowError(f'{what} in quarantine with an id that begins with {typed!r}. See "mailflow quarantine".')
    return found[0]
