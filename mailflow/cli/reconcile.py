"""mailflow reconcile: mailbox, ledger, inbox, log, outbox and home copies compared, each difference in a sentence.

In: the settings, perhaps one office.
Out: what was counted, and every difference with what to do; "0 differences." is the normal answer.
Fails: exit 1 if there is a difference or a mailbox cannot be listed; 2 for an office that is not there.
Limits: only reads, by a connection of its own: the daemon may run beside.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailflow import wiring
from mailflow.cli.opened import as_text, config_option, json_option, show_unserved

if TYPE_CHECKING:
    from mailflow.flow.reconcile import Progress, Report


@click.command("reconcile")
@click.option("--office", help="One office only.")
@config_option
@json_option
def command(office: str | None, config: Path | None, as_json: bool) -> None:
    """Compare mailbox, ledger, log and outbox, and name every difference.

    Nothing is changed. Exit status 0 if nothing differs, otherwise 1.
    """
    from mailflow.flow.reconcile import reconcile, size

    found = wiring.install(wiring.config_path(config))
    show_unserved(found)
    if office and office not in found.offices:
        raise click.UsageError(f"There is no office {office!r}: {', '.join(found.offices)}.")
    store = wiring.open_store(found.settings)
    try:
        house = wiring.open_house(found, store, keep=False)
        chosen = [o for name, o in found.offices.items() if office in (None, name)]
        reports = []
        with _bar(sum(size(house, one) for one in chosen)) as progress:
            for one in chosen:
                source = wiring.source_of(found.settings.offices[one.id])
                try:
                    reports.append(reconcile(house, one, source, wiring.now_of(house), progress))
                finally:
                    source.close()
    finally:
        store.close()
    if as_json:
        click.echo(as_text({"differences": _differ(reports), "offices": [asdict(report) for report in reports]}))
    else:
        for report in reports:
            _show(report)
        click.echo(_sum(_differ(reports)))
    if _differ(reports) or any(report.away for report in reports):
        sys.exit(1)


def _differ(reports: list[Report]) -> int:
    return sum(len(report.differences) for report in reports)


def _sum(number: int) -> str:
    return "1 difference." if number == 1 else f"{number} differences."


@contextmanager
def _bar(length: int) -> Iterator[Progress]:
    """A bar on a terminal, otherwise nothing; on standard error, so that the answer can be piped."""
    if not sys.stderr.isatty():
        yield lambda _done: None
        return
    with click.progressbar(length=length, label="Comparing", file=sys.stderr) as bar:
        yield bar.update


def _show(report: Report) -> None:
    put = click.echo
    put(f"{report.office} ({report.mailbox})")
    if report.away:
        put(f"  Not compared: the mailbox. {report.away}")
    for f in report.folders:
        put(f"  {f.folder}: {f.listed} listed, {f.known} read, {f.waiting} waiting to be read; {f.gone} read and gone.")
    mails = sum(report.outcomes.values())
    states = ", ".join(f"{n} {state}" for state, n in sorted(report.outcomes.items()))
    put(f"  Ledger: {report.sightings} sightings of {mails} mails{': ' if states else ''}{states}.")
    put(f"  Log and outbox: {report.cases} cases, the office's own mails among them; {report.letters} letters.")
    for n, difference in enumerate(report.differences, 1):
        put(f"  {n}. {difference.what}")
        put(f"     {difference.do}")
