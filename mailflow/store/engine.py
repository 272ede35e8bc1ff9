"""The database itself: opening it, its transactions, and word of every commit.

In: a database URL, such as sqlite:////var/lib/mailflow/mailflow.db.
Out: units (write) and readings (read only); a wake-up for waiting loops after each commit that is news; leases.
Fails: errors.StoreUnavailable when the database cannot be opened, is locked or full, or its server is away;
  errors.Conflict when PostgreSQL ends a unit in favour of another one: begin it again.
Limits: loops of other processes are woken on PostgreSQL only; on SQLite they poll. A database in memory is refused:
  threads would not share it.
"""

from __future__ import annotations

import copy
import sqlite3
import time
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, cast

from sqlalchemy import Connection, RootTransaction, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from mailflow.errors import MailflowError, StoreUnavailable
from mailflow.failpoints import reach
from mailflow.store import chain, leases, postgres
from mailflow.store.migrations import run
from mailflow.store.news import Listener, News
from mailflow.store.turns import Turns
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
        self._news = News()
        self._turns = Turns()
        # max_overflow: a thread that finds no pooled connection opens one more instead of waiting for the others.
        # hide_parameters: a database error must not carry the words of a mail into the logs.
        options: dict[str, Any] = {"max_overflow": -1, "hide_parameters": True}
        if not self._sqlite:
            # A connection that died while nobody used it is found out before a unit begins on it.
            options |= {"pool_pre_ping": True, "isolation_level": "READ COMMITTED"}
            options["connect_args"] = postgres.connect_args(parsed, self._busy_ms, self._news.me)
            # Otherwise an INSERT is not asked how many rows it made, and "was it new" is answered wrongly.
            options["execution_options"] = {"preserve_rowcount": True}
        self._engine = create_engine(parsed, **options)
        if self._sqlite:
            event.listen(self._engine, "connect", self._prepare)
            event.listen(self._engine, "begin", _begin)
        else:
            event.listen(self._engine, "do_connect", lambda _d, _r, args, options: postgres.connect(*args, **options))
            event.listen(self._engine, "handle_error", postgres.keep_private)
        self._reading: dict[str, Any] = {"mailflow_reading": True}
        if not self._sqlite:
            self._reading |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        self._listener: Listener | None = None
        self._lease: leases.Lease | None = None

    def migrate(self) -> None:
        """Bring the schema up to date; cheap when it is.

        Raises ConfigurationError when the database was made by a newer mailflow.
        """
        with self._translated():
            run.upgrade(self._engine, sqlite=self._sqlite)

    def close(self) -> None:
        """Stop listening and close the pooled connections."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        self._engine.dispose()

    # -- several daemons ------------------------------------------------------------------------------------------

    @property
    def shared(self) -> bool:
        """Whether daemons of several machines may work on it."""
        return not self._sqlite

    @property
    def name(self) -> str:
        """What tells the sessions of this store from those of another process."""
        return self._news.me

    def listen(self) -> None:
        """From now on hear of other processes' commits (PostgreSQL); SQLite has no such word."""
        if self.shared and self._listener is None:
            self._listener = Listener(self._engine, self._news, lambda c: c.exec_driver_sql("SELECT 1"))

    def under(self, lease: leases.Lease) -> Store:
        """The same store, whose units are kept only while this lease is held; otherwise they raise LeaseLost."""
        other = copy.copy(self)
        other._lease = lease
        return other

    def beat(self, holder: str, wanted: Collection[str], seconds: float = leases.SECONDS) -> set[str]:
        """Keep the leases of this holder and take what it wants and nobody has; the names that it holds now.

        Nobody waits for a turn here, nor for who stands in the middle of a unit.
        """
        with self._translated(), self._engine.begin() as connection:
            return leases.beat(connection, holder, wanted, seconds)

    def hand_over(self, holder: str, name: str) -> bool:
        """Let another daemon have this lease; False, and it is kept, while no other one lives."""
        with self._translated(), self._engine.begin() as connection:
            return leases.hand_over(connection, holder, name)

    def give_back(self, holder: str) -> None:
        """Let others take at once what this holder had."""
        with self._translated(), self._engine.begin() as connection:
            leases.give_back(connection, holder)
        self.wake()

    # -- transactions ---------------------------------------------------------------------------------------------

    @contextmanager
    def unit(self, *beside: str, purpose: str = "") -> Iterator[Unit]:
        """A write transaction: committed when the block ends, rolled back when it raises.

        No other unit writes meanwhile (BEGIN IMMEDIATE; on PostgreSQL a turn that is taken), so that what was read in
        it still holds when it is committed. beside: names of what this unit reads and changes, for one that needs no
        more than that; on PostgreSQL it then runs beside other such units that share none of its names. purpose: one of
        failpoints.COMMITS, for the tests that stop the process there.
        """
        with self._translated(), self._in_line(), self._engine.connect() as connection:
            work = Work(connection)
            with self._begin(connection, beside):
                yield Unit(work)
                if self._lease is not None:
                    leases.check(connection, self._lease)
                if work.changed and not self._sqlite:
                    self._news.tell(connection)
                chain.link(work)
                if work.changed:
                    reach(f"commit.{purpose}", "before")
            if work.changed:
                reach(f"commit.{purpose}", "after")
                self._news.announce()

    def _in_line(self) -> AbstractContextManager[None]:
        return self._turns.one(self._busy_ms / 1000) if self._sqlite else nullcontext()

    def _begin(self, connection: Connection, beside: tuple[str, ...]) -> RootTransaction:
        return connection.begin() if self._sqlite else postgres.begin_in_turn(connection, beside, self._busy_ms)

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
        """How many commits have changed something: of this process, and of others as far as they are heard."""
        return self._news.commits

    def wait_for_commit(self, timeout: float | None, since: int | None = None) -> bool:
        """Wait for news, `timeout` seconds at most; True when something was committed.

        News is a commit after `since` (a value of `commits`), or, without it, after this thread's last call: what was
        committed between two calls is not missed, so the first call of a thread may return at once.
        """
        return self._news.wait(timeout, since)

    def wake(self) -> None:
        """Wake every waiting loop of this process as a commit would (to stop, or because the pretended clock moved)."""
        self._news.announce()

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
    # By the driver itself: a day of the daemon begins hundreds of readings, and what SQLAlchemy puts round a statement
    # costs more than these do.
    reading = connection.get_execution_options().get("mailflow_reading", False)
    _driver(connection).execute("BEGIN" if reading else "BEGIN IMMEDIATE")
    if reading:
        _query_only(connection, True)


def _query_only(connection: Connection, wanted: bool) -> None:
    _driver(connection).execute(f"PRAGMA query_only = {'ON' if wanted else 'OFF'}")


def _driver(connection: Connection) -> sqlite3.Connection:
    return cast("sqlite3.Connection", connection.connection.driver_connection)


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
