"""What the operator's commands share: the house opened over its store, a reference as typed, JSON that can be read.

In: the path of the settings; what was typed.
Out: a house while the command runs; the case's reference as it is kept.
Fails: errors.ConfigurationError, errors.StoreUnavailable; errors.MailflowError for a case that is not known.
Limits: the daemon may run beside; SQLite lets one writer in at a time and the other waits.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import click

from mailflow import wiring
from mailflow.errors import MailflowError
from mailflow.flow.ports import House
from mailflow.mail import reference
from mailflow.store import Unit

config_option = click.option(
    "--config", type=click.Path(path_type=Path, dir_okay=False), help="The settings (mailflow.toml)."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")


@contextmanager
def opened(config: Path | None) -> Iterator[House]:
    """The house of these settings, its store closed at the end."""
    found = wiring.install(wiring.config_path(config))
    show_unserved(found)
    store = wiring.open_store(found.settings)
    try:
        yield wiring.open_house(found, store)
    finally:
        store.close()


def show_unserved(found: wiring.Installation) -> None:
    """Say loudly which offices are not served, with all that is wrong with their files."""
    for fault in found.faults:
        click.echo(str(fault), err=True)
    for name in found.faulty:
        click.echo(f"Warning: the office {name} is not served until its files are mended.", err=True)


def case_of(house: House, unit: Unit, typed: str) -> str:
    """The reference that was typed, however it was typed. Raises MailflowError when there is no such case."""
    prefixes = frozenset(office.prefix for office in house.offices.values())
    found = reference.find(typed, prefixes)
    ref = found[0].reference if found and found[0].exact else typed.strip().strip("[]").upper()
    if unit.log.last(ref) and not house.serves(ref):
        raise MailflowError(f"The office of {ref} is not served; mailflow check says why.")
    if not unit.log.last(ref):
        guess = found[0].guess if found else ""
        hint = f" Do you mean {guess}?" if guess and guess != ref else ' "mailflow list" shows all.'
        raise MailflowError(f"There is no case {ref}.{hint}")
    return ref


def readable_case_of(house: House, unit: Unit, typed: str) -> str:
    """The same, for commands that show what is on file. Raises MailflowError for a case that is restricted (Q45)."""
    ref = case_of(house, unit, typed)
    if (unit.views.get(ref) or {}).get("restricted"):
        raise MailflowError(
            f"The record {ref} is restricted. Those whom the setting restricted_readers names may ask for it by mail."
        )
    return ref


def as_text(value: object) -> str:
    """JSON for people and programs: dates and instants in ISO form."""
    return json.dumps(value, indent=2, ensure_ascii=False, default=_iso)


def _iso(value: object) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def columns(rows: list[list[str]], put: Callable[[str], None] = click.echo) -> None:
    """Rows in columns as wide as they need; the last one is never cut."""
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))] if rows else []
    for row in rows:
        put("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
