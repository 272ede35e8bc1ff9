"""The record: one chain over the logs of all cases, in the order of the commits, so that nothing can be cut off unseen.

In: what a transaction has appended to the log.
Out: an entry for each cause, chained by hashes; the head of the chain, short enough to stand in a mail.
Fails: errors.Conflict when another commit was entered first and this transaction could not know.
Limits: who rewrites the whole database can make another chain; the heads that people hold in their mailboxes show it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.exc import IntegrityError

from mailflow.errors import Conflict
from mailflow.store import schema
from mailflow.store.work import Room, Work

# Digits of the hash that a mail shows: 128 bits, which nobody can hit by trying.
SHOWN = 32
_BLOCK = 1000
# Any number will do, as long as nothing else in the database locks by it.
_LOCK = 4_041_970

_HEAD = re.compile(r"entry\s+(?P<number>[\d,.\u00a0\u202f ]{1,20})\s*:\s*(?P<hash>[0-9a-f][0-9a-f\s]{6,90})", re.I)


@dataclass(frozen=True)
class Entry:
    """One cause as it was recorded: the case then stood at line `seq`, whose hash is `head` ("" for no line)."""

    number: int
    case: str
    cause: str
    seq: int
    head: str
    hash: str


@dataclass(frozen=True)
class Head:
    """What a mail says of the newest entry: its number and how its hash begins."""

    number: int
    hash: str

    def __str__(self) -> str:
        digits = self.hash[:SHOWN]
        return f"entry {self.number:,}: " + " ".join(digits[n : n + 4] for n in range(0, len(digits), 4))


_c = schema.chain.c
_LAST = select(_c.number, _c.hash).order_by(_c.number.desc()).limit(1)
_AT = select(schema.chain).where(_c.number == bindparam("n"))
_FROM = select(schema.chain).where(_c.number > bindparam("after")).order_by(_c.number).limit(_BLOCK)
_COUNT = select(func.count()).select_from(schema.chain)
_ADD = insert(schema.chain)
_ALONE = select(func.pg_advisory_xact_lock(bindparam("key", type_=schema.Integer)))


def entry_hash(before: str, row: dict[str, Any]) -> str:
    """The hash of an entry in hex: SHA-256 over the hash before it ("" for the first) and the entry's JSON."""
    content = {name: row[name] for name in ("number", "case", "cause", "seq", "head")}
    return hashlib.sha256((before + schema.canonical(content)).encode("ascii")).hexdigest()


def link(work: Work) -> None:
    """Enter what this transaction has appended; the last thing before its commit.

    On PostgreSQL the transactions stand in line here, each for the length of one insert and its commit; deciding,
    rendering and composing go on beside each other. The lock is taken last, so nobody waits for it in a circle.
    """
    if not work.appended:
        return
    if work.connection.dialect.name == "postgresql":
        work.read(_ALONE, {"key": _LOCK})
    newest = work.read(_LAST).first()
    number, before = (newest.number, newest.hash) if newest else (0, "")
    rows = []
    for case, cause, seq, head in work.appended:
        number += 1
        row: dict[str, Any] = {"number": number, "case": case, "cause": cause, "seq": seq, "head": head}
        before = row["hash"] = entry_hash(before, row)
        rows.append(row)
    try:
        work.write(_ADD, rows)
    except IntegrityError as fault:  # only where a transaction cannot see what was committed after it began
        raise Conflict("another commit was entered in the record first") from fault
    work.appended = []


def read_head(words: str) -> Head | None:
    """The head that a mail's words name, however it was wrapped, or None."""
    found = _HEAD.search(words.replace(">", " "))
    if not found:
        return None
    digits = "".join(found["hash"].split()).lower()[:SHOWN]
    number = "".join(c for c in found["number"] if c.isdigit())
    return Head(int(number), digits) if number and len(digits) == SHOWN else None


class Chain(Room):
    """The record as this transaction found it."""

    __slots__ = ()

    def head(self) -> Head:
        """The newest entry; number 0 while there is none."""
        newest = self._work.read(_LAST).first()
        return Head(newest.number, newest.hash) if newest else Head(0, "")

    def count(self) -> int:
        """How many entries there are."""
        return self._work.read(_COUNT).scalar() or 0

    def at(self, number: int) -> Entry | None:
        """The entry with this number, or None."""
        row = self._work.read(_AT, {"n": number}).mappings().first()
        return Entry(**row) if row else None

    def entries(self) -> Iterator[Entry]:
        """Every entry in order, read in blocks."""
        after = -1
        while rows := self._work.read(_FROM, {"after": after}).mappings().all():
            yield from (Entry(**row) for row in rows)
            after = rows[-1]["number"]
