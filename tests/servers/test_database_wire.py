"""The wire of the soak on PostgreSQL does what it says: what is shown through it is shown of the program."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mailflow.errors import StoreUnavailable
from mailflow.store import Store
from tests.servers.database_wire import DatabaseWire
from tests.servers.fixtures import postgres, postgres_url  # noqa: F401 (pytest finds fixtures by name)
from tests.servers.postgres import Postgres

pytestmark = pytest.mark.postgres


@pytest.fixture
def wire(postgres: Postgres) -> Iterator[DatabaseWire]:  # noqa: F811
    with DatabaseWire(postgres.port) as made:
        yield made


@pytest.mark.parametrize(("how", "kept"), [("never", None), ("lost", "said")])
def test_a_commit_without_an_answer_is_no_commit_to_who_made_it(
    wire: DatabaseWire,
    postgres: Postgres,  # noqa: F811
    postgres_url: str,  # noqa: F811
    how: str,
    kept: str | None,
) -> None:
    """The store says that it is away, whether or not the server had done it; the next unit works."""
    store = Store(postgres_url.replace(f":{postgres.port}/", f":{wire.port}/"))
    try:
        with store.unit() as unit:
            unit.meta.put("before", "said")
        wire.at_commit(how)
        with pytest.raises(StoreUnavailable), store.unit() as unit:
            unit.meta.put("key", "said")
        with store.unit() as unit:
            assert unit.meta.get("key") == kept
        wire.reset()
        with store.read() as unit:
            assert unit.meta.get("before") == "said"
    finally:
        store.close()
