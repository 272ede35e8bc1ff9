"""A loop: works while there is work, waits without spinning, bears what its steps raise."""

from __future__ import annotations

import io
import json
import logging
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import structlog

from mailflow import logs
from mailflow.errors import Conflict, StoreUnavailable
from mailflow.loops.loop import CONFLICTS, LONGEST_PAUSE, Guard, Loop

NOW = datetime(2027, 2, 1, 10, 0, tzinfo=UTC)


class Waits:
    """Counts the waits and stops the loop after `turns` of them."""

    def __init__(self, stop: threading.Event, turns: int = 1) -> None:
        self.stop, self.turns = stop, turns
        self.seconds: list[float] = []
        self.said: list[str] = []

    def mark(self) -> None:
        self.said.append("mark")

    def wait(self, seconds: float) -> None:
        self.said.append("wait")
        self.seconds.append(seconds)
        if len(self.seconds) >= self.turns:
            self.stop.set()


@pytest.fixture
def stop() -> threading.Event:
    return threading.Event()


def script(*answers: object):
    """A step that answers or raises these in turn, the last one for ever."""
    left = list(answers)
    calls: list[datetime] = []

    def step(now: datetime) -> bool:
        calls.append(now)
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Exception):
            raise answer
        return bool(answer)

    step.calls = calls  # type: ignore[attr-defined]
    return step


def loop(stop: threading.Event, waits: Waits, *steps, **more) -> Loop:
    guards = [Guard(f"step{n}", step, dice=lambda: 1.0) for n, step in enumerate(steps)]
    return Loop("test", guards, clock=lambda: NOW, waits=waits, stop=stop, **more)


def test_it_works_until_nothing_is_left_and_then_waits(stop):
    """Steps are run again at once while one of them finds work."""
    step, waits = script(True, True, False), Waits(stop)
    loop(stop, waits, step).run()
    assert len(step.calls) == 3 and waits.seconds == [5.0]


def test_it_marks_before_it_looks(stop):
    """A commit between the look and the wait is not missed."""
    waits = Waits(stop)
    loop(stop, waits, script(False)).run()
    assert waits.said == ["mark", "wait"]


def test_it_waits_no_longer_than_until_the_next_thing_is_due(stop):
    """And never longer than `longest`: another process, or a clock set back, does not wake it."""
    for ahead, waited in ((2, 2.0), (3600, 5.0)):
        stop.clear()
        waits = Waits(stop)
        loop(stop, waits, script(False), due=lambda now, s=ahead: now + timedelta(seconds=s)).run()
        assert waits.seconds == [waited]


def test_a_stop_lets_the_step_in_hand_finish_and_begins_no_other(stop):
    """SIGTERM: the letter on its way is finished, the next one is not begun."""
    first = script(True)

    def stopping(now: datetime) -> bool:
        stop.set()
        return first(now)

    second = script(True)
    loop(stop, Waits(stop), stopping, second).run()
    assert len(first.calls) == 1 and second.calls == []


def test_a_failing_step_rests_and_the_others_go_on(stop):
    """No busy loop: the pause doubles, and what works is not held up."""
    failing, working = script(ValueError("x")), script(False)
    ticks = [0.0]
    waits = Waits(stop, 4)
    turning = loop(stop, waits, failing, working, ticks=lambda: ticks[0], longest=60.0)
    turning.run()
    assert len(failing.calls) == 1 and len(working.calls) == 4
    assert waits.seconds[0] == 1.0


def test_pauses_grow_to_a_limit():
    """1, 2, 4 ... seconds, at most LONGEST_PAUSE."""
    guard = Guard("x", script(ValueError("x")), dice=lambda: 1.0)
    rests = []
    for _ in range(12):
        assert not guard.run(NOW)
        rests.append(guard.rest)
    assert rests[:3] == [1.0, 2.0, 4.0] and rests[-1] == LONGEST_PAUSE


def test_a_conflict_is_tried_again_at_once_but_not_for_ever():
    """Another loop was first; if it always is, that is a fault."""
    guard = Guard("x", script(Conflict("moved")))
    assert all(guard.run(NOW) for _ in range(CONFLICTS - 1))
    assert not guard.run(NOW) and guard.failures == 1


@pytest.fixture
def spoken() -> Iterator[Callable[[], list[dict]]]:
    """What was logged; the log is put back as it was."""
    root, stream = logging.getLogger(), io.StringIO()
    before = root.handlers[:], root.level
    root.handlers.clear()
    logs.configure("json", "info", stream=stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    structlog.reset_defaults()
    root.handlers[:], root.level = before


def test_an_outage_is_said_once_and_its_end_too(spoken):
    """One line when it begins, one when it is over."""
    away = StoreUnavailable("The database is locked.")
    guard = Guard("x", script(away, away, away, False))
    for _ in range(4):
        guard.run(NOW)
    assert [line["event"] for line in spoken()] == ["step.away", "step.back"]


def test_a_fault_is_logged_with_its_place_and_without_its_words(spoken):
    """The words of an exception may be those of a mail; its place is ours."""
    Guard("x", script(ValueError("dear council, my mother"))).run(NOW)
    (line,) = spoken()
    assert (line["event"], line["fault"]) == ("step.failed", "ValueError")
    assert "test_loop.py" in line["where"] and "mother" not in json.dumps(line)


def test_a_wait_that_fails_does_not_spin(stop):
    """What the loop waits on may be away itself."""
    waits = Waits(stop)

    def wait(seconds: float) -> None:
        stop.set()
        raise StoreUnavailable("away")

    waits.wait = wait  # type: ignore[method-assign]
    loop(stop, waits, script(False)).run()
    assert stop.is_set()
