"""Moving a whole store to another database: every row copied, read back and compared, before anything is committed.

In: the store as it is, and one that holds nothing yet; either may be SQLite or PostgreSQL.
Out: how many rows each table has; the target holds the same rows, numbers and record.
Fails: errors.MailflowError with a sentence: the target is not empty, cannot hold a store, or does not give back what
  was put in; then, or when it is stopped, the target holds nothing, and the copy is begun anew.
Limits: nobody may write to the source meanwhile: what comes after the copy began would be left behind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import zip_longest

from mailflow.errors import MailflowError
from mailflow.store.engine import Store
from mailflow.store.examined import Step, record
from mailflow.store.tables import Row, Tables
from mailflow.store.unit import Unit

# What goes to the target at once.
_ROWS, _OCTETS = 500, 4_000_000


@dataclass(frozen=True)
class Moved:
    """What both databases hold now: rows by table; cases and streams, lines of the log, the newest entry's words."""

    rows: Mapping[str, int]
    cases: int
    lines: int
    head: str


def empty(unit: Unit) -> None:
    """Raise MailflowError unless this database can take a store and holds nothing of one."""
    faults = unit.tables.faults_of_the_place()
    if faults:
        raise MailflowError(f"The target cannot hold a store. {' '.join(faults)}")
    full = [name for name in unit.tables.names if unit.tables.count(name)]
    if full:
        raise MailflowError(
            f"The target is not empty: there are rows in {', '.join(full)}. Nothing was changed in it. Name a new, "
            "empty database."
        )


def move(source: Store, target: Store, step: Step = lambda done, total: None) -> Moved:
    """Copy everything. step: told how much is done, copying and comparing a row being one each."""
    with source.read() as reading, target.unit() as writing:
        for side in (reading, writing):
            side.tables.take_time()
            side.tables.must_be_unused()
        empty(writing)
        counts = {name: reading.tables.count(name) for name in reading.tables.names}
        total, done = 2 * sum(counts.values()), 0
        for name in counts:
            for batch in _batches(reading.tables.rows(name)):
                writing.tables.put(name, batch)
                done += len(batch)
                step(done, total)
        numbers = reading.tables.numbers()
        writing.tables.go_on_from(numbers)
        for name in counts:
            for _ in _compared(name, reading.tables, writing.tables):
                done += 1
                step(done, total)
        if writing.tables.numbers() != numbers:
            raise MailflowError("The target does not go on with the numbers of the source; nothing was kept in it.")
        found = record(writing)
        if found.faults:
            raise MailflowError(
                f"The record is not whole: {'; '.join(found.faults)}. It was so before the copy: ask mailflow verify. "
                "Nothing was kept in the target."
            )
        reading.tables.must_be_unused()
        return Moved(counts, found.cases, found.lines, str(writing.chain.head()) if found.lines else "")


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    size = 0
    for row in rows:
        batch.append(row)
        size += sum(len(value) for value in row if isinstance(value, bytes | str))
        if len(batch) == _ROWS or size >= _OCTETS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _compared(name: str, source: Tables, target: Tables) -> Iterator[None]:
    """Each row of a table as both have it, side by side. Raises MailflowError for the first that is not the same."""
    with closing(source.rows(name)) as left, closing(target.rows(name)) as right:
        for number, (one, other) in enumerate(zip_longest(left, right), 1):
            if one != other:
                where = _where(source, name, one, other)
                raise MailflowError(
                    f"Row {number} of the table {name}, by its key, is not the same in the target{where}. Nothing was "
                    "kept in it."
                )
            yield


def _where(tables: Tables, name: str, one: Row | None, other: Row | None) -> str:
    """Which columns differ; never what stands in them, which may be words of a mail."""
    if one is None or other is None:
        return ": it is there in one of the two only"
    columns = [c for c, a, b in zip(tables.columns(name), one, other, strict=True) if a != b]
    return f" ({', '.join(columns)})"
