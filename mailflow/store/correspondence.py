"""The correspondence of a case: one row per mail on its file, in or out, for the file's chronology (G14).

In: what the sorter knows of a mail that came in, what the courier knows of a letter that left.
Out: the rows of a case in the order of their instants.
Fails: never of its own accord.
Limits: the words of a mail are in `texts`; the subject and the address stand here until the case is forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from mailflow.store import schema
from mailflow.store.work import Work


@dataclass(frozen=True)
class Correspondence:
    """A mail on a case's file: `identity` of the mail or id of the letter; direction "in" or "out"."""

    case: str
    identity: str
    direction: str
    party: str
    correspondent: str
    at: datetime
    subject: str
    kind: str
    text_id: str
    attachments: tuple[dict[str, Any], ...]


_t = schema.correspondence.c
_ADD = insert(schema.correspondence).on_conflict_do_nothing(index_elements=[_t.case, _t.identity, _t.direction])
_COLUMNS = tuple(c for c in _t if c.name != "id")
_OF = select(*_COLUMNS).where(_t.case == bindparam("c")).order_by(_t.at, _t.id)
_FORGET = (
    update(schema.correspondence).where(_t.case == bindparam("c")).values(subject="", correspondent="", attachments=[])
)


def add(work: Work, row: Mapping[str, Any], attachments: Iterable[Mapping[str, Any]]) -> bool:
    """Put one mail on the file; False when it is there already. An attachment says name, type, size, digest."""
    return work.write(_ADD, {**row, "attachments": [dict(a) for a in attachments]}) > 0


def of(work: Work, case: str) -> list[Correspondence]:
    """The file of a case in the order of the instants."""
    rows = work.read(_OF, {"c": case}).mappings()
    return [Correspondence(**{**row, "attachments": tuple(row["attachments"])}) for row in rows]


def forget(work: Work, case: str) -> int:
    """Blank subjects, addresses and attachment names of a case; returns the number of rows."""
    return work.write(_FORGET, {"c": case})
