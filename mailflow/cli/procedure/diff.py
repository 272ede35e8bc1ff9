"""mailflow procedure diff: what a changed procedure changes, in words, for whom, and for which open cases.

In: two procedure files, or editions that the store has kept; perhaps the settings.
Out: the changes by who is affected; with the settings also each open case that follows the old edition; or JSON.
Fails: exit 78 with all faults of a broken file; exit 1 for an edition that the store does not have.
Limits: changes nothing; the words of letters stand in templates and are not compared.
"""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import click

from mailflow import wiring
from mailflow.cli.opened import as_text, config_option, json_option, show_unserved
from mailflow.cli.procedure import planned
from mailflow.cli.procedure.reading_file import templates_option, titled, told
from mailflow.errors import ConfigurationError, MailflowError
from mailflow.flow import editions
from mailflow.flow.adopting import Plan, plans
from mailflow.flow.ports import House
from mailflow.procedure import reading
from mailflow.procedure.telling import Telling
from mailflow.study.comparison import Change, compare, grouped

NARROWEST, WIDEST = 60, 120
NOTHING = "Both mean the same: only remarks or the layout of the file differ."


@click.command("diff")
@click.argument("old")
@click.argument("new")
@config_option
@templates_option
@json_option
@click.pass_context
def command(ctx: click.Context, old: str, new: str, config: Path | None, templates: Path | None, as_json: bool) -> None:
    """Say in words what changes from OLD to NEW, and for whom.

    OLD and NEW are procedure files, or editions that the store has kept (such as 3fa9c01b22d4; needs --config). With
    --config also every open case is named that follows OLD, and what would become of it.
    """
    with ExitStack() as stack:
        house = _house(stack, config) if config else None
        before, after = (_telling(ctx, house, which, templates) for which in (old, new))
        changes = compare(before, after)
        affected = _affected(house, before, after) if house else {}
    if as_json:
        click.echo(as_text(_values(before, after, changes, affected)))
        return
    width = max(NARROWEST, min(shutil.get_terminal_size((100, 40)).columns, WIDEST))
    for line in _lines(before, after, changes, affected if house else None, width):
        click.echo(line)


def _house(stack: ExitStack, config: Path) -> House:
    found = wiring.install(config)
    show_unserved(found)
    store = wiring.open_store(found.settings)
    stack.callback(store.close)
    return wiring.open_house(found, store, keep=False)


def _telling(ctx: click.Context, house: House | None, which: str, templates: Path | None) -> Telling:
    """The words of a file, or of an edition in the store. Raises MailflowError for neither."""
    if Path(which).is_file():
        return told(ctx, Path(which), templates, "Nothing was compared.")
    if house is None:
        raise MailflowError(f"There is no file {which}. To compare an edition that the store has kept, give --config.")
    with house.store.read() as unit:
        text = editions.text_of(unit, which)
    if text is None:
        raise MailflowError(f"There is no file {which}, and the store has kept no edition of that name.")
    procedure, faults = reading.read(text, f"edition {which}")
    if procedure is None or faults:
        raise ConfigurationError(faults)
    return titled(procedure, Path(procedure.file), templates)


def _affected(house: House, old: Telling, new: Telling) -> Mapping[str, list[Plan]]:
    """For each office that runs this procedure, its open cases that follow the old edition."""
    now = wiring.now_of(house)
    found = {}
    for office in house.offices.values():
        if office.procedure.id == new.procedure.id:
            every = plans(house, office, new.procedure, now)
            found[office.id] = [plan for plan in every if plan.edition == old.procedure.edition]
    return found


def _lines(
    old: Telling, new: Telling, changes: list[Change], affected: Mapping[str, list[Plan]] | None, width: int
) -> Iterator[str]:
    yield f"{new.procedure.title}: edition {old.procedure.edition} -> {new.procedure.edition}"
    if old.procedure.edition == new.procedure.edition:
        yield "Both are the same edition."
    elif not changes:
        yield NOTHING
    for heading, mine in grouped(changes, old, new):
        yield ""
        yield f"{heading}:"
        for change in mine:
            yield from textwrap.wrap(change.words, width, initial_indent="- ", subsequent_indent="  ")
    for office, cases in (affected or {}).items():
        yield ""
        if not cases:
            yield f"Open cases of the office {office}: none follows edition {old.procedure.edition}."
            continue
        yield f"Open cases of the office {office} that follow edition {old.procedure.edition}: {len(cases)}."
        yield "They stay on it, unless they are moved (mailflow procedure adopt --open-cases):"
        for plan in cases:
            yield ""
            yield from planned.lines(plan, new.procedure)


def _values(old: Telling, new: Telling, changes: list[Change], affected: Mapping[str, list[Plan]]) -> dict[str, object]:
    return {
        "procedure": new.procedure.id,
        "old": old.procedure.edition,
        "new": new.procedure.edition,
        "changes": planned.change_values(changes),
        "open_cases": [
            {"office": office, **planned.values(plan)} for office, cases in affected.items() for plan in cases
        ],
    }
