"""mailflow store copy: an installation moves to another database, and every row is compared before it counts.

In: the database that is and the one that shall be, each by its address or by the settings that name it.
Out: the same rows in the new database; how many of what, and what to do next.
Fails: exit 1 with a sentence (the target is not empty, a row differs), 75 while a daemon runs; 130 if interrupted.
  Whatever stops it, the target then holds nothing, and the copy is begun anew.
Limits: the old database is left as it is; a daemon of another host on SQLite cannot be seen from here.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path

import click

from mailflow import wiring
from mailflow.cli.opened import as_text, columns, config_option, json_option
from mailflow.cli.progress import INTERRUPTED, Progress
from mailflow.cli.saying import EX_TEMPFAIL, sentence
from mailflow.errors import MailflowError
from mailflow.store import address, moving
from mailflow.store.tables import InUse

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("copy")
@click.option("--from", "source_url", metavar="URL", help="The database that is, such as sqlite:////path/mailflow.db.")
@click.option(
    "--to", "target_url", metavar="URL", help="The new, empty one, such as postgresql+psycopg://user@host/name."
)
@click.option("--from-config", "source_file", type=_FILE, help="Take the first from the [store] of these settings.")
@click.option("--to-config", "target_file", type=_FILE, help="Take the second from the [store] of these settings.")
@config_option
@json_option
def command(
    source_url: str | None,
    target_url: str | None,
    source_file: Path | None,
    target_file: Path | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """Copy a whole installation into another, empty database. The daemon must be stopped.

    Without --from and --from-config the database of the settings (--config) is copied. A password does not belong on
    the command line: it is taken from the password_file of the settings, or from PGPASSFILE (~/.pgpass).
    """
    source = _meant("from", source_url, source_file) or _url_of(wiring.config_path(config))
    target = _meant("to", target_url, target_file)
    if target is None:
        raise click.UsageError("Say where to: --to URL or --to-config FILE.")
    wiring.must_exist(source)
    if address.shown(source) == address.shown(target):
        raise MailflowError("The source and the target are the same database.")
    with ExitStack() as stack:
        try:
            for url in (source, target):
                for lock in wiring.alone(url):
                    stack.enter_context(lock)
            moved = _copy(stack, source, target)
        except (wiring.AlreadyRuns, InUse) as fault:
            click.echo(sentence(fault), err=True)
            sys.exit(EX_TEMPFAIL)
        except KeyboardInterrupt:
            click.echo("Stopped. The target holds nothing; run the same command again to begin anew.", err=True)
            sys.exit(INTERRUPTED)
    if as_json:
        click.echo(as_text({"from": address.shown(source), "to": address.shown(target), **vars(moved)}))
    else:
        _say(target, moved)


def _copy(stack: ExitStack, source: str, target: str) -> moving.Moved:
    old, new = wiring.store_at(source), wiring.store_at(target)
    for store in (old, new):
        stack.callback(store.close)
        store.migrate()
    with Progress("Copying and comparing") as shown:
        return moving.move(old, new, shown)


def _meant(which: str, url: str | None, file: Path | None) -> str | None:
    if url and file:
        raise click.UsageError(f"--{which} and --{which}-config say the same: give one of them.")
    if url is None:
        return _url_of(file) if file else None
    try:
        secret = address.has_password(url)
    except ValueError:
        raise click.UsageError(
            f"What --{which} says is no address: write sqlite:////path or postgresql+psycopg://user@host/name."
        ) from None
    if secret:
        raise click.UsageError(
            f"A password on the command line can be seen by every user of this machine. Leave it out of --{which}: put "
            f"it in the file that PGPASSFILE names, or use --{which}-config with settings that have a password_file."
        )
    return url


def _url_of(file: Path) -> str:
    return wiring.store_url(file)


def _say(target: str, moved: moving.Moved) -> None:
    rows = [[name, f"{count:,}"] for name, count in moved.rows.items() if count]
    columns([["table", "rows"], *rows])
    click.echo(
        f"\nCopied and compared row by row: {sum(moved.rows.values()):,} rows; {moved.cases:,} cases and streams with "
        f"{moved.lines:,} lines of the log."
    )
    if moved.head:
        click.echo(f"The record is whole in both up to {moved.head}.")
    click.echo(
        f"""
What to do next:
  1. In mailflow.toml write [store] url = "{address.shown(target).replace(":***", "")}" (and its password_file).
  2. mailflow check, then mailflow verify: both now ask the new database.
  3. Put the old database away, so that no daemon is ever started on it again: it would send every letter a second
     time. It was left as it was; keep it until you have a backup of the new one.
  4. Start the daemon."""
    )
