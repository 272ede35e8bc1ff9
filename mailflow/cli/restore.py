"""mailflow restore: a backup is put back, and the daemon then finds out what has happened since.

In: the settings; the folder of one backup.
Out: the database of the backup, with a note from when it is; files of the configuration that are missing.
Fails: exit 1 with a sentence, 75 while a daemon runs; nothing is changed then.
Limits: an existing database is only moved aside, and only with --replace; on PostgreSQL it must be empty; no secret is
  put back.
"""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import click

from mailflow import wiring
from mailflow.cli import backup_folder as kept
from mailflow.cli.opened import config_option
from mailflow.cli.progress import Progress
from mailflow.cli.saying import EX_TEMPFAIL, sentence
from mailflow.errors import ConfigurationError, Fault, MailflowError
from mailflow.flow import restored
from mailflow.loops.pretended import instant
from mailflow.store import copying, dumping
from mailflow.store.examined import record
from mailflow.store.tables import InUse

BESIDE = ("", "-wal", "-shm")  # a write-ahead log that is left behind would be read into the restored file


@click.command("restore")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@config_option
@click.option("--replace", is_flag=True, help="Move an existing database aside, under a dated name.")
@click.option("--stopped-at", metavar="T", help="When the lost daemon last ran: what was to leave later has not left.")
@click.option("--now", "now_words", metavar="T", help="Pretend that it is T, such as 2027-02-01T09:30:00Z.")
def command(folder: Path, config: Path | None, replace: bool, stopped_at: str | None, now_words: str | None) -> None:
    """Put back the backup in DIR. The daemon must not run.

    The daemon then reads the mailbox again from the instant of the backup, and sends nothing before it has seen which
    letters have left since. A pretended time needs [testing] pretend_time = true.
    """
    manifest = kept.read(folder.resolve())
    kept.check(folder.resolve(), manifest)
    settings = wiring.config_path(config).resolve()
    _configuration(folder.resolve(), manifest, settings)
    found = wiring.install(settings)
    if now_words and not found.settings.pretend_time:
        what = "Time can be pretended only in a test installation."
        fix = "Leave out --now, or set [testing] pretend_time = true."
        raise ConfigurationError([Fault(str(found.settings.file), 0, what, fix)])
    try:
        now = instant(now_words) if now_words else wiring.wall_clock()
        stopped = instant(stopped_at) if stopped_at else None
    except ValueError as fault:
        raise click.UsageError(str(fault)) from None
    with ExitStack() as stack:
        try:
            for lock in wiring.only_one(found.settings):
                stack.enter_context(lock)
            aside = put_back(found, folder.resolve(), manifest, now, stopped=stopped, replace=replace)
        except (wiring.AlreadyRuns, InUse) as fault:
            click.echo(sentence(fault), err=True)
            sys.exit(EX_TEMPFAIL)
    click.echo(f"Restored: the database of {manifest.at}.")
    if aside is not None:
        click.echo(f"The database that was there is now {aside}.")
    click.echo(
        "Start the daemon. It reads the mailbox first and sends nothing until it has seen which letters have left "
        "since the backup; letters of which it cannot tell are asked about (mailflow held list)."
    )


def put_back(
    found: wiring.Installation,
    folder: Path,
    manifest: kept.Manifest,
    now: datetime,
    *,
    stopped: datetime | None = None,
    replace: bool = False,
) -> Path | None:
    """Put the database of a checked backup in place; returns where the old one is now. Raises MailflowError."""
    if manifest.secret_print != kept.print_of(found.secret):
        raise MailflowError(
            f"{found.settings.id_file} is not the secret with which the letters of this backup were written, so the "
            "daemon could not tell which of them have left. Put the old secret back first."
        )
    database = wiring.database_file(found.settings)
    if database is None:
        if replace:
            raise MailflowError(
                "On PostgreSQL nothing is moved aside: make a new, empty database, name it in [store] url and leave "
                "out --replace."
            )
        _filled(found, folder, manifest, restored.note(datetime.fromisoformat(manifest.at), now, stopped))
        return None
    there = [Path(f"{database}{end}") for end in BESIDE if Path(f"{database}{end}").exists()]
    if database.exists() and not replace:
        raise MailflowError(f"There is a database already, {database}. With --replace it is moved aside first.")
    partial = database.with_name(f".{database.name}.restoring")
    aside = database.with_name(f"{database.name}.before-restore-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}")
    with kept.words_for(database):
        try:
            _copied(folder, manifest, partial, database)
            copying.note(partial, restored.KEY, restored.note(datetime.fromisoformat(manifest.at), now, stopped))
            with Progress("Checking the log") as shown:
                examined = copying.examine(partial, shown)
            if examined.faults:
                raise MailflowError(f"This backup is damaged, use another one: {'; '.join(examined.faults)}.")
            copying.sync(partial)
            for path in there:
                path.rename(f"{aside}{str(path).removeprefix(str(database))}")
            partial.rename(database)
            copying.sync(database.parent)
        finally:
            for end in (*BESIDE, "-journal"):
                Path(f"{partial}{end}").unlink(missing_ok=True)
    return aside if database in there else None


