"""What the outbox was told while the machine's clock was ahead, once it is put right.

In: the instant that is right now.
Out: letters that may be tried now, and doubts whose age can be told, though by their dates they are not begun yet.
Fails: never of its own accord.
Limits: only the last attempt at a letter is looked at, and only if it lies in the future; when a letter itself is to
  leave, for the end of a hold or on a later day, stays as it was decided.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import bindparam, exists, func, select, update

from mailflow.store import schema
from mailflow.store.departures import AHEAD
from mailflow.store.work import Room

# A pause after an attempt lasts some hours: what is nearer mends itself.
NEAR = timedelta(hours=6)

_e = schema.envelopes.c
_l = schema.letters.c
_a = schema.attempts.c
_now = bindparam("now", type_=schema.UTC())
_ahead = bindparam("ahead", type_=schema.UTC())
_same = schema.attempts.alias("same")
_last = select(func.max(_same.c.id)).where(_same.c.letter == _a.letter).correlate(schema.attempts).scalar_subquery()
_tried_ahead = exists().where(_a.letter == _e.letter, _a.id == _last, _a.started_at > _ahead)
_is_due = exists().where(_l.id == _e.letter, _l.leave_at <= _now)
_PUT_OFF = (
    update(schema.envelopes)
    .where(_e.next_at > bindparam("near", type_=schema.UTC()), _e.attempts > 0, _is_due, _tried_ahead)
    .values(next_at=_now)
)
_in_doubt = _a.letter.in_(select(_e.letter).where(_e.state == "in_doubt"))
_DOUBTS = update(schema.attempts).where(_in_doubt, _a.ended_at > _ahead).values(ended_at=_now)


class Misdated(Room):
    """The instants of the outbox that lie in the future without being meant to."""

    __slots__ = ()

    def put_right(self, now: datetime) -> int:
        """Let what was put off until the false time leave now, and count doubts from now; returns how many."""
        found = self._work.write(_PUT_OFF, {"now": now, "near": now + NEAR, "ahead": now + AHEAD})
        return found + self._work.write(_DOUBTS, {"now": now, "ahead": now + AHEAD})
