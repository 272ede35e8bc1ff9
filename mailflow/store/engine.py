"""The database itself: opening it, its transactions, and word of every commit.

In: a database URL, such as sqlite:////var/lib/mailflow/mailflow.db.
Out: units (write) and readings (read only); a wake-up for this process's loops after each commit that is news.
Fails: errors.StoreUnavailable when the database cannot be opened, is locked or full, or its server is away;
  errors.Conflict when PostgreSQL ends a unit in favour of another one: begin it again.
Limits: loops in other processes are not woken, they poll; a database in memory is refused: threads would not share it.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from mailflow.errors import MailflowError, StoreUnavailable
from mailflow.failpoints import reach
from mailflow.store import chain, postgres
from mailflow.store.migrations import run
from mailflow.store.unit import Unit
from mailflow.store.work import Work

# How long a writer waits for another one before it says that the database is locked, in milliseconds (SQLite).
BUSY_MS = 5000

# How often a refused change of the journal is tried again, in seconds.
_LOOK_AGAIN = 0.005

# SQLite's words for what may be over in a moment, or once an administrator has acted; anything else is a fault of ours.
_TEMPORARY = (
    "database is locked",
    "database table is locked",
    "database schema is locked",
    "unable to open database file",
    "disk i/o error",
    "database or disk is full",
    "attempt to write a readonly database",
    "locking protocol",
)


class Store:
    """One database. Threads may share a Store; each takes units of its own."""

    def __init__(self, url: str, *, busy_ms: int | None = None) -> None:
        parsed = make_url(url)
        self._sqlite = parsed.get_backend_name() == "sqlite"
        if self._sqlite and parsed.database in (None, "", ":memory:"):
            raise ValueError("the store needs a file: threads would not share a database in memory")
        self._busy_ms = busy_ms or (BUSY_MS if self._sqlite else postgres.TURN_MS)
        # max_overflow: a thread that finds no pooled connection opens one more instead of waiting for the others.
        # hide_parameters: a database error must not carry the words of a mail into the logs.
        options: dict[str, Any] = {"max_overflow": -1, "hide_parameters": True}
        if not self._sqlite:
            # A connection that died while nobody used it is found out before a unit begins on it.
            options |= {"pool_pre_ping": True, "isolation_level": "READ COMMITTED"}
            options["connect_args"] = postgres.connect_args(parsed, self._busy_ms)
            # Otherwise an INSERT is not asked how many rows it made, and "was it new" is answered wrongly.
            options["execution_options"] = {"preserve_rowcount": True}
        self._engine = create_engine(parsed, **options)
        if self._sqlite:
            event.listen(self._engine, "connect", self._prepare)
            event.listen(self._engine, "begin", _begin)
        else:
            event.listen(self._engine, "handle_error", postgres.keep_private)
        self._reading: dict[str, Any] = {"mailflow_reading": True}
        if not self._sqlite:
            self._reading |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        self._news = threading.Condition()
        self._commits = 0
        self._seen = threading.local()

    def migrate(self) -> None:
        """Bring the schema up to date; cheap when it is.

        Raises ConfigurationError when the database was made by a newer mailflow.
        """
        with self._translated():
            run.upgrade(self._engine, sqlite=self._sqlite)

    def close(self) -> None:
        """Close the pooled connections."""
        self._engine.dispose()

    @contextmanager
    def unit(self, *beside: str, purpose: str = "") -> Iterator[Unit]:
        """A write transaction: committed when the block ends, rolled back when it raises.

        No other unit writes meanwhile (BEGIN IMMEDIATE; on PostgreSQL a turn that is taken), so that what was read in
        it still holds when it is committed. beside: names of what this unit reads and changes, for one that needs no
        more than that; on PostgreSQL it then runs beside other such units that share none of its names. purpose: one of
        failpoints.COMMITS, for the tests that stop the process there.
        """
        with self._translated(), self._engine.connect() as connection:
            work = Work(connection)
            with connection.begin():
                if not self._sqlite:
                    postgres.take_turn(connection, beside)
                yield Unit(work)
                chain.link(work)
                if work.changed:
                    reach(f"commit.{purpose}", "before")
            if work.changed:
                reach(f"commit.{purpose}", "after")
                self._announce()

    @contextmanager
    def read(self) -> Iterator[Unit]:
        """A steady picture of the database that waits for no writer; writing in it raises."""
        with self._translated(), self._engine.connect() as plain:
            connection = plain.execution_options(**self._reading)
            with connection.begin() as transaction:
                try:
                    yield Unit(Work(connection, reading=True))
                finally:
                    if transaction.is_active:
                        transaction.rollback()
                    if self._sqlite:
                        _query_only(connection, False)

    @property
    def commits(self) -> int:
        """How many commits of this process have changed something."""
        return self._commits

    def wait_for_commit(self, timeout: float | None, since: int | None = None) -> bool:
        """Wait for news, `timeout` seconds at most; True when something was committed.

        News is a commit after `since` (a value of `commits`), or, without it, after this thread's last call: what was
        committed between two calls is not missed, so the first call of a thread may return at once.
        """
        known = getattr(self._seen, "commits", 0) if since is None else since
        with self._news:
            fresh = self._news.wait_for(lambda: self._commits > known, timeout)
            self._seen.commits = self._commits
        return fresh

    def wake(self) -> None:
        """Wake every waiting loop of this process as a commit would (to stop, or because the pretended clock moved)."""
        self._announce()

    def _announce(self) -> None:
        with self._news:
            self._commits += 1
            self._news.notify_all()

    def _prepare(self, connection: sqlite3.Connection, _record: Any) -> None:
        # The driver must not begin transactions by itself: it does so only at the first write, which loses updates.
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout = {int(self._busy_ms)}",
            # NORMAL may lose the last commits in a power cut, and then a letter would be sent twice.
            "synchronous = FULL",
            "foreign_keys = ON",
            # What is erased is overwritten, not only unlinked.
            "secure_delete = ON",
        ):
            connection.execute(f"PRAGMA {pragma}")
        _write_ahead(connection, self._busy_ms)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except PoolTimeout as fault:
            raise StoreUnavailable("no connection to the database came free") from fault
        except DBAPIError as fault:
            told = self._meaning(fault)
            if told is None:
                raise
            raise told from fault
        except sqlite3.OperationalError as fault:
            # Raised while a connection is being prepared, before SQLAlchemy wraps anything.
            if any(words in str(fault).lower() for words in _TEMPORARY):
                raise StoreUnavailable(f"the database is not available: {fault}") from fault
            raise

    def _meaning(self, fault: DBAPIError) -> MailflowError | None:
        if not self._sqlite:
            return postgres.meaning(fault)
        if isinstance(fault, (OperationalError, InterfaceError)) and any(
            words in str(fault.orig).lower() for words in _TEMPORARY
        ):
            return StoreUnavailable(f"the database is not available: {fault.orig}")
        return None


def _begin(connection: Connection) -> None:
    reading = connection.get_execution_options().get("mailflow_reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
    if reading:
        _query_only(connection, True)


def _query_only(connection: Connection, wanted: bool) -> None:
    cursor = connection.connection.cursor()
    try:
        cursor.execute(f"PRAGMA query_only = {'ON' if wanted else 'OFF'}")
    finally:
        cursor.close()


def _write_ahead(connection: sqlite3.Connection, busy_ms: int) -> None:
    """Turn on the write-ahead log, which stays on in the file; wait as long as any writer would.

    While two processes open a new file, SQLite refuses the change at once, without the waiting that busy_timeout asks
    of every other statement: so the waiting is done here.
    """
    until = time.monotonic() + busy_ms / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as fault:
            if "locked" not in str(fault).lower() or time.monotonic() >= until:
                raise
        time.sleep(_LOOK_AGAIN)
