"""One transaction's connection, and whether it has written anything.

In: prebuilt statements and their parameters.
Out: results; `changed` tells the Store whether a commit is news to the other loops.
Fails: with what SQLAlchemy raises; the Store translates that at the edge of the unit.
Limits: a statement that matched no row is not news, otherwise idle loops would wake each other for ever.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, CursorResult, Executable

Params = Mapping[str, Any] | Sequence[Mapping[str, Any]]


class Work:
    """What the rooms of the store share inside one transaction."""

    __slots__ = ("changed", "connection")

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.changed = False

    def read(self, statement: Executable, params: Params | None = None) -> CursorResult[Any]:
        """Run a question."""
        return self.connection.execute(statement, params)

    def write(self, statement: Executable, params: Params | None = None) -> int:
        """Run an INSERT, UPDATE or DELETE; returns the number of rows it touched."""
        count = self.connection.execute(statement, params).rowcount
        self.changed = self.changed or count != 0
        return count


class Room:
    """A part of the store over one transaction."""

    __slots__ = ("_work",)

    def __init__(self, work: Work) -> None:
        self._work = work
