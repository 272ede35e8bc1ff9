"""mailflow rebuild: views, agenda and states of mails made again from log and octets, and compared with what is stored.

In: the settings; --write to store what follows where it differs.
Out: a sentence for each difference on standard output, and how many cases and mails there were.
Fails: exit 1 if something differs and nothing is written; 75 if --write meets a daemon; 130 if interrupted.
Limits: compares by default and then changes nothing; the daemon may run beside. With --write it must be stopped.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import click

from mailflow import wiring
from mailflow.cli.opened import as_text, config_option, json_option, show_unserved
from mailflow.cli.progress import INTERRUPTED, shown
from mailflow.cli.saying import EX_TEMPFAIL, sentence
from mailflow.flow import rebuilding
from mailflow.flow.ports import House
from mailflow.flow.rebuilding import Difference
from mailflow.store import Store, Unit
from mailflow.store.tables import InUse

Found = list[Difference] | None


@click.command("rebuild")
@click.option("--write", is_flag=True, help="Store what follows where it differs; stop the daemon first.")
@config_option
@json_option
@click.pass_context
def command(ctx: click.Context, write: bool, config: Path | None, as_json: bool) -> None:
    """Make views, agenda and states of mails again from log and octets, and name what differs."""
    found = wiring.install(wiring.config_path(config))
    show_unserved(found)
    differences: list[Difference] = []
    older, interrupted = 0, False
    with ExitStack() as stack:
        if write:
            try:
                for lock in wiring.only_one(found.settings):
                    stack.enter_context(lock)
            except wiring.AlreadyRuns as fault:
                click.echo(sentence(fault), err=True)
                sys.exit(EX_TEMPFAIL)
        store = wiring.open_store(found.settings)
        stack.callback(store.close)
        if write:
            _alone(store)
        house = wiring.open_house(found, store, keep=False)
        with store.read() as unit:
            refs, mails = rebuilding.cases(house, unit), unit.inbox.identities()
        try:
            for one in shown(_each(house, refs, mails, write), len(refs) + len(mails), "Rebuilding", "rebuilt"):
                older += one is None
                differences += one or []
                for difference in (one or []) if not as_json else ():
                    click.echo(str(difference))
        except KeyboardInterrupt:
            interrupted = True
    about = {"cases": len(refs), "mails": len(mails), "mails_not_derived": older, "interrupted": interrupted}
    if as_json:
        rows = [{"of": d.of, "what": d.what} for d in differences]
        click.echo(as_text({**about, "written": write, "differences": rows}))
    else:
        _say(about, len(differences), write)
    ctx.exit(INTERRUPTED if interrupted else 1 if differences and not write else 0)


def _alone(store: Store) -> None:
    """End with 75 while a daemon works on PostgreSQL, where no lock file tells of it."""
    try:
        with store.read() as unit:
            unit.tables.must_be_unused()
    except InUse as fault:
        click.echo(sentence(fault), err=True)
        sys.exit(EX_TEMPFAIL)


def _each(house: House, refs: list[str], mails: list[str], write: bool) -> Iterator[Found]:
    """One case or mail after the other, each in a transaction of its own, so that nobody waits for long."""
    begin: Callable[[], AbstractContextManager[Unit]] = house.store.unit if write else house.store.read
    for ref in refs:
        with begin() as unit:
            yield rebuilding.rebuild_case(house, unit, ref, write=write)
    for identity in mails:
        with begin() as unit:
            yield rebuilding.rebuild_mail(house, unit, identity, write=write)


def _say(about: dict[str, object], differences: int, write: bool) -> None:
    done = f"{about['cases']} cases and {about['mails']} mails"
    if about["interrupted"]:
        done = f"Stopped before all {done} were rebuilt"
    how = f"{differences} differ" if differences else "nothing differs"
    if write and differences:
        how = f"{differences} differed and are now as the log says"
    click.echo(f"{done}: {how}.")
    if about["mails_not_derived"]:
        click.echo(f"{about['mails_not_derived']} mails were settled before their outcomes were logged: not compared.")
