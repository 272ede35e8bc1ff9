"""The agenda: one row per running timer, with the instant at which it is due.

In: due instants worked out when the state changed.
Out: what is due now, what is due next.
Fails: never of its own accord.
Limits: it can be rebuilt from the log; nothing stands here that the log does not know.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from mailflow.store import schema
from mailflow.store.work import Room


@dataclass(frozen=True)
class Due:
    """A running timer: `step` of its ladder is due at `due_at`; line `set_seq` set it; `chases` is a party or ""."""

    case: str
    machine: str
    timer: str
    step: str
    due_at: datetime
    set_seq: int
    chases: str


_t = schema.agenda.c
_KEY = (_t.case, _t.machine, _t.timer)
_INSERT = insert(schema.agenda)
_PUT = _INSERT.on_conflict_do_update(
    index_elements=list(_KEY),
    set_={name: _INSERT.excluded[name] for name in ("step", "due_at", "set_seq", "chases")},
)
_DROP = delete(schema.agenda).where(_t.case == bindparam("c"), _t.machine == bindparam("m"), _t.timer == bindparam("t"))
_CLEAR = delete(schema.agenda).where(_t.case == bindparam("c"))
_ORDERED = select(schema.agenda).order_by(_t.due_at, *_KEY)
_DUE = _ORDERED.where(_t.due_at <= bindparam("now"))
_OF = _ORDERED.where(_t.case == bindparam("c"))
_NEXT = select(func.min(_t.due_at))
_NEXT_AFTER = _NEXT.where(_t.due_at > bindparam("after"))


class Agenda(Room):
    """The agenda of this transaction."""

    __slots__ = ()

    def put(self, due: Due) -> None:
        """Set a timer, or set it anew: one row per (case, machine, timer)."""
        self._work.write(_PUT, asdict(due))

    def drop(self, case: str, machine: str, timer: str) -> bool:
        """Take a timer off; False when it was not running."""
        return self._work.write(_DROP, {"c": case, "m": machine, "t": timer}) > 0

    def clear(self, case: str) -> int:
        """Take off every timer of a case (before a rebuild from the log); returns how many there were."""
        return self._work.write(_CLEAR, {"c": case})

    def due(self, now: datetime) -> list[Due]:
        """What is due at `now`, oldest first."""
        return [Due(**row) for row in self._work.read(_DUE, {"now": now}).mappings()]

    def next_due(self, after: datetime | None = None) -> datetime | None:
        """The earliest due instant, or the earliest later than `after`; None when nothing runs."""
        if after is None:
            return self._work.read(_NEXT).scalar()
        return self._work.read(_NEXT_AFTER, {"after": after}).scalar()

    def of(self, case: str) -> list[Due]:
        """The running timers of a case, oldest first."""
        return [Due(**row) for row in self._work.read(_OF, {"c": case}).mappings()]

    def all(self) -> list[Due]:
        """Every running timer, oldest first."""
        return [Due(**row) for row in self._work.read(_ORDERED).mappings()]
