"""Rules of what a daemon holds among several: it knows when it has lost it, and the others take over in time."""

from __future__ import annotations

import threading
from collections.abc import Collection

import pytest

from mailflow.loops import holding
from mailflow.loops.holding import BEAT, Holding
from mailflow.store import postgres
from mailflow.store.leases import SECONDS


def test_the_bounds_of_waiting_keep_within_a_minute() -> None:
    """What docs/operations.md promises of takeover: lease, bound of an answer, bound of a unit that stands still."""
    assert Holding.__init__.__kwdefaults__.items() >= {"seconds": SECONDS, "beat": BEAT}.items()
    assert SECONDS + 2 * BEAT <= 45
    assert postgres.ANSWER_SECONDS < 60 and postgres.STATEMENT_SECONDS < postgres.ANSWER_SECONDS
    # Nobody gives up a turn before a lost daemon that stands before them has been found out.
    assert SECONDS + postgres.SLICE_MS / 1000 < postgres.TURN_MS / 1000
    assert postgres.SLICE_MS / 1000 < postgres.STATEMENT_SECONDS


class Others:
    """What the leases of a shared store answer while another daemon lives; `silent` answers nothing until it is set."""

    def __init__(self) -> None:
        self.asked: list[set[str]] = []
        self.silent: threading.Event | None = None

    def beat(self, _me: str, wanted: Collection[str], _seconds: float) -> set[str]:
        self.asked.append(set(wanted))
        return set(wanted)

    def hand_over(self, _me: str, _name: str) -> bool:
        return True

    def give_back(self, _me: str) -> None:
        if self.silent is not None:
            self.silent.wait(30)

    def wake(self) -> None:
        """Nobody waits."""


def test_what_is_handed_over_is_not_taken_back_at_once() -> None:
    """The others get some minutes for it; if none of them has taken it, it is taken again."""
    store, now = Others(), [100.0]
    mine = Holding(store, "me", ticks=lambda: now[0])  # type: ignore[arg-type]
    mine.want(["box"])
    mine.beat()
    assert mine.has("box") and mine.hand_over("box", 60) and not mine.has("box")
    now[0] += 59
    mine.beat()
    assert store.asked[-1] == {"daemon:me"} and not mine.has("box")
    now[0] += 1
    mine.beat()
    assert mine.has("box")


def test_a_stop_does_not_wait_for_a_database_that_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leases that cannot be given back run out by themselves."""
    monkeypatch.setattr(holding, "FAREWELL", 0.05)
    store = Others()
    store.silent = threading.Event()
    mine = Holding(store, "me")  # type: ignore[arg-type]
    mine.start()
    mine.stop()
    assert not mine.lives and mine._thread is not None and mine._thread.is_alive()
    store.silent.set()
    mine._thread.join(10)
    assert not mine._thread.is_alive()
