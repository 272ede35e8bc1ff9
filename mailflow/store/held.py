"""What waits for an officer's word: mails that belong to nobody, letters in doubt; and small facts of the operator.

In: a tag for the officer's answer, what is held, why, and what is suggested.
Out: the question that an answer belongs to.
Fails: never of its own accord.
Limits: an answered question stays on file with how it was closed; it is not asked again under the same tag.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from mailflow.store import schema
from mailflow.store.work import Room


@dataclass(frozen=True)
class Held:
    """A question put to an officer; `how` says how it was closed, once it is not open any more."""

    tag: str
    identity: str
    reason: str
    suggestion: dict[str, Any]
    asked_at: datetime
    how: str
    open: bool


_t = schema.held.c
_m = schema.meta.c
_OPEN = insert(schema.held).on_conflict_do_nothing(index_elements=[_t.tag])
_BY_TAG = select(schema.held).where(_t.tag == bindparam("t"))
_BY_IDENTITY = (
    select(schema.held)
    .where(_t.identity == bindparam("i"))
    .order_by(_t.open.desc(), _t.asked_at.desc(), _t.tag)
    .limit(1)
)
_CLOSE = update(schema.held).where(_t.tag == bindparam("t"), _t.open).values(open=False, how=bindparam("h"))
_NOTE = update(schema.held).where(_t.tag == bindparam("t"), _t.open).values(suggestion=bindparam("s"))
_ALL_OPEN = select(schema.held).where(_t.open).order_by(_t.asked_at, _t.tag)
_META = insert(schema.meta)
_META_PUT = _META.on_conflict_do_update(index_elements=[_m.key], set_={"value": _META.excluded.value})
_META_GET = select(_m.value).where(_m.key == bindparam("k"))
_META_DROP = delete(schema.meta).where(_m.key == bindparam("k"))


class HeldBack(Room):
    """The open questions of this transaction."""

    __slots__ = ()

    def open(self, tag: str, identity: str, reason: str, suggestion: Mapping[str, Any], asked_at: datetime) -> bool:
        """Note a question; False when this tag has been used."""
        row = {"tag": tag, "identity": identity, "reason": reason, "suggestion": dict(suggestion)}
        return self._work.write(_OPEN, {**row, "asked_at": asked_at, "how": "", "open": True}) > 0

    def by_tag(self, tag: str) -> Held | None:
        """The question with this tag, open or closed, or None."""
        return self._one(_BY_TAG, {"t": tag})

    def by_identity(self, identity: str) -> Held | None:
        """The question about this mail: the open one, otherwise the newest, or None."""
        return self._one(_BY_IDENTITY, {"i": identity})

    def close(self, tag: str, how: str) -> bool:
        """The question is answered; False when it was not open."""
        return self._work.write(_CLOSE, {"t": tag, "h": how}) > 0

    def note(self, tag: str, suggestion: Mapping[str, Any]) -> bool:
        """What is suggested, and who was asked, is now this; False when the question is not open."""
        return self._work.write(_NOTE, {"t": tag, "s": dict(suggestion)}) > 0

    def all_open(self) -> list[Held]:
        """Every open question, oldest first."""
        return [Held(**row) for row in self._work.read(_ALL_OPEN).mappings()]

    def _one(self, statement: Any, params: Mapping[str, Any]) -> Held | None:
        row = self._work.read(statement, params).mappings().first()
        return Held(**row) if row else None


class Meta(Room):
    """Small facts of the operator by key, such as since when a mailbox has been away."""

    __slots__ = ()

    def get(self, key: str) -> str | None:
        """The value, or None."""
        return self._work.read(_META_GET, {"k": key}).scalar()

    def put(self, key: str, value: str) -> None:
        """Set the value."""
        self._work.write(_META_PUT, {"key": key, "value": value})

    def drop(self, key: str) -> bool:
        """Forget the value; False when there was none."""
        return self._work.write(_META_DROP, {"k": key}) > 0
