"""mailflow procedure adopt: bring a changed procedure into force, and move open cases to it when every one fits.

In: a procedure file; the settings; with --open-cases the store's open cases.
Out: the plan first; after a yes the file in its configured place, both editions kept, and the cases moved.
Fails: exit 78 with all faults of the file; exit 1 when a case does not fit (then nothing is done) or nobody said yes.
Limits: the daemon may run beside; stopped in the middle, the next run does the rest.
"""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import click

from mailflow import settings, wiring
from mailflow.cli.check import examined
from mailflow.cli.opened import as_text, config_option, json_option, show_unserved
from mailflow.cli.procedure import planned
from mailflow.cli.procedure.diff import NOTHING
from mailflow.cli.procedure.reading_file import file_argument, titled, told
from mailflow.durable import sync_names
from mailflow.errors import ConfigurationError, MailflowError
from mailflow.flow import editions, redating
from mailflow.flow.adopting import Plan, move, plans
from mailflow.flow.ports import House, Office
from mailflow.installation import unknown_settings
from mailflow.procedure.telling import Telling
from mailflow.study.comparison import Change, compare, grouped

NOT_DONE = "Nothing was done."


@dataclass(frozen=True)
class Wish:
    """What is to come into force, where, and what it means. cases: None if open cases are to stay."""

    file: Path
    place: Path
    text: str
    office: Office
    old: Telling
    new: Telling
    changes: list[Change]
    cases: list[Plan] | None
    staying: int

    @property
    def is_in_place(self) -> bool:
        """Whether the file is the configured one itself."""
        return self.file.resolve() == self.place.resolve()

    @property
    def stuck(self) -> list[Plan]:
        """Cases that do not fit."""
        return [plan for plan in self.cases or () if plan.obstacles]


