"""One transaction's connection, and whether it has written anything.

In: prebuilt statements and their parameters.
Out: results; `changed` tells the Store whether a commit is news to the other loops.
Fails: RuntimeError when a reading writes; else with what SQLAlchemy raises, which the Store translates.
Limits: a statement that matched no row is not news, otherwise idle loops would wake each other for ever.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, CursorResult, Executable

Params = Mapping[str, Any] | Sequence[Mapping[str, Any]]


class Work:
    """What the rooms of the store share inside one transaction."""

    __slots__ = ("appended", "changed", "connection", "reading")

    def __init__(self, connection: Connection, *, reading: bool = False) -> None:
        self.connection = connection
        self.reading = reading
        self.changed = False
        # What this transaction has put into the log: case, cause, last line, its hash; chain.py enters it at the end.
        self.appended: list[tuple[str, str, int, str]] = []

    def read(self, statement: Executable, params: Params | None = None) -> CursorResult[Any]:
        """Run a question."""
        return self.connection.execute(statement, params)

    def write(self, statement: Executable, params: Params | None = None) -> int:
        """Run an INSERT, UPDATE or DELETE; returns the number of rows it touched."""
        self._refuse_in_reading()
        count = self.connection.execute(statement, params).rowcount
        self.changed = self.changed or count != 0
        return count

    def write_returning(self, statement: Executable, params: Params | None = None) -> Any:
        """Run one with RETURNING; returns the first value of the first row, None when it touched no row."""
        self._refuse_in_reading()
        value = self.connection.execute(statement, params).scalar()
        self.changed = self.changed or value is not None
        return value

    def _refuse_in_reading(self) -> None:
        # A fault of ours, said as such: the database would call itself read-only, which sounds like the disk.
        if self.reading:
            raise RuntimeError("a reading of the store cannot write; take a unit")


class Room:
    """A part of the store over one transaction."""

    __slots__ = ("_work",)

    def __init__(self, work: Work) -> None:
        self._work = work
