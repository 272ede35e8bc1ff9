"""An office moves to another database and goes on there as if nothing had been."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mailflow.store import Store, moving
from tests.flow.bench import JOAN, MAYA, Bench
from tests.flow.carried_over import faults, gone_on
from tests.servers.fixtures import postgres  # noqa: F401 (pytest finds fixtures by name)
from tests.servers.postgres import Postgres

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(120)]
Opens = Callable[[str], Store]


@pytest.fixture
def opens() -> Iterator[Opens]:
    """Opens and migrates a store that is closed in the end."""
    opened: list[Store] = []

    def open_store(url: str) -> Store:
        opened.append(Store(url))
        opened[-1].migrate()
        return opened[-1]

    yield open_store
    for store in opened:
        store.close()


def outcome(bench: Bench) -> tuple[object, ...]:
    """Where the case stands, which letters have left when, and what is on record."""
    ref = bench.ref()
    with bench.store.read() as unit:
        # The words themselves are told apart by a salt of their own in each database.
        lines = [(x.seq, x.kind, x.machine, x.actor, x.happened_at) for x in unit.log.read(ref)]
        count = unit.chain.count()
    return bench.state(ref), bench.clocks(ref), [(x.at, x.id, x.to) for x in bench.left], lines, count


def play_on(bench: Bench) -> None:
    """The provider answers and is heard; another concern comes in, and somebody stays silent."""
    tag = f"Re: [{bench.ref()}]"
    bench.mail("2027-02-10 09:00", JOAN, tag, "We accept that calls were missed. We have changed the rota.")
    bench.mail("2027-02-10 11:00", MAYA, tag, "Accepted")
    bench.concern("2027-02-11 09:30", "second.person@family.example")
    bench.to("2027-02-16 18:00")


def test_an_office_goes_on_in_postgresql_and_comes_back(
    waiting: Bench,
    postgres: Postgres,  # noqa: F811
    opens: Opens,
    tmp_path: Path,
) -> None:
    """A case in the middle of its way: both copies reach the same end with the same letters; both are whole."""
    over = opens(postgres.fresh(empty=True))
    moved = moving.move(waiting.store, over)
    assert moved.rows["letters"] and moved.lines
    there = gone_on(waiting, over)
    assert faults(there) == []
    play_on(there)
    assert faults(there) == []
    back = opens(f"sqlite:///{tmp_path}/back.db")
    assert moving.move(over, back).head
    home = gone_on(there, back)
    play_on(waiting)
    assert outcome(home) == outcome(there) == outcome(waiting)
    home.concern("2027-03-01 09:30", "other.person@family.example")
    assert faults(home) == [] and len(home.refs()) == 3
