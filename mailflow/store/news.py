"""News of commits: loops of this process wake each other, and on PostgreSQL those of every other daemon.

In: word of each commit that changed something; NOTIFY of the database.
Out: waiting loops woken; a mark by which nothing is missed between looking for work and waiting.
Fails: never; while the database is away the loops go by their own clocks.
Limits: what is notified while nobody listens is lost: loops look by themselves every few seconds beneath.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from uuid import uuid4

from sqlalchemy import Connection, Engine, Text, bindparam, func, select

CHANNEL = "mailflow"
# So long the listener waits for word before it asks whether its line is still alive.
_LISTEN = 10.0
_AGAIN = 1.0
_TELL = select(func.pg_notify(CHANNEL, bindparam("who", type_=Text)))


class News:
    """Counts commits; who waits is woken by each. `me` tells our own word from others'."""

    def __init__(self) -> None:
        self.me = uuid4().hex[:16]
        self.commits = 0
        self._changed = threading.Condition()
        self._seen = threading.local()

    def announce(self) -> None:
        """Something was committed: wake who waits in this process."""
        with self._changed:
            self.commits += 1
            self._changed.notify_all()

    def wait(self, timeout: float | None, since: int | None) -> bool:
        """As Store.wait_for_commit."""
        known = getattr(self._seen, "commits", 0) if since is None else since
        with self._changed:
            fresh = self._changed.wait_for(lambda: self.commits > known, timeout)
            self._seen.commits = self.commits
        return fresh

    def tell(self, connection: Connection) -> None:
        """Within a transaction: the others hear of it when it is committed, and only then."""
        connection.execute(_TELL, {"who": self.me})


class Listener:
    """A thread with a connection of its own that hears of other processes' commits; it connects again by itself."""

    def __init__(self, engine: Engine, news: News, alive: Callable[[Connection], object]) -> None:
        self._engine, self._news, self._alive = engine, news, alive
        self._stop = threading.Event()
        self.hears = threading.Event()
        self._thread = threading.Thread(target=self._run, name="news", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening; a line that is half dead is left behind."""
        self._stop.set()
        self._thread.join(5.0)

    def _run(self) -> None:
        while not self._stop.is_set():
            # Whatever it is, of the library's or the driver's: this only hears of news, and connects again.
            with suppress(Exception):
                self._listen()
            self.hears.clear()
            self._stop.wait(_AGAIN)

    def _listen(self) -> None:
        with self._engine.connect() as plain:
            connection = plain.execution_options(isolation_level="AUTOCOMMIT")
            try:
                connection.exec_driver_sql(f"LISTEN {CHANNEL}")
                self.hears.set()
                self._news.announce()  # what was said while nobody listened is looked for once
                raw = connection.connection.driver_connection
                assert raw is not None
                quiet = 0.0
                while not self._stop.is_set():
                    # Short turns, so that stopping does not take long.
                    heard = [word.payload for word in raw.notifies(timeout=0.5, stop_after=1)]
                    if any(who != self._news.me for who in heard):
                        self._news.announce()
                    quiet = 0.0 if heard else quiet + 0.5
                    if quiet >= _LISTEN:
                        self._alive(connection)
                        quiet = 0.0
            finally:
                # It must not go back to the pool: it would go on listening there.
                connection.invalidate()
