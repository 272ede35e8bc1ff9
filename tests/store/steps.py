"""Short steps that the tests of the store share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import create_engine

from mailflow.store import Letter, Unit, schema

Make = Callable[..., Letter]
# For what is a matter of the file, or of SQLite's own words.
only_sqlite = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
only_postgres = pytest.mark.parametrize("url", ["postgres"], indirect=True)
JO, AL, HOME = "jo@provider.example", "al@provider.example", "office@council.example"


def claimed(unit: Unit, now: datetime, **more: object) -> list[str]:
    """Claim one letter or more; their ids."""
    return [found.id for found, _ in unit.outbox.claim(now, lease_seconds=60, **more)]


def states(unit: Unit, letter_id: str) -> dict[str, str]:
    """The state of each recipient."""
    found = unit.outbox.get(letter_id)
    assert found is not None
    return {envelope.recipient: envelope.state for envelope in found[1]}


def order(url: str, *statements: str) -> None:
    """Run statements as any other program would that opens the database."""
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
    finally:
        engine.dispose()


def tamper(url: str, *statements: str) -> None:
    """Change rows as somebody would who takes the guards off first."""
    engine = create_engine(url)
    with engine.begin() as connection:
        if url.startswith("sqlite"):
            for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").all():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for statement in statements:
            assert connection.exec_driver_sql(statement).rowcount > 0, statement
    engine.dispose()


def sweep(url: str) -> None:
    """Empty a PostgreSQL database, without the triggers that refuse it, and in any order."""
    tables = [f"DELETE FROM {table.name}" for table in schema.metadata.sorted_tables]
    order(url, "SET LOCAL session_replication_role = replica; " + "; ".join(tables))
