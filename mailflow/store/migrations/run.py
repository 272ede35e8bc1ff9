"""Bringing a database to today's schema.

In: an engine.
Out: the database at schema.HEAD, or untouched.
Fails: errors.ConfigurationError when the database was made by a newer mailflow, or when rows would lose their parents.
Limits: a step cannot be taken back; make a backup before an upgrade.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, column, func, inspect, select, table

from mailflow.errors import ConfigurationError, Fault
from mailflow.store import postgres
from mailflow.store.schema import HEAD

if TYPE_CHECKING:
    from alembic.config import Config

# The advisory lock of whoever migrates a PostgreSQL database; any number would do, as long as it stays the same.
MIGRATING = 0x6D61696C666C6F77
_VERSION = select(column("version_num")).select_from(table("alembic_version"))


def upgrade(engine: Engine, *, sqlite: bool) -> None:
    """Take every step that is still to be taken, in one transaction."""
    with engine.connect() as connection, connection.begin():
        if version(connection) == HEAD:
            return
    with (
        engine.connect() as connection,
        _alone(connection, sqlite),
        _parents_unguarded(connection, sqlite),
        connection.begin(),
    ):
        # Two daemons may start together: the second sees here what the first has done.
        before = version(connection)
        if before != HEAD:
            _take_steps(connection, before)
            _check_parents(connection, sqlite)


def version(connection: Connection) -> str:
    """The step at which the database stands, "" for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return connection.execute(_VERSION).scalar() or ""


@contextmanager
def configuration(connection: Connection) -> Iterator[Config]:
    """Alembic's configuration for the steps in this package, wherever the package is installed."""
    # Over half a second to import: only those who migrate pay.
    from alembic.config import Config

    with as_file(files(__package__)) as folder:
        config = Config()
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        config.set_main_option("path_separator", "newline")
        config.attributes["connection"] = connection
        yield config


def _take_steps(connection: Connection, before: str) -> None:
    from alembic import command
    from alembic.util import CommandError

    try:
        with configuration(connection) as config:
            command.upgrade(config, "head")
    except CommandError as fault:
        what = f"its schema {before} is unknown here; this mailflow knows schemas up to {HEAD}"
        fix = "Run the newer mailflow, or restore the backup made before the upgrade."
        raise ConfigurationError([Fault(connection.engine.url.database or "database", 0, what, fix)]) from fault


@contextmanager
def _alone(connection: Connection, sqlite: bool) -> Iterator[None]:
    """On PostgreSQL only one migrates at a time; SQLite's transactions see to that by themselves.

    The lock is the session's and is taken in a transaction of its own: the one that follows then sees what was
    committed while we waited. If our process dies the server lets go of it.
    """
    if sqlite:
        yield
        return
    with connection.begin():
        postgres.wait_longer(connection)
        connection.execute(select(func.pg_advisory_lock(MIGRATING)))
    try:
        yield
    finally:
        with connection.begin():
            connection.execute(select(func.pg_advisory_unlock(MIGRATING)))


@contextmanager
def _parents_unguarded(connection: Connection, sqlite: bool) -> Iterator[None]:
    """SQLite alters a table by copying it; with foreign keys on, dropping the old one would take its children along."""
    if not sqlite:
        yield
        return
    raw = connection.connection
    raw.cursor().execute("PRAGMA foreign_keys = OFF").close()
    try:
        yield
    finally:
        raw.cursor().execute("PRAGMA foreign_keys = ON").close()


def _check_parents(connection: Connection, sqlite: bool) -> None:
    lost = connection.exec_driver_sql("PRAGMA foreign_key_check").all() if sqlite else []
    if lost:
        tables = ", ".join(sorted({row[0] for row in lost}))
        what = f"{len(lost)} rows of {tables} would have lost their parents; nothing was changed"
        raise ConfigurationError([Fault(connection.engine.url.database or "database", 0, what, "Report this.")])