def _filled(found: wiring.Installation, folder: Path, manifest: kept.Manifest, note: str) -> None:
    """The dump of the backup in an empty PostgreSQL database, and its record checked."""
    said = found.settings
    _database_of(folder, manifest, kept.DUMP)
    store = wiring.store_at(said.store_url, str(said.file))
    try:
        click.echo("Filling the database ...", err=True)
        dumping.put_back(store, said.store_url, wiring.environment(), folder / kept.DUMP, restored.KEY, note)
        with Progress("Checking the log") as shown, store.read() as unit:
            examined = record(unit, shown)
    finally:
        store.close()
    if examined.faults:
        raise MailflowError(
            f"This backup is damaged: {'; '.join(examined.faults)}. Do not start the daemon; make another empty "
            "database and use another backup."
        )


def _database_of(folder: Path, manifest: kept.Manifest, wanted: str) -> kept.File:
    """The file of the database. Raises MailflowError when it is none for the database that the settings name."""
    found = {file.path: file for file in manifest.files if file.path in (kept.DATABASE, kept.DUMP)}
    if wanted in found:
        return found[wanted]
    if found:
        of, here = ("PostgreSQL", "SQLite") if wanted == kept.DATABASE else ("SQLite", "PostgreSQL")
        raise MailflowError(
            f"This backup is of {of}, but the settings name a database of {here}. Restore it with settings for {of}; "
            "then mailflow store copy moves it."
        )
    raise MailflowError(f"{folder} holds no database: use another backup.")


def _copied(folder: Path, manifest: kept.Manifest, partial: Path, database: Path) -> None:
    """The database of the backup beside its place, the octets that the manifest names."""
    file = _database_of(folder, manifest, kept.DATABASE)
    free = shutil.disk_usage(database.parent).free
    if free < file.size:
        raise MailflowError(f"The disk of {database.parent} has not the {file.size // 1_000_000:,} MB that are needed.")
    partial.unlink(missing_ok=True)
    os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    shutil.copyfile(folder / kept.DATABASE, partial)
    if os.geteuid() == 0:
        # Restored by root, it must still be the daemon's.
        owner = database.parent.stat()
        os.chown(partial, owner.st_uid, owner.st_gid)
    broken = "" if kept.digest(partial) == file.sha256 else "it changed while it was copied"
    broken = broken or copying.damage(partial)
    if broken:
        raise MailflowError(f"This backup is damaged, use another one: {broken}.")


def _configuration(folder: Path, manifest: kept.Manifest, settings: Path) -> None:
    """Put back files of the configuration that are missing; those that are there are left as they are, and named."""
    for file in manifest.files:
        if file.path in (kept.DATABASE, kept.DUMP):
            continue
        inside = file.path.removeprefix(f"{kept.CONFIGURATION}/")
        main = Path(file.path).name == Path(file.source).name == settings.name and "/" not in inside
        target = settings if main else settings.parent / inside if inside != file.path else Path(file.source)
        with kept.words_for(target):
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(folder / file.path, target)
                click.echo(f"Put back: {target}", err=True)
            elif kept.digest(target) != file.sha256:
                click.echo(f"Left as it is, though it was different then: {target}", err=True)
