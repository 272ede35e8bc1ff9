"""An installation of every released schema is brought up to date on both databases, with all that is in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, MetaData, Table, create_engine, inspect, text

from mailflow.store import Store, schema
from mailflow.store.migrations import run
from mailflow.store.migrations import versions as steps
from tests.flow.bench import JOAN, Bench
from tests.flow.carried_over import faults, gone_on
from tests.servers.fixtures import postgres  # noqa: F401 (pytest finds fixtures by name)

pytestmark = pytest.mark.timeout(120)
RELEASED = sorted(path.name[:4] for path in Path(steps.__path__[0]).glob("[0-9]*.py"))[:-1]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database in which nothing is."""
    server = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    url = server.fresh(empty=True) if server else f"sqlite:///{tmp_path}/old.db"
    made = create_engine(url)
    yield made
    made.dispose()
    if server:
        server.drop(url)


def bring_to(engine: Engine, revision: str) -> None:
    """Make the tables as a mailflow of that time made them."""
    from alembic import command

    with engine.connect() as connection, connection.begin(), run.configuration(connection) as config:
        command.upgrade(config, revision)


def fill(engine: Engine, source: Store) -> None:
    """Everything of a played office that those tables can hold, written as SQL."""
    with source.read() as unit, engine.connect() as connection, connection.begin():
        there = set(inspect(connection).get_table_names())
        for name in unit.tables.names:
            if name not in there:
                continue
            old = Table(name, MetaData(), autoload_with=connection)
            rows = [dict(zip(unit.tables.columns(name), row, strict=True)) for row in unit.tables.rows(name)]
            if rows:
                connection.execute(old.insert(), [{k: v for k, v in row.items() if k in old.columns} for row in rows])
            if rows and name in unit.tables.numbers() and engine.name == "postgresql":
                number = f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))"
                connection.execute(text(number))


def rows_of(store: Store) -> dict[str, list[tuple[object, ...]]]:
    with store.read() as unit:
        return {name: list(unit.tables.rows(name)) for name in unit.tables.names}


def url_of(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


@pytest.mark.parametrize("revision", RELEASED)
def test_an_office_of_a_released_schema_goes_on(waiting: Bench, engine: Engine, revision: str) -> None:
    """Every row is kept, the record is whole, what is derived follows from it, and the provider's answer is heard."""
    bring_to(engine, revision)
    fill(engine, waiting.store)
    store = Store(url_of(engine))
    store.migrate()
    before, after = rows_of(waiting.store), rows_of(store)
    if revision == "0001":  # which had no record over all cases: it is made from what was logged
        assert len(before.pop("chain")) == len(after.pop("chain"))
    holders = {"attempts": -1} if revision < "0003" else {}
    for name, column in holders.items():
        before[name] = [row[:column] for row in before[name]]
        after[name] = [row[:column] for row in after[name]]
    assert after == before and len(before["log"]) > 5 and len(before["letters"]) > 3 and len(before["inbox"]) > 2
    office = gone_on(waiting, store)
    assert faults(office) == []
    office.mail("2027-02-10 09:00", JOAN, f"Re: [{office.ref()}]", "We accept that calls were missed.")
    assert office.state() == "RSP" and faults(office) == []
    with store.unit() as unit:
        place = {"mailbox": "box", "folder": "f", "uidvalidity": 2**32 - 1, "uid": 2**32 - 1}
        unit.inbox.keep("far", b"x", **place, arrived_at=office.now, kept_at=office.now)
    store.close()


def test_a_migration_that_fails_changes_nothing(
    waiting: Bench, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All steps are one transaction: after a fault the old schema stands there with its rows; the next try works."""
    bring_to(engine, "0001")
    fill(engine, waiting.store)
    store = Store(url_of(engine))

    def fail(*_: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(run, "_check_parents", fail)
    with pytest.raises(RuntimeError):
        store.migrate()
    monkeypatch.undo()
    with engine.connect() as connection:
        assert run.version(connection) == "0001" and not inspect(connection).has_table("chain")
        assert connection.execute(text("SELECT count(*) FROM log")).scalar() == len(rows_of(waiting.store)["log"])
    store.migrate()
    with engine.connect() as connection:
        assert run.version(connection) == schema.HEAD
    store.close()
