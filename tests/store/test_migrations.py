"""Rules of the schema: migrated equals described, guarded, and never a step back."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.expression import Executable

from mailflow.errors import ConfigurationError
from mailflow.store import (
    Store,
    agenda,
    chain,
    codes,
    correspondence,
    departures,
    evidence,
    held,
    inbox_sql,
    log,
    outbox_sql,
    schema,
    texts,
    views,
)
from mailflow.store import files as files_room
from mailflow.store.migrations import run
from tests.store.steps import only_sqlite, order


def test_migrated_schema_is_the_described_one(store: Store, url: str) -> None:
    """`alembic check`: nothing is left to migrate between the steps and schema.metadata."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, schema.metadata) == []
    engine.dispose()


@only_sqlite
def test_migrated_tables_are_made_as_described(store: Store, url: str, tmp_path: Path) -> None:
    """What alembic does not compare (keys, uniqueness, partial indexes) is equal too: the very statements are."""
    described = create_engine(f"sqlite:///{tmp_path}/described.db")
    schema.metadata.create_all(described)
    described.dispose()
    question = "SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'index') AND name NOT LIKE 'alembic%'"
    made = []
    for path in (url.removeprefix("sqlite:///"), f"{tmp_path}/described.db"):
        raw = sqlite3.connect(path)
        made.append(
            {name: " ".join((sql or "").split()) for name, sql in raw.execute(question) if "alembic" not in name}
        )
        raw.close()
    assert made[0] == made[1]


def test_head_is_the_newest_step(store: Store, url: str) -> None:
    """schema.HEAD, which makes the next start cheap, is the newest step in the package."""
    from alembic.script import ScriptDirectory

    with create_engine(url).connect() as connection, run.configuration(connection) as config:
        assert ScriptDirectory.from_config(config).get_current_head() == schema.HEAD
        assert run.version(connection) == schema.HEAD


def test_steps_are_package_data() -> None:
    """The steps are found through the package, not through a checkout."""
    names = {entry.name for entry in files("mailflow.store.migrations").joinpath("versions").iterdir()}
    assert "0001_first.py" in names


def test_migrating_again_changes_nothing(store: Store, again: Callable[[], Store]) -> None:
    """A second start on a migrated database keeps what is in it."""
    with store.unit() as u:
        u.meta.put("a", "1")
    later = again()
    later.migrate()
    with later.read() as u:
        assert u.meta.get("a") == "1"


def test_daemons_may_migrate_together(tmp_path: Path) -> None:
    """Processes that start at once on an empty database end with one schema and no error; twenty rounds of four."""
    faults: list[BaseException] = []

    def start(url: str, together: threading.Barrier) -> None:
        store = Store(url)
        try:
            together.wait()
            store.migrate()
        except BaseException as fault:
            faults.append(fault)
        finally:
            store.close()

    for turn in range(20):
        job = (f"sqlite:///{tmp_path}/{turn}.db", threading.Barrier(4))
        threads = [threading.Thread(target=start, args=job) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert faults == []


def test_a_newer_database_is_refused(store: Store, url: str, again: Callable[[], Store]) -> None:
    """A database of a newer mailflow is left alone, with advice."""
    order(url, "UPDATE alembic_version SET version_num = '9999'")
    try:
        with pytest.raises(ConfigurationError, match="9999.*restore the backup"):
            again().migrate()
    finally:
        order(url, f"UPDATE alembic_version SET version_num = '{schema.HEAD}'")


def test_foreign_keys_are_on_after_migrating(url: str, again: Callable[[], Store]) -> None:
    """They are off only while migrating, on the same connection too."""
    store = again()
    store.migrate()
    orphan = {"letter": "none", "recipient": "a@b.example", "state": "waiting", "attempts": 0, "next_at": None}
    with pytest.raises(Exception, match="(?i)foreign key"), store.unit() as u:
        u.outbox._work.write(outbox_sql.PUT_ENVELOPE, {**orphan, "left_at": None, "verdict": "", "home": False})


ROOMS = (
    agenda,
    chain,
    codes,
    correspondence,
    departures,
    evidence,
    files_room,
    held,
    inbox_sql,
    log,
    outbox_sql,
    texts,
    views,
)


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.__name__.rpartition(".")[2])
def test_every_statement_is_also_postgresql(room: object) -> None:
    """Each prebuilt statement compiles for PostgreSQL: nothing of SQLite's own crept in."""
    dialect = postgresql.dialect()
    found = [value for value in vars(room).values() if isinstance(value, Executable) and hasattr(value, "compile")]
    assert found
    for statement in found:
        assert str(statement.compile(dialect=dialect))


def test_claims_skip_locked_rows_on_postgresql() -> None:
    """Where many writers run, a claimed letter is passed over, not waited for."""
    assert "FOR UPDATE OF letters SKIP LOCKED" in str(outbox_sql.CLAIM_IN_ORDER.compile(dialect=postgresql.dialect()))
