"""One-time codes and running numbers.

In: digests of codes (never the codes), prefixes and years.
Out: what a code was given out for, once; the next number of a year.
Fails: never of its own accord.
Limits: a number given out in a unit that rolls back is given out again; nobody has seen it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from mailflow.store import schema
from mailflow.store.work import Room


@dataclass(frozen=True)
class Code:
    """What a one-time code stands for (G8): it proves freshness against `state_key`, and only from `address`."""

    digest: str
    case: str
    machine: str
    verb: str
    address: str
    state_key: str
    issued_at: datetime
    used_at: datetime | None


_c = schema.codes.c
_n = schema.numbers.c
_PUT = insert(schema.codes).on_conflict_do_nothing(index_elements=[_c.digest])
_GET = select(schema.codes).where(_c.digest == bindparam("d"))
_USE = (
    update(schema.codes)
    .where(_c.digest == bindparam("d"), _c.used_at.is_(None))
    .values(used_at=bindparam("at", type_=schema.UTC()))
)
_INSERT = insert(schema.numbers)
_ABOVE = _INSERT.on_conflict_do_update(
    index_elements=[_n.prefix, _n.year],
    set_={"last": _INSERT.excluded.last},
    where=_n.last < _INSERT.excluded.last,
)
_NEXT = (
    insert(schema.numbers)
    .on_conflict_do_update(index_elements=[_n.prefix, _n.year], set_={"last": _n.last + 1})
    .returning(_n.last)
)


class Codes(Room):
    """The one-time codes of this transaction."""

    __slots__ = ()

    def put(
        self, code_digest: str, case: str, machine: str, verb: str, address: str, state_key: str, issued_at: datetime
    ) -> None:
        """Remember a code that a letter gives out; the same digest again changes nothing."""
        row = {"case": case, "machine": machine, "verb": verb, "address": address.lower(), "state_key": state_key}
        self._work.write(_PUT, {**row, "digest": code_digest, "issued_at": issued_at, "used_at": None})

    def get(self, code_digest: str) -> Code | None:
        """What a code was given out for, or None."""
        row = self._work.read(_GET, {"d": code_digest}).mappings().first()
        return Code(**row) if row else None

    def use(self, code_digest: str, at: datetime) -> bool:
        """Use a code up; False when it is unknown or already used."""
        return self._work.write(_USE, {"d": code_digest, "at": at}) > 0


class Numbers(Room):
    """The running numbers of this transaction."""

    __slots__ = ()

    def begin_above(self, prefix: str, year: int, number: int) -> None:
        """From now on only numbers above this one are given out; those that are above it already stay."""
        self._work.write(_ABOVE, {"prefix": prefix, "year": year, "last": number})

    def next(self, prefix: str, year: int) -> int:
        """The next number of a prefix and year, from 1, without gaps (G1)."""
        number: int = self._work.write_returning(_NEXT, {"prefix": prefix, "year": year, "last": 1})
        return number
