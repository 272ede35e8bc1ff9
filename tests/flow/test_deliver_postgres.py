"""The courier on PostgreSQL: every rule of test_deliver.py once more, on a database that several may share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from mailflow.errors import StoreUnavailable
from mailflow.flow.deliver import Courier
from mailflow.flow.ports import House, Limits
from mailflow.store import Store, Unit
from mailflow.store.leases import DAEMON
from mailflow.submission.verdict import Verdict
from tests.flow.test_budgets import test_letters_over_a_budget_wait_for_a_place_of_their_own  # noqa: F401
from tests.flow.test_clock_ahead import (  # noqa: F401
    test_a_letter_in_doubt_by_the_false_clock_is_asked_about_soon,
    test_a_letter_put_off_by_the_false_clock_is_tried_now,
    test_what_left_in_the_future_takes_nobodys_place,
)
from tests.flow.test_deliver import *  # noqa: F403 - its tests and fixtures, over the house below
from tests.flow.test_deliver import ANN, NOW, Server, put
from tests.servers.fixtures import postgres  # noqa: F401 (pytest finds fixtures by name)
from tests.servers.postgres import Postgres
from tests.store.steps import order, sweep

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


@pytest.fixture
def second(house: House, shared: str) -> Iterator[House]:
    """The house as a daemon on another machine has it; both give a sign of life."""
    store = Store(shared)
    for name in ("one", "two"):
        store.beat(name, [f"{DAEMON}{name}"])
    yield replace(house, store=store)
    store.close()


@pytest.mark.parametrize("limits", [Limits(per_hour=1), Limits(per_address_per_hour=1), Limits(per_case_per_day=1)])
def test_two_couriers_keep_a_budget_together(house: House, second: House, told: list, limits: Limits) -> None:
    """What another courier carries at this moment counts as if it had left: the budget is never exceeded."""
    put(house, "L1", home="")
    put(house, "L2", home="", seq=2)
    here, there = Server(), Server()
    other = Courier(replace(second, limits=limits), lambda office: there, me="two")
    here.stop = lambda phase: other.step(NOW) if phase == "data" else None
    assert Courier(replace(house, limits=limits), lambda office: here, me="one").step(NOW)
    assert [letter for letter, _ in here.got] == ["L1"] and there.got == []
    with house.store.read() as unit:
        _, (envelope,) = unit.outbox.get("L2")
        assert envelope.state == "waiting"


def test_a_courier_that_was_lost_does_not_finish_what_another_has_sent(
    house: House, second: House, shared: str, told: list
) -> None:
    """Paused before the final dot for longer than its lease: the other has sent the letter, and it hangs up."""
    put(house, "L1", home="")
    here, there = Server(), Server()
    other = Courier(second, lambda office: there, me="two")

    def lost(phase: str) -> None:
        if phase == "data":
            order(shared, "UPDATE leases SET until = clock_timestamp() - interval '1 second' WHERE holder = 'one'")
            assert other.step(NOW)

    here.stop = lost
    assert Courier(house, lambda office: here, me="one").step(NOW)
    assert here.got == [] and [letter for letter, _ in there.got] == ["L1"]
    assert here.phases[-1] == "data"
    with house.store.read() as unit:
        assert unit.outbox.all_states() == {"sent": 1}
        assert len(unit.outbox.attempts("L1")) == 2
    assert len(told) == 1


def test_a_late_no_from_a_lost_courier_changes_nothing(house: House, second: House, shared: str, told: list) -> None:
    """Its server says no while another courier carries the letter: that one's claim is not taken from it."""
    put(house, "L1", home="")
    here, there = Server(), Server()
    here.last, here.otherwise = "data", Verdict("deferred", False, "451 later")
    first = Courier(house, lambda office: here, me="one")

    def meanwhile(phase: str) -> None:
        if phase == "data":
            order(shared, "UPDATE leases SET until = clock_timestamp() - interval '1 second' WHERE holder = 'one'")
            with second.store.unit("claims") as unit:
                unit.outbox.recover(NOW)
                assert unit.outbox.claim(NOW, lease_seconds=60, holder="two")

    here.stop = meanwhile
    assert first.step(NOW)
    with house.store.read() as unit:
        assert unit.outbox.all_states() == {"claimed": 1} and unit.outbox.anothers("L1", "one")
    assert there.got == []


def test_a_claim_whose_commit_was_not_answered_is_not_left_lying(
    house: House, second: House, told: list, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line broke after the database had the commit: a daemon that lives sends the letter, it waits for no death."""
    put(house, "L1", home="")
    server, true_unit = Server(), house.store.unit
    courier = Courier(house, lambda office: server, me="one")

    @contextmanager
    def unanswered(*beside: str, **purpose: str) -> Iterator[Unit]:
        with true_unit(*beside, **purpose) as unit:
            yield unit
        raise StoreUnavailable("no answer for 45 seconds")

    with monkeypatch.context() as broken, pytest.raises(StoreUnavailable):
        broken.setattr(house.store, "unit", unanswered)
        courier.step(NOW)
    assert not Courier(second, lambda office: server, me="two").step(NOW)
    assert courier.step(NOW)
    assert server.got == [("L1", (ANN,))] and len(told) == 1
    with house.store.read() as unit:
        assert unit.outbox.all_states() == {"sent": 1}
