"""Whole tables as they are stored, row by row, in one order on every database: for moving a store.

In: the name of a table; rows to put into it.
Out: its rows in the order of their keys; the numbers that the database itself has given out.
Fails: errors.MailflowError for a row that cannot be read; else as the database does.
Limits: bounded in memory by a few rows with their octets; what a row means is nobody's business here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    LargeBinary,
    MetaData,
    Table,
    Text,
    collate,
    func,
    insert,
    inspect,
    select,
    text,
)

from mailflow.errors import MailflowError
from mailflow.store import schema
from mailflow.store.work import Room

# Rows that are fetched together; those with octets may be megabytes each.
_FETCH, _FETCH_OCTETS = 1000, 2
Row = tuple[Any, ...]
# Whoever logs in as the daemon's own user, or says that it is mailflow; not an administrator's or a monitor's session.
_OTHERS = """
SELECT pid, COALESCE(client_addr::text, 'this machine') AS host, to_char(backend_start, 'YYYY-MM-DD HH24:MI') AS since
FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
  AND (usename = current_user OR application_name LIKE 'mailflow%')
ORDER BY pid
"""


def _plain(table: Table) -> Table:
    """A table whose words and JSON are the texts that are stored: a copy changes nothing, not even by understanding."""
    textual = (schema.Words, schema.Json)
    kinds = [(c, Text() if isinstance(c.type, textual) else c.type) for c in table.columns]
    return Table(table.name, MetaData(), *(Column(c.name, kind, primary_key=c.primary_key) for c, kind in kinds))


# Who works on this database at this moment is true nowhere else.
PASSING = ("leases",)
_TABLES = {table.name: _plain(table) for table in schema.metadata.sorted_tables if table.name not in PASSING}
# Tables whose rows the database numbers by itself: only a key of its own, and one that nobody hands in.
_NUMBERED = tuple(
    table.name
    for table in schema.metadata.sorted_tables
    if [c.name for c in table.primary_key] == ["id"] and table.autoincrement_column is not None
)
# Of these SQLite, too, remembers the last number though its row be gone; of the others it takes the highest there is.
_NEVER_AGAIN = tuple(
    table.name for table in schema.metadata.sorted_tables if table.dialect_options["sqlite"]["autoincrement"]
)


class InUse(MailflowError):
    """Another mailflow works on this database."""


class Tables(Room):
    """The tables of this transaction."""

    __slots__ = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every table but those of the moment; what rows refer to comes before them."""
        return tuple(_TABLES)

    def columns(self, name: str) -> tuple[str, ...]:
        """The columns of a table, in the order of the values in its rows."""
        return tuple(_TABLES[name].columns.keys())

    def count(self, name: str) -> int:
        """How many rows a table has."""
        return self._work.read(select(func.count()).select_from(_TABLES[name])).scalar() or 0

    def rows(self, name: str) -> Iterator[Row]:
        """Every row, ordered by its key, texts by their octets. Raises MailflowError, naming what cannot be read."""
        table = _TABLES[name]
        keys = [self._by_octets(column) for column in table.primary_key]
        heavy = any(isinstance(column.type, LargeBinary) for column in table.columns)
        few = {"yield_per": _FETCH_OCTETS if heavy else _FETCH}
        done = 0
        try:
            for row in self._work.read(select(table).order_by(*keys).execution_options(**few)):
                yield tuple(row)
                done += 1
        except (ValueError, TypeError) as fault:
            raise MailflowError(f"Row {done + 1} of the table {name}, by its key, cannot be read: {fault}.") from fault

    def put(self, name: str, rows: Sequence[Row]) -> None:
        """Add rows."""
        columns = self.columns(name)
        self._work.write(insert(_TABLES[name]), [dict(zip(columns, row, strict=True)) for row in rows])

    def numbers(self) -> Mapping[str, int]:
        """The highest number that the database has given to a row of each table that it numbers, 0 for none."""
        return {name: self._number(name) for name in _NUMBERED}

    def go_on_from(self, numbers: Mapping[str, int]) -> None:
        """Number the next rows from these on, so that no number is given twice."""
        for name, last in numbers.items():
            if last and self._postgresql:
                self._work.read(select(func.setval(func.pg_get_serial_sequence(name, "id"), last)))
            elif last and name in _NEVER_AGAIN:
                self._work.write(text("DELETE FROM sqlite_sequence WHERE name = :t"), {"t": name})
                self._work.write(
                    text("INSERT INTO sqlite_sequence (name, seq) VALUES (:t, :n)"), {"t": name, "n": last}
                )

    def take_time(self) -> None:
        """Let no limit of the database's own end this long transaction."""
        if self._postgresql:
            for name in ("statement_timeout", "idle_in_transaction_session_timeout"):
                self._work.read(select(func.set_config(name, "0", True)))

    @property
    def connection(self) -> Connection:
        """The transaction itself, for what only one kind of database can be asked."""
        return self._work.connection

    def made(self) -> bool:
        """Whether any table of a store is there."""
        there = inspect(self._work.connection).get_table_names()
        return bool({"alembic_version", *_TABLES}.intersection(there))

    def schema(self) -> str:
        """The migration at which the database stands, "" where there is no store."""
        if not inspect(self._work.connection).has_table("alembic_version"):
            return ""
        return str(self._work.read(text("SELECT version_num FROM alembic_version")).scalar() or "")

    def faults_of_the_place(self) -> list[str]:
        """Why this database cannot hold a store, in sentences."""
        if not self._postgresql:
            return []
        encoding = self._work.read(text("SHOW server_encoding")).scalar()
        words = f"Its encoding is {encoding}: create it with ENCODING 'UTF8' TEMPLATE template0."
        return [] if encoding == "UTF8" else [words]

    def must_be_unused(self) -> None:
        """Raise InUse if another mailflow works on this database; SQLite's users are known by their locks."""
        if not self._postgresql:
            return
        self._work.read(select(func.pg_stat_clear_snapshot()))  # within a transaction it would answer as before
        rows = self._work.read(text(_OTHERS))
        others = [f"process {row.pid} on {row.host} since {row.since}" for row in rows]
        if others:
            raise InUse(f"Another mailflow works on the database: {'; '.join(others)}. Stop it first, on every host.")

    @property
    def _postgresql(self) -> bool:
        return self._work.connection.dialect.name == "postgresql"

    def _by_octets(self, column: Column[Any]) -> Any:
        # SQLite compares texts by their octets anyway; PostgreSQL by the customs of a country, unless it is told.
        return collate(column, "C") if self._postgresql and isinstance(column.type, Text) else column

    def _number(self, name: str) -> int:
        highest = self._work.read(select(func.max(_TABLES[name].c.id))).scalar() or 0
        if not self._postgresql:
            known = self._work.read(text("SELECT seq FROM sqlite_sequence WHERE name = :t"), {"t": name}).scalar()
            return max(highest, known or 0)
        sequence = self._work.read(select(func.pg_get_serial_sequence(name, "id"))).scalar()
        row = self._work.read(text(f"SELECT last_value, is_called FROM {sequence}")).one()
        return max(highest, row.last_value if row.is_called else 0)
