"""What is PostgreSQL's own: how we connect, how writers take turns, and what its refusals mean.

In: connections and faults of SQLAlchemy.
Out: options of a connection; turns taken; StoreUnavailable or Conflict for what is over in a moment.
Fails: never of its own accord; what is no passing fault is left as it is.
Limits: the turns are locks of the database server: a pooler that hands one connection to several transactions at once
  is fine for them, but not for listening (news.py).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import URL, Connection, Integer, RootTransaction, Text, bindparam, func, select
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from mailflow.errors import Conflict, MailflowError, StoreUnavailable
from mailflow.store import leases
from mailflow.store.leases import PROGRAM

# A writer waits so long for its turn, and looks so often whether a daemon that is lost stands before it.
TURN_MS = 40_000
SLICE_MS = 8_000
# Whoever says nothing for so long in the middle of a unit is ended by the server: the last resort, for a command whose
# machine was paused. Weekly summaries of many cases think for some seconds.
IDLE_SECONDS = 60
# No single question of ours takes as long; a server that does not come to an end, or whose answer does not come
# through (a line that is half dead keeps its connection), is as good as away.
STATEMENT_SECONDS = 40
ANSWER_SECONDS = 45
CONNECT_SECONDS = 10

# Any numbers will do, as long as nothing else in the database locks by them; chain.py has one, too.
_EVERYBODY = 4_041_971
_NAMED = 4_041_972

_key = bindparam("key", type_=Integer)
_IDLE = func.set_config("idle_in_transaction_session_timeout", bindparam("idle", type_=Text), True)
_ALONE = select(_IDLE, func.pg_advisory_xact_lock(_key))
_BESIDE = select(_IDLE, func.pg_advisory_xact_lock_shared(_key))
_NAME = select(func.pg_advisory_xact_lock(_key, func.hashtext(bindparam("name", type_=Text))))
_SET = select(func.set_config(bindparam("name", type_=Text), bindparam("value", type_=Text), False))

# Appendix A of PostgreSQL's manual. The first two: another transaction was first, so decide again.
_AGAIN = {"40001": "serialization failure", "40P01": "deadlock"}
_BUSY = "55P03"
# Connection exceptions, resources, operator intervention (a shutdown, a cancelled statement), system errors.
_AWAY_CLASSES = ("08", "53", "57", "58")
# Idle in a transaction for too long; a server that only lets read (after a switch-over, the old one).
_AWAY_STATES = ("25P03", "25006")


def connect_args(url: URL, busy_ms: int, name: str) -> dict[str, Any]:
    """What psycopg is told beside the URL: bounds for waiting, so that a dead link is noticed in under a minute."""
    given: Mapping[str, Any] = url.query
    # A host that has vanished: silence of 10 seconds, then three probes; what was sent and never acknowledged, 20.
    bounds: dict[str, Any] = {
        "connect_timeout": CONNECT_SECONDS,
        "keepalives": 1,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 20_000,
        # By this the others find the sessions of a lost daemon (leases.py).
        "application_name": f"{PROGRAM}{name}",
    }
    # The same bounds at the server's end, so that it lets go of what a vanished host of ours has held.
    settings = {
        "lock_timeout": f"{min(busy_ms, SLICE_MS)}ms",
        "statement_timeout": f"{STATEMENT_SECONDS}s",
        "idle_in_transaction_session_timeout": "300s",
        "tcp_keepalives_idle": "10",
        "tcp_keepalives_interval": "5",
        "tcp_keepalives_count": "3",
        "tcp_user_timeout": "20000",
        "client_connection_check_interval": "5s",
        "timezone": "UTC",
    }
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    # What the administrator has written in the URL counts.
    said = given.get("options", "")
    bounds["options"] = f"{options} {said}".strip() if isinstance(said, str) else options
    return {name: value for name, value in bounds.items() if name == "options" or name not in given}


def connect(*args: Any, **options: Any) -> Any:
    """A connection that gives up when an answer takes longer than `patience` seconds, and is then closed."""
    return _bounded().connect(*args, **options)


@cache
def _bounded() -> Any:
    # Imported late: who stays on SQLite need not have it.
    import psycopg

    class Bounded(psycopg.Connection[Any]):
        patience: float | None = None

        def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
            if timeout is not None:
                return super().wait(gen, interval, timeout)
            bound = ANSWER_SECONDS if self.patience is None else self.patience
            try:
                return super().wait(gen, interval, bound)
            except psycopg.errors._WaitTimeout:
                self.close()  # an answer that comes yet must not be taken for that to another question
                raise psycopg.OperationalError(f"no answer for {bound:g} seconds") from None

    return Bounded


def begin_in_turn(connection: Connection, names: tuple[str, ...], busy_ms: int) -> RootTransaction:
    """Begin a transaction and wait for its turn to write.

    Without names: nobody else writes meanwhile, as on SQLite. With names: beside others, but not beside who named the
    same. The server lets who came first go first, so that nobody waits for ever.
    """
    until = time.monotonic() + busy_ms / 1000
    while True:
        transaction = connection.begin()
        try:
            _take_turn(connection, names)
            return transaction
        except DBAPIError as fault:
            if not fault.connection_invalidated:
                transaction.rollback()
            if getattr(fault.orig, "sqlstate", None) != _BUSY or time.monotonic() >= until:
                raise
        with connection.begin():
            leases.end_the_lost(connection)


def _take_turn(connection: Connection, names: tuple[str, ...]) -> None:
    idle = {"idle": f"{IDLE_SECONDS}s", "key": _EVERYBODY}
    if not names:
        connection.execute(_ALONE, idle)
        return
    connection.execute(_BESIDE, idle)
    for name in sorted(names):  # in one order, so that nobody waits in a circle
        connection.execute(_NAME, {"key": _NAMED, "name": name})


def wait_longer(connection: Connection) -> None:
    """On this connection wait as long as a migration of a large database may take: for its lock and for its steps."""
    for name in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"):
        connection.execute(_SET, {"name": name, "value": "3600s"})
    connection.connection.driver_connection.patience = 3700.0  # type: ignore[union-attr]
    # It must not go back to the others as it is.
    connection.detach()


def keep_private(context: ExceptionContext) -> None:
    """Cut what the server says down to its first line: its details may quote a row, and with it a mail."""
    told = context.original_exception
    words = str(told)
    told.args = (_first_line(told), *told.args[1:])
    wrapped = context.sqlalchemy_exception
    if wrapped is not None and wrapped.args and isinstance(wrapped.args[0], str):
        wrapped.args = (wrapped.args[0].replace(words, str(told)), *wrapped.args[1:])


def meaning(fault: DBAPIError) -> MailflowError | None:
    """What a refusal means for who asked: try again at once, wait, or None when it is a fault of ours."""
    state = getattr(fault.orig, "sqlstate", None) or ""
    if state in _AGAIN:
        return Conflict(f"another transaction was first ({_AGAIN[state]})")
    if state == _BUSY:
        return StoreUnavailable("the database is not available: it is locked by another writer")
    away = state.startswith(_AWAY_CLASSES) or state in _AWAY_STATES
    lost = fault.connection_invalidated or (not state and isinstance(fault, (OperationalError, InterfaceError)))
    if away or lost:
        return StoreUnavailable(f"the database is not available: {_first_line(fault.orig)}")
    return None


def _first_line(fault: BaseException | None) -> str:
    words = getattr(getattr(fault, "diag", None), "message_primary", None) or str(fault)
    return words.strip().partition("\n")[0] or type(fault).__name__
