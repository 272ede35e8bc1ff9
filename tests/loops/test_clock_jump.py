"""The wall clock jumps while the daemon runs: it is told once, and a jump forward holds the clocks for a while."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from mailflow.loops.clock import JUMP, QUIET, Clock
from mailflow.store import Store
from tests.flow.bench import RUTH, Bench
from tests.flow.conftest import empty_store, played_with_provider  # noqa: F401

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


class Machine:
    """A bench whose clock loop runs on a wall clock and on ticks that a test moves, together or not."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.seconds = bench, 0.0
        self.clock = Clock(bench.house, ticks=lambda: self.seconds)
        self._guards = self.clock.wall_guards()

    def turn(self) -> None:
        assert self.bench.now is not None
        with self.bench.store.unit() as unit:
            unit.inbox.set_read_through(self.bench.office.mailbox, self.bench.now)
        for guard in self._guards:
            while guard.run(self.bench.now):
                pass
        while self.bench._send():
            pass

    def passes(self, time: timedelta) -> None:
        """Time passes, and the clock shows it."""
        self.bench.now += time
        self.seconds += time.total_seconds()
        self.turn()

    def shows(self, time: timedelta) -> None:
        """The clock is set by so much."""
        self.bench.now += time
        self.turn()

    def told(self) -> list[str]:
        return [x.words for x in self.bench.letters("M60", RUTH) if "clock" in x.words]


@pytest.fixture
def machine(tmp_path: Path, played_with_provider) -> Iterator[Machine]:  # noqa: F811
    path, left, now = played_with_provider
    shutil.copy(path, tmp_path / "mailflow.db")
    store = Store(f"sqlite:///{tmp_path}/mailflow.db", busy_ms=500)
    bench = Bench(store)
    bench.left, bench.now = list(left), now
    made = Machine(bench)
    made.turn()
    yield made
    store.close()


def test_a_clock_set_forward_by_mistake_and_put_right_has_done_nothing(machine: Machine):
    """A year ahead for ten minutes: nobody is chased, the administrator is told once of each jump."""
    before = machine.bench.standing()
    machine.shows(365 * DAY)
    machine.passes(10 * MINUTE)
    machine.shows(-365 * DAY)
    machine.passes(20 * MINUTE)
    assert machine.bench.standing() == before and not machine.bench.letters("M22")
    assert [("forward" in words, "set back" in words) for words in machine.told()] == [(True, False), (False, True)]


def test_after_the_quarter_of_an_hour_what_fell_due_is_caught_up(machine: Machine):
    """A machine that slept for twenty days goes on by itself."""
    machine.shows(20 * DAY)
    machine.passes(QUIET - MINUTE)
    assert machine.bench.state() == "WPR"
    machine.passes(2 * MINUTE)
    assert machine.bench.state() == "PRM" and len(machine.told()) == 1


def test_small_corrections_are_nobodys_news(machine: Machine):
    """What a time service does by itself holds and tells nothing."""
    for _ in range(5):
        machine.shows(JUMP - timedelta(seconds=1))
        machine.passes(MINUTE)
    assert not machine.told() and machine.clock._quiet_until == 0


def test_a_clock_set_back_does_not_stop_the_hourly_look(machine: Machine, monkeypatch: pytest.MonkeyPatch):
    """What was remembered of the wrong time is forgotten: otherwise the look would wait for that time to come again."""
    from mailflow.flow import unrendered

    looks: list[object] = []
    monkeypatch.setattr(unrendered, "retry_unrendered", lambda house, now: bool(looks.append(now)))
    machine.passes(61 * MINUTE)
    assert len(looks) == 1
    machine.shows(-2 * DAY)
    assert len(looks) == 2
