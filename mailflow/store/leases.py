"""Leases on PostgreSQL: one daemon at a time does a thing, and the database's own clock says until when.

In: names of things and of their holders.
Out: leases taken, kept and given back; a check inside a unit that a lease is still held.
Fails: errors.LeaseLost in the unit of a holder whose lease has run out; errors.StoreUnavailable.
Limits: on SQLite nobody asks for a lease: a lock file keeps a second daemon away (wiring.py).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, Interval, bindparam, delete, exists, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from mailflow.errors import LeaseLost
from mailflow.store import schema

# A holder that is not heard of for so long has lost what it held.
SECONDS = 30
# How the lease is called by which a daemon says that it is alive: this and its name.
DAEMON = "daemon:"
# How the sessions of a store call themselves: this and the store's name, with whose 16 characters its holder's ends.
PROGRAM = "mailflow "
# What is long past says nothing to anybody; a daemon that was started once has left a row.
_FORGOTTEN = timedelta(days=1)


@dataclass(frozen=True)
class Lease:
    """A thing that only one daemon does at a time, and who does it."""

    name: str
    holder: str


_t = schema.leases.c
# Not now(), which stands still while a transaction waits.
_NOW = func.clock_timestamp()
_UNTIL = _NOW + bindparam("length", type_=Interval)
_TAKE = insert(schema.leases).values(name=bindparam("name"), holder=bindparam("holder"), until=_UNTIL)
_TAKE = _TAKE.on_conflict_do_update(
    index_elements=[_t.name],
    set_={"holder": _TAKE.excluded.holder, "until": _UNTIL},
    where=(_t.holder == _TAKE.excluded.holder) | (_t.until <= _NOW),
).returning(_t.name)
_ANOTHERS = select(_t.name).where(_t.name.in_(bindparam("names", expanding=True)), _t.until > _NOW)
_KEEP = update(schema.leases).where(_t.holder == bindparam("h")).values(until=_UNTIL).returning(_t.name)
_GIVE_BACK = delete(schema.leases).where(_t.holder == bindparam("h"))
_signs = schema.leases.alias("signs")
_anothers_live = exists().where(
    _signs.c.name.startswith(DAEMON), _signs.c.holder != bindparam("h"), _signs.c.until > _NOW
)
_HAND_OVER = _GIVE_BACK.where(_t.name == bindparam("n"), _anothers_live)
_SWEEP = delete(schema.leases).where(_t.until <= _NOW - bindparam("length", type_=Interval))
# Asked of the server's own list; a session may be ended by whoever came as the same user.
_END_THE_LOST = text(
    """
    SELECT pg_terminate_backend(session.pid) FROM pg_stat_activity AS session JOIN leases
        ON session.application_name = :program || right(leases.holder, 16)
    WHERE leases.name = :daemon || leases.holder AND leases.until <= clock_timestamp()
        AND session.datname = current_database() AND session.usename = current_user AND session.pid <> pg_backend_pid()
    """
)
# Until our commit nobody can take it.
_HELD = select(_t.until).where(_t.name == bindparam("n"), _t.holder == bindparam("h"), _t.until > _NOW)
_HELD = _HELD.with_for_update(read=True)


def beat(connection: Connection, holder: str, wanted: Collection[str], seconds: float) -> set[str]:
    """Keep what this holder has, take what it wants and nobody has; the names that it holds now.

    A lease that ran out and that nobody took is kept: nobody else has acted under it. One that another holds is only
    looked at: reaching for its row would wait for a unit of the holder that stands just before its commit.
    """
    length = {"length": timedelta(seconds=seconds)}
    end_the_lost(connection)
    held = set(connection.execute(_KEEP, {"h": holder, **length}).scalars())
    missing = set(wanted) - held
    anothers = connection.execute(_ANOTHERS, {"names": sorted(missing)}).scalars() if missing else ()
    for name in sorted(missing.difference(anothers)):
        if connection.execute(_TAKE, {"name": name, "holder": holder, **length}).first() is not None:
            held.add(name)
    return held


def end_the_lost(connection: Connection) -> None:
    """End the sessions of daemons that are not heard of any more: one in the middle of a unit holds the others up.

    Such a daemon, if it was only paused, finds its lines cut and connects anew.
    """
    connection.execute(_END_THE_LOST, {"program": PROGRAM, "daemon": DAEMON})


def hand_over(connection: Connection, holder: str, name: str) -> bool:
    """Let another daemon take this lease, if another one lives; False if there is none."""
    return connection.execute(_HAND_OVER, {"h": holder, "n": name}).rowcount > 0


def give_back(connection: Connection, holder: str) -> None:
    """Let others take at once what this holder had; forget what is long past."""
    connection.execute(_GIVE_BACK, {"h": holder})
    connection.execute(_SWEEP, {"length": _FORGOTTEN})


def check(connection: Connection, lease: Lease) -> None:
    """Raises LeaseLost unless this lease is held until this transaction ends."""
    if connection.execute(_HELD, {"n": lease.name, "h": lease.holder}).first() is None:
        raise LeaseLost(f"another daemon may have taken over: the lease of {lease.name} has run out")
