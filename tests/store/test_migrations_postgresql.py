"""What several daemons that migrate one PostgreSQL at once may rely on; the rest is in test_migrations.py."""

from __future__ import annotations

import threading

import pytest

from mailflow.errors import ConfigurationError
from mailflow.store import Store, schema
from tests.servers.postgres import Postgres
from tests.store.steps import order

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(60)]


def test_daemons_may_migrate_together(postgres: Postgres) -> None:
    """Four that start at once on an empty database end with one schema and no error: one takes the steps."""
    url = postgres.fresh(empty=True)
    faults: list[BaseException] = []
    together = threading.Barrier(4)

    def start() -> None:
        store = Store(url)
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
    store = Store(url)
    with store.unit() as unit:
        unit.meta.put("a", "1")
    store.close()
    postgres.drop(url)


def test_a_refusal_names_both_schemas(postgres_url: str) -> None:
    """A database of a newer mailflow: its schema, the newest known here, and what to do."""
    order(postgres_url, "UPDATE alembic_version SET version_num = '9999'")
    store = Store(postgres_url)
    with pytest.raises(
        ConfigurationError, match=f"9999 is unknown here.*up to {schema.HEAD}.*newer mailflow, or restore"
    ):
        store.migrate()
    store.close()
