"""The append-only log of every case: what happened, why, and who did it (G14).

In: entries (kind, machine, data) with their cause and instants.
Out: lines with a sequence number per case and a chain of hashes.
Fails: errors.Conflict when another loop wrote to the case first or the cause is already known; leave the unit then.
Limits: the chain of a case shows a change, not who made it; lines cut off with their causes are missed by chain.py.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, exists, func, insert, select
from sqlalchemy.exc import IntegrityError

from mailflow.errors import Conflict
from mailflow.store import schema
from mailflow.store.work import Room


@dataclass(frozen=True)
class Line:
    """One fact of a case. `hash` is the SHA-256 of the hash before it and of this line's canonical JSON."""

    case: str
    seq: int
    kind: str
    machine: str
    data: dict[str, Any]
    cause: str
    actor: str
    happened_at: datetime
    recorded_at: datetime
    edition: str
    calendar_edition: str
    hash: str


_t = schema.log.c
_READ = select(schema.log).where(_t.case == bindparam("c"), _t.seq > bindparam("after")).order_by(_t.seq)
_LAST = select(_t.seq, _t.hash).where(_t.case == bindparam("c")).order_by(_t.seq.desc()).limit(1)
_OPENED = select(_t.case, _t.data).where(_t.kind == "opened").order_by(_t.recorded_at, _t.case, _t.seq)
_ADD = insert(schema.log)
_ADD_CAUSE = insert(schema.causes)
_KNOWS = select(exists().where(schema.causes.c.case == bindparam("c"), schema.causes.c.cause == bindparam("cause")))
_HAS = select(exists().where(_t.kind == bindparam("kind"), _t.case == bindparam("c")))
_LAST_CAUSE = select(func.max(schema.causes.c.seq)).where(schema.causes.c.case == bindparam("c"))


def line_hash(before: str, row: Mapping[str, Any]) -> str:
    """The hash of a line in hex: SHA-256 over the hash before it ("" for the first) and the line's canonical JSON."""
    content = {
        name: value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else value
        for name, value in row.items()
        if name != "hash"
    }
    return hashlib.sha256((before + schema.canonical(content)).encode("ascii")).hexdigest()


class Log(Room):
    """The log of this transaction; only flow/advance.py appends to it."""

    __slots__ = ()

    def read(self, case: str, after: int = 0) -> list[Line]:
        """The lines of a case in order, those after `after` only."""
        return [Line(**row) for row in self._work.read(_READ, {"c": case, "after": after}).mappings()]

    def last(self, case: str) -> int:
        """The sequence number of the newest line, 0 for a case without lines."""
        row = self._work.read(_LAST, {"c": case}).first()
        return row.seq if row else 0

    def knows(self, case: str, cause: str) -> bool:
        """Whether this cause has already been applied to this case."""
        return bool(self._work.read(_KNOWS, {"c": case, "cause": cause}).scalar())

    def has(self, case: str, kind: str) -> bool:
        """Whether a case has a line of this kind."""
        return bool(self._work.read(_HAS, {"c": case, "kind": kind}).scalar())

    def cases(self, procedure: str | None = None) -> list[str]:
        """The cases that were opened, oldest first, of one procedure or of all (lines of kind "opened")."""
        rows = self._work.read(_OPENED)
        return list(dict.fromkeys(r.case for r in rows if procedure is None or r.data.get("procedure") == procedure))

    def append(
        self,
        case: str,
        after_seq: int,
        entries: Sequence[tuple[str, str, Mapping[str, Any]]],
        *,
        cause: str,
        actor: str,
        happened_at: datetime,
        recorded_at: datetime,
        edition: str,
        calendar_edition: str,
    ) -> int:
        """Write the facts of one cause after line `after_seq`; returns the last sequence number.

        With no entries the cause alone is remembered. Raises Conflict when the case has moved on since it was read or
        when the cause is known (the caller asks `knows` first); the unit must then be left, nothing of it is kept.
        """
        if not case or not cause:
            raise ValueError("a line of the log needs a case and a cause")
        newest = self._work.read(_LAST, {"c": case}).first()
        last, before = (newest.seq, newest.hash) if newest else (0, "")
        if last != after_seq:
            raise Conflict(f"case {case} stands at line {last}, not {after_seq}")
        rows = []
        for seq, (kind, machine, data) in enumerate(entries, start=last + 1):
            # What is hashed is what will be read back, hence `sound`; `data` is stored as ASCII anyway.
            row: dict[str, Any] = {
                "case": schema.sound(case),
                "seq": seq,
                "kind": schema.sound(kind),
                "machine": schema.sound(machine),
                "data": dict(data),
                "cause": schema.sound(cause),
                "actor": schema.sound(actor),
                "happened_at": happened_at,
                "recorded_at": recorded_at,
                "edition": schema.sound(edition),
                "calendar_edition": schema.sound(calendar_edition),
            }
            before = row["hash"] = line_hash(before, row)
            rows.append(row)
        try:
            self._work.write(_ADD_CAUSE, {"case": case, "cause": cause, "seq": last + len(rows)})
            if rows:
                self._work.write(_ADD, rows)
        except IntegrityError as fault:
            raise Conflict(f"case {case}: another loop was first, or cause {cause} is already applied") from fault
        self._work.appended.append((schema.sound(case), schema.sound(cause), last + len(rows), before))
        return last + len(rows)

    def verify(self, case: str) -> str:
        """Empty when the chain of the case is whole, otherwise one sentence that names the first line at fault."""
        before, expected = "", 1
        for row in self._work.read(_READ, {"c": case, "after": 0}).mappings():
            if row["seq"] != expected:
                return f"case {case}: line {expected} is missing"
            if line_hash(before, row) != row["hash"]:
                return f"case {case}: line {row['seq']} is not what was written"
            before, expected = row["hash"], expected + 1
        causes_reach = self._work.read(_LAST_CAUSE, {"c": case}).scalar() or 0
        if causes_reach != expected - 1:
            return f"case {case}: the lines end at {expected - 1} but their causes at {causes_reach}"
        return ""
