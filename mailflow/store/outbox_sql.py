"""The statements of the outbox, built once.

In: nothing.
Out: SQLAlchemy statements with bind parameters, the same for SQLite and PostgreSQL.
Fails: never; they are only values.
Limits: SQLite drops FOR UPDATE SKIP LOCKED silently; there BEGIN IMMEDIATE lets one claimer in at a time.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, bindparam, exists, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from mailflow.store import schema
from mailflow.store.leases import DAEMON

_l = schema.letters.c
_e = schema.envelopes.c
_a = schema.attempts.c
_LETTER = (
    _l.id,
    _l.case,
    _l.machine,
    _l.template,
    _l.party,
    _l.message_id,
    _l.octets,
    _l.mail_from,
    _l.leave_at,
    _l.why,
    _l.party_mail,
    _l.priority,
    _l.seq,
    _l.recorded_at,
)
_ENVELOPE = (_e.letter, _e.recipient, _e.state, _e.attempts, _e.next_at, _e.verdict, _e.home, _e.left_at)
_ORDER = (_l.leave_at, _l.recorded_at, _l.seq, _l.id)
_integer = schema.Integer()
_instant = schema.UTC()

TWIN = select(_l.id).where(
    _l.case == bindparam("case"),
    _l.machine == bindparam("machine"),
    _l.template == bindparam("template"),
    _l.party == bindparam("party"),
    _l.seq == bindparam("seq"),
)
# Only the "once" key may be met in silence; a Message-ID or letter id used twice is a fault and is raised.
PUT = upsert(schema.letters).on_conflict_do_nothing(index_elements=[_l.case, _l.machine, _l.template, _l.party, _l.seq])
PUT_ENVELOPE = insert(schema.envelopes)


def _blocked() -> Any:
    """An earlier letter of the same case to the same party has not left for good."""
    earlier = schema.letters.alias("earlier")
    theirs = schema.envelopes.alias("theirs")
    before = or_(
        earlier.c.leave_at < _l.leave_at,
        and_(earlier.c.leave_at == _l.leave_at, earlier.c.recorded_at < _l.recorded_at),
        and_(earlier.c.leave_at == _l.leave_at, earlier.c.recorded_at == _l.recorded_at, earlier.c.seq < _l.seq),
        and_(
            earlier.c.leave_at == _l.leave_at,
            earlier.c.recorded_at == _l.recorded_at,
            earlier.c.seq == _l.seq,
            earlier.c.id < _l.id,
        ),
    )
    # One EXISTS inside the other: the planner then walks the few earlier letters of the case, not all open envelopes.
    # A mail of an office (its case is "office:...") tells no story: one in doubt keeps no later one from its reader.
    in_doubt = and_(theirs.c.state == "in_doubt", earlier.c.case.not_like("office:%"))
    under_way = or_(theirs.c.state.in_(("waiting", "claimed", "deferred")), in_doubt)
    # A full mailbox of our own keeps no letter from its reader.
    may_leave = exists().where(theirs.c.letter == earlier.c.id, ~theirs.c.home, under_way)
    return exists().where(earlier.c.case == _l.case, earlier.c.party == _l.party, before, may_leave)


def _held_now() -> Any:
    """A courier carries it."""
    return exists().where(_a.letter == _l.id, _a.ended_at.is_(None))


def _doubtful() -> Any:
    """One of its own envelopes is in doubt: nobody knows whom the last attempt has reached."""
    own = schema.envelopes.alias("own")
    return exists().where(own.c.letter == _l.id, own.c.state == "in_doubt")


def _claim(in_order: bool) -> Select[Any]:
    due = select(_e.letter).where(_e.next_at <= bindparam("now", type_=_instant))
    found = select(_l.id).where(_l.id.in_(due), ~_held_now(), ~_doubtful())
    if in_order:
        found = found.where(~_blocked())
    return (
        found.order_by(_l.priority, *_ORDER)
        .limit(bindparam("limit", type_=_integer))
        .with_for_update(skip_locked=True, of=schema.letters)
    )


CLAIM = _claim(in_order=False)
CLAIM_IN_ORDER = _claim(in_order=True)
TAKE = (
    update(schema.envelopes)
    .where(_e.letter == bindparam("l"), _e.next_at <= bindparam("now", type_=_instant))
    .values(state="claimed", next_at=None, attempts=_e.attempts + 1)
)
ATTEMPT = insert(schema.attempts)
# Only whoever made the claim may go on with it.
_mine = func.coalesce(_a.holder, "") == bindparam("h", type_=schema.Words)
PHASE = (
    update(schema.attempts)
    .where(_a.letter == bindparam("l"), _a.ended_at.is_(None), _mine)
    .values(phase=bindparam("p"))
)
ANOTHERS = select(_a.id).where(_a.letter == bindparam("l"), _a.ended_at.is_(None), ~_mine)
END_ATTEMPT = (
    update(schema.attempts)
    .where(_a.letter == bindparam("l"), _a.ended_at.is_(None))
    .values(ended_at=bindparam("at", type_=_instant), words=bindparam("w"))
)
SETTLE = (
    update(schema.envelopes)
    .where(
        _e.letter == bindparam("l"),
        _e.recipient == bindparam("r"),
        _e.state.in_(bindparam("allowed", expanding=True)),
    )
    .values(
        state=bindparam("s"),
        verdict=bindparam("v"),
        next_at=bindparam("n", type_=_instant),
        left_at=func.coalesce(_e.left_at, bindparam("left", type_=_instant)),
    )
)
_OPEN = (
    select(_a.letter, _a.phase, _a.started_at, _l.home_at, _l.mail_from)
    .join(_l.id.table, _l.id == _a.letter)
    .where(_a.ended_at.is_(None))
).order_by(_a.id)
# Locked, so that a courier that goes on just now has either told of its final dot or finds its claim ended.
OPEN_ATTEMPTS = _OPEN.with_for_update(skip_locked=True, of=schema.attempts)
_run_out = _a.lease_until <= bindparam("now", type_=_instant)
STALE_ATTEMPTS = OPEN_ATTEMPTS.where(_run_out, _a.holder.is_(None))
# Where there are several daemons the database's clock says which of them is alive (leases.py), not a host's.
_alive = exists().where(schema.leases.c.name == DAEMON + _a.holder, schema.leases.c.until > func.clock_timestamp())
_own = _a.holder == bindparam("h", type_=schema.Words)
STALE_ATTEMPTS_OF_THE_DEAD = OPEN_ATTEMPTS.where(
    or_(and_(_a.holder.is_(None), _run_out), and_(_a.holder.is_not(None), ~_alive), _own)
)

LEFT_BEFORE = (
    update(schema.envelopes)
    .where(_e.letter == bindparam("l"), _e.state == "waiting")
    .values(
        state="sent",
        verdict=bindparam("v"),
        next_at=None,
        left_at=func.coalesce(_e.left_at, bindparam("left", type_=_instant)),
    )
)
UNCLAIMED = ("waiting", "deferred")
_other = schema.envelopes.alias("other")
# A server may have it, or is being told: the shared mailbox's own copy alone has reached nobody.
_may_be_gone = exists().where(
    _other.c.letter == _e.letter,
    or_(_other.c.state.in_(("claimed", "in_doubt")), and_(_other.c.state.in_(("sent", "served")), ~_other.c.home)),
)
# What was in doubt and waits to leave again may be with its recipient already: it can be put off, and not taken back.
_was_in_doubt = exists().where(
    _other.c.letter == _e.letter, _other.c.state.in_(UNCLAIMED), _other.c.left_at.is_not(None), ~_other.c.home
)
_puts_off = and_(_e.letter == bindparam("l"), _e.state.in_(UNCLAIMED), ~_may_be_gone)
_still = and_(_e.state.in_(UNCLAIMED), ~_may_be_gone, ~_was_in_doubt)
_still_here = and_(_e.letter == bindparam("l"), _still)
WITHDRAW = update(schema.envelopes).where(_still_here).values(state="withdrawn", next_at=None)
STILL_HERE = select(_e.letter).where(_still_here).limit(1)
_asked = bindparam("l", expanding=True)
_waits = exists().where(_e.letter == _l.id, _still)
NOT_HERE = select(_l.id).where(_l.id.in_(_asked), ~_waits)
_has_waiting = exists().where(_e.letter == _l.id, _e.state.in_(UNCLAIMED))
WAITING_OF_CASE = (
    select(_l.id, _l.machine, _l.template).where(_l.case == bindparam("c"), _has_waiting).order_by(*_ORDER)
)
SET_LEAVE_ENVELOPES = update(schema.envelopes).where(_puts_off).values(next_at=bindparam("n", type_=_instant))
SET_LEAVE = update(schema.letters).where(_l.id == bindparam("l")).values(leave_at=bindparam("n", type_=_instant))

ENVELOPES = (
    select(*_ENVELOPE).where(_e.letter.in_(bindparam("l", expanding=True))).order_by(_e.letter, _e.home, _e.recipient)
)
GET = select(*_LETTER).where(_l.id == bindparam("l"))
BY_MESSAGE_ID = select(*_LETTER).where(_l.message_id == bindparam("mid"))
OF_CASE = select(*_LETTER).where(_l.case == bindparam("c")).order_by(*_ORDER)
WITH_STATE = select(*_LETTER).where(_l.id.in_(select(_e.letter).where(_e.state == bindparam("s")))).order_by(*_ORDER)
_under_way = and_(_e.state.in_(("waiting", "claimed", "deferred", "in_doubt")), ~_e.home)
LATE = (
    select(_l.id)
    .where(_l.id.in_(select(_e.letter).where(_under_way)), _l.leave_at <= bindparam("before", type_=_instant))
    .order_by(*_ORDER)
)
NEXT_LEAVE = (
    select(func.min(_e.next_at))
    .select_from(schema.envelopes.join(schema.letters, _l.id == _e.letter))
    .where(_e.next_at.is_not(None), ~_blocked(), ~_held_now(), ~_doubtful())
)
CAME_HOME = (
    update(schema.letters)
    .where(_l.id == bindparam("l"))
    .values(home_at=func.coalesce(_l.home_at, bindparam("at", type_=_instant)))
)
HOME_AT = select(_l.home_at).where(_l.id == bindparam("l"))

_tried = schema.attempts.alias("mine")
_first = schema.attempts.alias("first")
_last_of_mine = select(func.max(_tried.c.id)).where(_tried.c.letter == bindparam("l")).scalar_subquery()
_twin = schema.letters.alias("twin")
# Each mailbox has a server of its own, and what one server does with copies says nothing about another.
_my_mailbox = select(_twin.c.mail_from).where(_twin.c.id == bindparam("l")).scalar_subquery()
LATER_HOME = (
    select(_a.id)
    .join(schema.letters, _l.id == _a.letter)
    .where(
        _a.id > _last_of_mine,
        _l.mail_from == _my_mailbox,
        _l.home_at.is_not(None),
        ~exists().where(_first.c.letter == _a.letter, _first.c.id <= _last_of_mine),
    )
    .limit(1)
)
STATES = select(_e.state, func.count().label("n")).group_by(_e.state).order_by(_e.state)
ATTEMPTS = select(schema.attempts).where(_a.letter == bindparam("l")).order_by(_a.id)
FORGET = (
    update(schema.letters)
    .where(
        _l.case == bindparam("c"),
        _l.octets != b"",
        ~exists().where(_e.letter == _l.id, _e.state.in_(("waiting", "claimed", "deferred", "in_doubt", "refused"))),
    )
    .values(octets=b"")
)
