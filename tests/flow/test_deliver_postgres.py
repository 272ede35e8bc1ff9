"""The courier on PostgreSQL: every rule of test_deliver.py once more, on a database that several may share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from mailflow.flow.ports import House
from mailflow.store import Store
from tests.flow.test_deliver import *  # noqa: F403 - its tests and fixtures, over the house below
from tests.servers.fixtures import postgres  # noqa: F401 (pytest finds fixtures by name)
from tests.servers.postgres import Postgres
from tests.store.steps import sweep

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def shared(postgres: Postgres) -> Iterator[str]:  # noqa: F811
    """One database, swept after each test."""
    url = postgres.fresh()
    yield url
    postgres.drop(url)


@pytest.fixture
def house(installed: House, shared: str) -> Iterator[House]:
    """The shipped house with an empty store on PostgreSQL."""
    store = Store(shared)
    yield replace(installed, store=store)
    store.close()
    sweep(shared)
