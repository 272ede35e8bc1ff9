"""A fresh store per test, on SQLite and on PostgreSQL, and short ways to make what goes into it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailflow.store import Letter, Store
from tests.servers.fixtures import postgres, postgres_url  # noqa: F401 (pytest finds fixtures by name)
from tests.servers.postgres import Postgres
from tests.store.steps import sweep

NOON = datetime(2027, 3, 12, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def swept(postgres: Postgres) -> Iterator[str]:  # noqa: F811
    """One migrated PostgreSQL database, swept after each test: making one for each would take most of the time."""
    address = postgres.fresh()
    yield address
    postgres.drop(address)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without a table; of a migrated one if the test asks for `store`, too."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/mailflow.db"
    elif "store" in request.fixturenames:
        address = request.getfixturevalue("swept")
        yield address
        sweep(address)
    else:
        server = request.getfixturevalue("postgres")
        address = server.fresh(empty=True)
        yield address
        server.drop(address)


@pytest.fixture
def again(url: str) -> Iterator[Callable[[], Store]]:
    """Opens the same file once more, as the next process after a crash would."""
    opened: list[Store] = []

    def open_store() -> Store:
        opened.append(Store(url, busy_ms=200))
        return opened[-1]

    yield open_store
    for store in opened:
        store.close()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty database, to be copied: migrating anew for each test would take most of the time."""
    path = tmp_path_factory.mktemp("migrated") / "mailflow.db"
    first = Store(f"sqlite:///{path}")
    first.migrate()
    first.close()
    return path


@pytest.fixture
def store(url: str, migrated: Path) -> Iterator[Store]:
    """A migrated store."""
    if url.startswith("sqlite"):
        shutil.copy(migrated, url.removeprefix("sqlite:///"))
    fresh = Store(url)
    yield fresh
    fresh.close()


@pytest.fixture
def noon() -> datetime:
    """Friday 12 March 2027, 12:00 UTC."""
    return NOON


@pytest.fixture
def letter() -> Callable[..., Letter]:
    """A letter to a provider; every keyword changes a field, `minutes` moves leave_at from noon."""
    base = Letter(
        id="L1",
        case="CC-2027-0001",
        machine="concern",
        template="ask",
        party="provider",
        message_id="",
        octets=b"From: a\r\n\r\nb\r\n",
        mail_from="office@council.example",
        leave_at=NOON,
        why="now",
        party_mail=True,
        priority=5,
        seq=1,
        recorded_at=NOON,
    )

    def make(name: str = "L1", *, minutes: int = 0, **changes: object) -> Letter:
        changes = {"message_id": f"<{name}@council.example>", "leave_at": NOON + timedelta(minutes=minutes), **changes}
        return replace(base, id=name, **changes)

    return make
