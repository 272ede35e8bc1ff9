"""mailflow backup: a checked copy of the database and the configuration, while the daemon runs.

In: the settings; a folder for backups, outside the folder of the data.
Out: a new folder in it, `mailflow-<instant>`, with a manifest; the secrets are named, never copied.
Fails: exit 1 with a sentence: the folder lies in the data, holds this backup already, is full, may not be written.
Limits: on PostgreSQL pg_dump is needed. What is not finished never stands under the final name, and older backups are
  not touched; a backup that is ended by SIGTERM takes its beginnings away.
"""

from __future__ import annotations

import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click

from mailflow import wiring
from mailflow.cli import backup_folder as kept
from mailflow.cli.opened import as_text, config_option, json_option
from mailflow.cli.progress import Progress
from mailflow.errors import MailflowError
from mailflow.stated import Settings
from mailflow.store import address, copying, dumping
from mailflow.store.examined import Examined
from mailflow.store.schema import HEAD

ROOM = 1.05  # of the database's size: the copy and the few files beside it


@click.command("backup")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@config_option
@json_option
def command(folder: Path, config: Path | None, as_json: bool) -> None:
    """Make a checked copy of the database and the configuration in a new folder in DIR.

    The daemon may run. The secrets are not copied: keep them apart.
    """
    found = wiring.install(wiring.config_path(config))
    with _stopped_cleanly():
        path, manifest = save(found, folder, _now(found))
    if as_json:
        click.echo(as_text({"backup": str(path), "at": manifest.at, "left_out": manifest.left_out}))
        return
    size = f"{manifest.cases:,} cases and streams, {manifest.lines:,} lines of the log"
    click.echo(f"Saved and checked: {path} ({size}).")
    if manifest.schema != HEAD:
        click.echo(f"The database is still of schema {manifest.schema}; the next start brings it to {HEAD}.")
    click.echo("Not in it, and needed to go on: the secrets. Keep these apart:")
    for one in manifest.left_out:
        click.echo(f"  {one}")


@contextmanager
def _stopped_cleanly() -> Iterator[None]:
    """SIGTERM ends what is being done as an error would, so that nothing half made is left; exit 143."""

    def end(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    if threading.current_thread() is not threading.main_thread():  # Python tells no other thread of signals
        yield
        return
    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _now(found: wiring.Installation) -> datetime:
    """The wall clock, or where the pretended clock of a test installation stands."""
    database = wiring.database_file(found.settings)
    if not found.settings.pretend_time or (database is not None and not database.is_file()):
        return wiring.wall_clock()
    store = wiring.open_store(found.settings)
    try:
        return wiring.now_of(wiring.open_house(found, store, keep=False))
    finally:
        store.close()


def save(found: wiring.Installation, folder: Path, now: datetime) -> tuple[Path, kept.Manifest]:
    """A backup of this instant in `folder`; returns where it is. Raises MailflowError."""
    database = wiring.database_file(found.settings)
    folder = folder.resolve()
    if database is not None and not database.is_file():
        raise MailflowError(f"There is no database {database}: nothing to save yet.")
    if database is not None and folder.is_relative_to(database.parent):
        raise MailflowError(
            f"{folder} lies in the folder of the data, {database.parent}: what takes the one would take the other. "
            "Name a folder elsewhere, best on another disk."
        )
    final = folder / f"mailflow-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    with kept.words_for(folder), _in_words():
        folder.mkdir(parents=True, exist_ok=True)
        if final.exists():
            raise MailflowError(f"{final} is there already: this backup has been made.")
        if database is not None:
            _make_room(database, folder)
        partial = folder / f".{final.name}.partial"
        if partial.exists():
            shutil.rmtree(partial)  # of a backup that was ended in this very second
        partial.mkdir(mode=0o700)
        try:
            manifest = _fill(found, database, partial, now)
            partial.rename(final)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        copying.sync(folder)
    return final, manifest


def _make_room(database: Path, folder: Path) -> None:
    wanted = int(sum(p.stat().st_size for p in (database, Path(f"{database}-wal")) if p.exists()) * ROOM)
    free = shutil.disk_usage(folder).free
    if free < wanted:
        raise MailflowError(
            f"The disk of {folder} has {free // 1_000_000:,} MB left, but {wanted // 1_000_000:,} MB are needed: "
            "make room or name another folder."
        )


def _copied(database: Path, partial: Path) -> tuple[Examined, kept.File]:
    copied = partial / kept.DATABASE
    with Progress("Copying the database") as shown:
        copying.copy(database, copied, shown)
    with Progress("Checking the copy") as shown:
        examined = copying.examine(copied, shown)
    copying.sync(copied)
    return examined, kept.described(partial, kept.DATABASE, database)


def _dumped(said: Settings, partial: Path) -> tuple[Examined, kept.File]:
    dumped = partial / kept.DUMP
    store = wiring.store_at(said.store_url, str(said.file))
    try:
        with Progress("Dumping the database") as shown:
            examined = dumping.dump(store, said.store_url, wiring.environment(), dumped, shown)
    finally:
        store.close()
    copying.sync(dumped)
    return examined, kept.described(partial, kept.DUMP, address.shown(said.store_url))


def _fill(found: wiring.Installation, database: Path | None, partial: Path, now: datetime) -> kept.Manifest:
    examined, saved = _copied(database, partial) if database is not None else _dumped(found.settings, partial)
    if examined.faults:
        raise MailflowError(
            f"The database is not sound, so no backup was made: {'; '.join(examined.faults)}. Keep the older backups "
            "and look at the disk."
        )
    files = [saved]
    for place, source in kept.needed(found).items():
        target = partial / place
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        copying.sync(target)
        files.append(kept.described(partial, place, source))
    manifest = kept.Manifest(
        format=kept.FORMAT,
        mailflow=_version(),
        schema=examined.schema,
        at=now.astimezone(UTC).isoformat(),
        cases=examined.cases,
        lines=examined.lines,
        secret_print=kept.print_of(found.secret),
        files=tuple(files),
        left_out=tuple(str(path) for path in kept.secrets(found)),
    )
    (partial / kept.MANIFEST).write_bytes(manifest.octets())
    copying.sync(partial / kept.MANIFEST)
    for inside in sorted({path.parent for path in partial.rglob("*")}):
        copying.sync(inside)
    return manifest


def _version() -> str:
    try:
        return version("mailflow")
    except PackageNotFoundError:
        return "from source"


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except copying.Broken as fault:
        raise MailflowError(
            f"The database could not be copied: {fault}. Is the disk full, or may it not be read?"
        ) from fault
