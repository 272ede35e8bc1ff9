"""What has left lately, who waits ahead, what is planned: what the budgets of mail ask of the outbox.

In: an address, a mailbox or a case; a letter that wants to leave.
Out: counts and instants.
Fails: never of its own accord.
Limits: what a courier carries now counts as if it had left; the mailbox's own copies count for nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, and_, bindparam, case, exists, func, or_, select, tuple_, union_all

from mailflow.store import schema
from mailflow.store.work import Room

if TYPE_CHECKING:
    from mailflow.store.outbox import Letter

# What left later than this from now left while the machine's clock was ahead; hosts may differ by less.
AHEAD = timedelta(minutes=5)

_l = schema.letters.c
_e = schema.envelopes.c
_both = schema.envelopes.join(schema.letters, _l.id == _e.letter)
_now = bindparam("now", type_=schema.UTC())
_since = bindparam("since", type_=schema.UTC())
_here = _l.mail_from == bindparam("m")
_until = bindparam("until", type_=schema.UTC())
_to = _e.recipient == bindparam("r")
_of_case = _l.case == bindparam("c")

_carried = and_(_e.state == "claimed", _e.letter != bindparam("but"))
_lately = and_(_e.left_at >= _since, _e.left_at <= _until)
_left = or_(_lately, _carried)
_SENT_COUNT = select(func.count()).select_from(_both).where(_left, ~_e.home, _here)
_SENT_COUNT_TO = select(func.count()).select_from(schema.envelopes).where(_left, _to)
_LEFT_AT = select(_e.left_at).where(_left, ~_e.home)
_LEFT = _LEFT_AT.select_from(_both).where(_here)
_LEFT_TO = _LEFT_AT.where(_to)

_GONE = ("sent", "served", "bounced", "in_doubt")
_gone = exists().where(_e.letter == _l.id, or_(_e.state.in_(_GONE), _carried))
_LEFT_OF_CASE = select(_l.leave_at).where(_of_case, _l.leave_at > _since, _l.leave_at <= _until, _gone)

_turn = tuple_(_l.priority, _l.leave_at, _l.recorded_at, _l.seq, _l.id)
_my_turn = tuple_(
    bindparam("priority", type_=schema.Integer()),
    bindparam("leave_at", type_=schema.UTC()),
    bindparam("recorded_at", type_=schema.UTC()),
    bindparam("seq", type_=schema.Integer()),
    bindparam("but"),
)


def _ahead(of: Any) -> Select[Any]:
    due = and_(_e.next_at.is_not(None), _e.state == "waiting", ~_e.home, _l.leave_at <= _now)
    return select(func.count()).select_from(_both).where(due, of, _turn < _my_turn)


_AHEAD, _AHEAD_TO, _AHEAD_OF_CASE = _ahead(_here), _ahead(_to), _ahead(_of_case)
_soon = _e.next_at < bindparam("horizon", type_=schema.UTC())
_CROWDED = (
    select(_e.recipient)
    .where(or_(_soon, _lately), ~_e.home)
    .group_by(_e.recipient)
    .having(func.count() >= bindparam("n", type_=schema.Integer()))
    .order_by(_e.recipient)
)
# What should have left already leaves now. Two questions, each by an index of its own: one would walk every envelope.
_at = case((_e.next_at < _now, _now), else_=_e.next_at).label("at")
_places = union_all(select(_at).where(_soon, _to), select(_e.left_at.label("at")).where(_lately, _to)).subquery()
_YOUNGEST_PLANNED = (
    select(_places.c.at).order_by(_places.c.at.desc()).offset(bindparam("n", type_=schema.Integer())).limit(1)
)


class Departures(Room):
    """The departures of this transaction. `but` is the letter that asks: it does not count itself.

    What bears an instant after `now` left while the machine's clock was ahead, and takes nobody's place.
    """

    __slots__ = ()

    def sent_count(self, since: datetime, mail_from: str, but: str = "", *, now: datetime) -> int:
        """Envelopes of a mailbox that left, or may have left, since `since`."""
        return self._work.read(_SENT_COUNT, {**_span(since, now), "m": mail_from, "but": but}).scalar() or 0

    def sent_to(self, since: datetime, recipient: str, but: str = "", *, now: datetime) -> int:
        """The same of envelopes to this recipient, of any mailbox."""
        return self._work.read(_SENT_COUNT_TO, {**_span(since, now), "r": recipient, "but": but}).scalar() or 0

    def left(self, since: datetime, mail_from: str, but: str, now: datetime) -> list[datetime]:
        """When those of a mailbox left, oldest first; `now` for one that is carried at this moment."""
        return self._instants(_LEFT, {**_span(since, now), "m": mail_from, "but": but}, now)

    def left_to(self, since: datetime, recipient: str, but: str, now: datetime) -> list[datetime]:
        """The same of those to a recipient."""
        return self._instants(_LEFT_TO, {**_span(since, now), "r": recipient, "but": but}, now)

    def left_of_case(self, since: datetime, case: str, but: str, now: datetime) -> list[datetime]:
        """When the letters of a case that have left were to leave, if that was after `since`; oldest first."""
        return sorted(self._work.read(_LEFT_OF_CASE, {**_span(since, now), "c": case, "but": but}).scalars())

    def ahead(self, letter: Letter, now: datetime) -> int:
        """How many envelopes of its mailbox are due, wait and will leave before this letter."""
        return self._ahead(_AHEAD, letter, now, {"m": letter.mail_from})

    def ahead_to(self, letter: Letter, recipient: str, now: datetime) -> int:
        """The same of those to a recipient, of any mailbox."""
        return self._ahead(_AHEAD_TO, letter, now, {"r": recipient})

    def ahead_of_case(self, letter: Letter, now: datetime) -> int:
        """The same of those of its case."""
        return self._ahead(_AHEAD_OF_CASE, letter, now, {"c": letter.case})

    def crowded(self, since: datetime, now: datetime, horizon: datetime, least: int) -> list[str]:
        """The addresses to which `least` letters or more have left since `since` or are to leave before `horizon`."""
        return list(self._work.read(_CROWDED, {**_span(since, now), "horizon": horizon, "n": least}).scalars())

    def planned_to(
        self, recipient: str, since: datetime, now: datetime, horizon: datetime, before: int
    ) -> datetime | None:
        """When a letter to this recipient leaves, or left, that has `before` others behind it; None if there are fewer.

        Nothing counts that left before `since` or is to leave at `horizon` or later (what waits for the end of a hold).
        """
        wanted = {"r": recipient, **_span(since, now), "now": now, "horizon": horizon, "n": before}
        return self._work.read(_YOUNGEST_PLANNED, wanted).scalar()

    def _instants(self, statement: Select[Any], params: dict[str, Any], now: datetime) -> list[datetime]:
        return sorted(at or now for at in self._work.read(statement, params).scalars())

    def _ahead(self, statement: Select[Any], letter: Letter, now: datetime, of: dict[str, str]) -> int:
        me = {"priority": letter.priority, "leave_at": letter.leave_at, "recorded_at": letter.recorded_at}
        return self._work.read(statement, {**of, **me, "seq": letter.seq, "but": letter.id, "now": now}).scalar() or 0


def _span(since: datetime, now: datetime) -> dict[str, datetime]:
    return {"since": since, "until": now + AHEAD}