@click.command("adopt")
@file_argument
@click.option("--office", help="The office that is meant, if several run this procedure.")
@click.option("--open-cases", is_flag=True, help="Move the open cases too; they stay on their edition otherwise.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@config_option
@json_option
@click.pass_context
def command(
    ctx: click.Context, file: Path, office: str | None, open_cases: bool, yes: bool, config: Path | None, as_json: bool
) -> None:
    """Bring the procedure in FILE into force for new cases; with --open-cases for open ones too.

    Shows the plan first. If FILE is not the file named in the settings, it is written into that place; the text that
    was there stays in the store under its edition. Open cases are moved only when every one of them fits.
    """
    new = told(ctx, file, None, NOT_DONE)
    path = wiring.config_path(config)
    found = wiring.install(path)
    show_unserved(found)
    said = found.settings
    chosen = _office(found, new, office)
    before = found.offices[chosen].procedure
    text = file.read_text("utf-8")
    faults = unknown_settings(said.file, said.offices[chosen], new.procedure)
    if faults:
        raise ConfigurationError(faults)
    # Only the office that is meant is looked at: what is wrong with another is no reason to wait.
    changed = {chosen: replace(found.offices[chosen], procedure=new.procedure)}
    found = replace(found, offices=changed, faulty={})
    examined(found)
    wiring.configure_logs(found.settings)
    store = wiring.open_store(found.settings)
    try:
        house = wiring.open_house(found, store, keep=False)
        wish = _wish(house, said, chosen, file, text, titled(before, file, None), new, open_cases)
        if not as_json:
            for line in _lines(wish):
                click.echo(line)
        if wish.stuck:
            _ended(as_json, wish, done=False)
            ctx.exit(1)
        if not yes:
            _ask()
        stayed = _do(house, found, wish)
        _ended(as_json, wish, done=True, stayed=stayed)
        if stayed:
            ctx.exit(1)
    finally:
        store.close()


def _office(found: wiring.Installation, new: Telling, wanted: str | None) -> str:
    """The office whose procedure this is. Raises click.UsageError, or ConfigurationError if it is not served."""
    said = found.settings
    if wanted in found.faulty:
        raise ConfigurationError(found.faulty[wanted].faults)
    running = [one.id for one in said.offices.values() if _id_in(one.procedure) in ("", new.procedure.id)]
    if wanted:
        if wanted not in said.offices:
            raise click.UsageError(f"There is no office {wanted!r}: {', '.join(said.offices)}.")
        if wanted not in running:
            raise click.UsageError(f"The office {wanted} runs another procedure than {new.procedure.id}.")
        return wanted
    if len(running) == 1:
        return running[0]
    if running:
        raise click.UsageError(f"Several offices run {new.procedure.id}: {', '.join(running)}. Name one with --office.")
    raise click.UsageError(f"No office runs the procedure {new.procedure.id}.")


def _id_in(file: Path) -> str:
    """The id of the procedure in a file, "" if it cannot be told."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        return str(tomllib.loads(file.read_text("utf-8"))["procedure"]["id"])
    return ""


def _wish(
    house: House,
    said: settings.Settings,
    chosen: str,
    file: Path,
    text: str,
    old: Telling,
    new: Telling,
    open_cases: bool,
) -> Wish:
    office = house.offices[chosen]
    with house.store.read() as unit:
        running = len(redating.open_cases(unit, office))
    cases = plans(house, office, new.procedure, wiring.now_of(house)) if open_cases else None
    place = said.offices[chosen].procedure
    return Wish(file, place, text, office, old, new, compare(old, new), cases, running)


def _lines(wish: Wish) -> Iterator[str]:
    """The plan."""
    old, new = wish.old.procedure, wish.new.procedure
    yield f"{new.title}, office {wish.office.id}"
    if old.edition == new.edition:
        yield f"Edition {new.edition} stands in the settings' own file already."
    else:
        yield f"Edition in the settings' file: {old.edition}; edition of {wish.file}: {new.edition}."
        yield from _counted(wish)
    if not wish.is_in_place:
        yield f"{wish.file} is written to {wish.place}; the text that is there stays in the store as {old.edition}."
    yield "New cases follow the new edition from now on."
    if wish.cases is None:
        yield f"Open cases ({wish.staying}) stay on the edition that they follow; --open-cases moves them."
        return
    if not wish.cases:
        yield "Every open case follows this edition already."
        return
    yield f"Open cases to be moved: {len(wish.cases)}."
    for plan in wish.cases:
        yield ""
        yield from planned.lines(plan, new)
    yield ""


def _counted(wish: Wish) -> Iterator[str]:
    """How many changes there are for whom."""
    if not wish.changes:
        yield NOTHING
    for heading, mine in grouped(wish.changes, wish.old, wish.new):
        yield f"  {heading}: {len(mine)} change{'' if len(mine) == 1 else 's'}"
    if wish.changes:
        yield "  (mailflow procedure diff tells them all)"


def _ask() -> None:
    """A yes at the terminal. Raises MailflowError where there is none, or when the answer is no."""
    if not sys.stdin.isatty():
        raise MailflowError(f"Nobody is there to be asked. {NOT_DONE} Say --yes if this is what you want.")
    if not click.confirm("Do this?"):
        raise MailflowError(NOT_DONE)


def _do(house: House, found: wiring.Installation, wish: Wish) -> list[Plan]:
    """Keep both editions, put the file in its place, move the cases; returns those that stayed all the same."""
    with house.store.unit() as unit:
        for edition, text in {**found.texts, wish.new.procedure.edition: wish.text}.items():
            editions.keep(unit, edition, text)
    if not wish.is_in_place:
        _put(wish.text, wish.place)
    if wish.cases is None:
        return []
    return move(house, wish.office, wish.new.procedure, wiring.now_of(house))


def _put(text: str, place: Path) -> None:
    """Write a file as one whole: a daemon that looks meanwhile sees the old text or the new one."""
    fresh = place.with_name(f".{place.name}.new")
    with open(fresh, "w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    with suppress(OSError):
        fresh.chmod(place.stat().st_mode & 0o777)
    os.replace(fresh, place)
    sync_names(place.parent)


def _ended(as_json: bool, wish: Wish, *, done: bool, stayed: list[Plan] | None = None) -> None:
    stayed = stayed or []
    moved = len(wish.cases or ()) - len(stayed) if done else 0
    if as_json:
        said = {
            "office": wish.office.id,
            "old": wish.old.procedure.edition,
            "new": wish.new.procedure.edition,
            "done": done,
            "changes": planned.change_values(wish.changes),
            "open_cases": [planned.values(plan) for plan in wish.cases or ()],
            "moved": moved,
            "stayed": [planned.values(plan) for plan in stayed],
        }
        click.echo(as_text(said))
    elif not done:
        count = len(wish.stuck)
        click.echo(f"{count} case{'' if count == 1 else 's'} cannot move, so no case is moved. {NOT_DONE}", err=True)
    else:
        cases = f" {moved} case{'' if moved == 1 else 's'} moved." if wish.cases is not None else ""
        click.echo(f"Edition {wish.new.procedure.edition} is in force for new cases.{cases}")
        for plan in stayed:
            click.echo(f"{plan.ref} moved on meanwhile and stays where it is: {' '.join(plan.obstacles)}", err=True)
