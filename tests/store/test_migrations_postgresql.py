"""Migrating on PostgreSQL: the described schema, several daemons at once, and a database that is newer."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine

from mailflow.errors import ConfigurationError
from mailflow.store import Store, schema
from tests.servers.postgres import Postgres

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(60)]


@pytest.fixture
def empty(postgres: Postgres) -> Iterator[str]:
    """A database in which nothing is."""
    url = postgres.fresh(empty=True)
    yield url
    postgres.drop(url)


def test_migrated_schema_is_the_described_one(postgres_url: str) -> None:
    """`alembic check`: nothing is left to migrate between the steps and schema.metadata."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    engine = create_engine(postgres_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, schema.metadata) == []
    engine.dispose()


def test_daemons_may_migrate_together(empty: str) -> None:
    """Four that start at once on an empty database end with one schema and no error: one takes the steps."""
    faults: list[BaseException] = []
    together = threading.Barrier(4)

    def start() -> None:
        store = Store(empty)
        try:
            together.wait()
            store.migrate()
        except BaseException as fault:
            faults.append(fault)
        finally:
            store.close()

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    store = Store(empty)
    with store.unit() as unit:
        unit.meta.put("a", "1")
    store.close()


def test_a_newer_database_is_refused(postgres: Postgres, postgres_url: str) -> None:
    """A database of a newer mailflow is left alone; both versions are named, and what to do."""
    postgres.order("UPDATE alembic_version SET version_num = '9999'", postgres_url.rpartition("/")[2])
    store = Store(postgres_url)
    with pytest.raises(ConfigurationError, match=f"9999.*{schema.HEAD}.*restore the backup"):
        store.migrate()
    store.close()
