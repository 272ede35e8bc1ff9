"""Writers of one process come in the order in which they asked, and none waits for ever."""

from __future__ import annotations

import threading

import pytest

from mailflow.errors import StoreUnavailable
from mailflow.store import Store
from mailflow.store.turns import Turns


def test_who_came_first_is_first() -> None:
    """Whoever writes without a pause stands at the end of the line each time."""
    turns, order, threads = Turns(), [], []

    def one(name: str) -> None:
        with turns.one(30):
            order.append(name)

    with turns.one(30):
        for n, name in enumerate("abc"):
            threads.append(threading.Thread(target=one, args=(name,)))
            threads[-1].start()
            while len(turns._line) <= n:
                threads[-1].join(0.001)
    one("greedy")
    for thread in threads:
        thread.join()
    assert order == ["a", "b", "c", "greedy"]


def test_a_turn_that_does_not_come_is_given_up() -> None:
    """The line goes on without whoever has left it."""
    turns = Turns()
    with turns.one(30), pytest.raises(StoreUnavailable, match="another writer"), turns.one(0.01):
        pass
    with turns.one(0):
        pass


def test_a_unit_that_fails_passes_the_turn_on(store: Store) -> None:
    """Also one that ends in a fault."""
    with pytest.raises(RuntimeError), store.unit():
        raise RuntimeError
    with store.unit() as unit:
        unit.meta.put("a", "1")
