"""The pretended clock: in order, at its own instant, forward only, and a socket that answers in lines."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailflow.loops.loop import Guard
from mailflow.loops.pretended import FAILURES, ClockSocket, PretendedClock, Rounds, instant

TEN = datetime(2027, 2, 1, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Work:
    """Things that fall due at instants; `done` tells what was done when."""

    def __init__(self, *due: datetime) -> None:
        self.due, self.done = list(due), []  # type: ignore[var-annotated]

    def step(self, now: datetime) -> bool:
        for at in self.due:
            if at <= now:
                self.due.remove(at)
                self.done.append((at, now))
                return True
        return False

    def next(self, now: datetime) -> datetime | None:
        return min((at for at in self.due if at > now), default=None)


def rounds(work: Work, now: datetime | None = TEN, quiet: Work | None = None) -> Rounds:
    guards = [Guard("work", work.step)] + ([Guard("quiet", quiet.step)] if quiet else [])
    return Rounds(guards, PretendedClock(now), [work.next], [quiet.next] if quiet else [])


def test_a_letter_due_on_the_way_leaves_at_its_own_instant():
    """From 10:00 to 16:00: what is due at 10:15 happens at 10:15, in order, and what is due later does not happen."""
    quarter, three, night = TEN + HOUR / 4, TEN + 5 * HOUR, TEN + 12 * HOUR
    work = Work(three, quarter, night)
    rounds(work).move(TEN + 6 * HOUR)
    assert work.done == [(quarter, quarter), (three, three)]


def test_what_comes_of_a_step_on_the_way_happens_on_the_way():
    """A letter that a deadline makes due falls due before the end of the move."""
    work = Work(TEN + HOUR)
    plain = work.step

    def step(now: datetime) -> bool:
        if plain(now) and now == TEN + HOUR:
            work.due.append(TEN + 2 * HOUR)
            return True
        return False

    moving = Rounds([Guard("work", step)], PretendedClock(TEN), [work.next])
    moving.move(TEN + 6 * HOUR)
    assert [now for _, now in work.done] == [TEN + HOUR, TEN + 2 * HOUR]


def test_digests_are_stepped_through_but_not_announced():
    """`next` is what somebody waits for; digests come every day."""
    work, digests = Work(), Work(TEN + HOUR)
    moving = rounds(work, quiet=digests)
    assert moving.answer("next") == "next none"
    moving.move(TEN + 2 * HOUR)
    assert digests.done == [(TEN + HOUR, TEN + HOUR)]


def test_a_step_that_fails_is_left_until_the_next_instant():
    """No endless round: FAILURES tries at one instant, then the others go on."""
    calls: list[datetime] = []

    def failing(now: datetime) -> bool:
        calls.append(now)
        raise ValueError

    work = Work(TEN)
    moving = Rounds([Guard("failing", failing), Guard("work", work.step)], PretendedClock(TEN), [work.next])
    moving.run_until_idle(TEN)
    assert len(calls) == FAILURES and work.done
    moving.move(TEN + HOUR)
    assert len(calls) == 2 * FAILURES


def test_time_goes_forward_only_and_is_remembered():
    """What has happened has happened; a restart goes on from there."""
    remembered: list[datetime] = []
    moving = Rounds([], PretendedClock(None, remembered.append), [])
    moving.move(TEN)
    with pytest.raises(ValueError, match="cannot be set back"):
        moving.move(TEN - HOUR)
    assert remembered == [TEN]


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("now 2027-02-01T11:00:00Z", "idle 2027-02-01T11:00:00Z"),
        ("now 2027-02-01T12:00:00+01:00", "idle 2027-02-01T11:00:00Z"),
        ("sync", "idle 2027-02-01T10:00:00Z"),
        ("next", "next 2027-02-01T12:00:00Z"),
        ("now 2027-02-01T09:00:00Z", "error: The clock shows 2027-02-01T10:00:00Z and cannot be set back"),
        ("now yesterday", 'error: "yesterday" is no instant'),
        ("now 2027-02-01T11:00:00", 'error: "2027-02-01T11:00:00" is no instant'),
        ("", "error: Say one of"),
        ("stop", "error: Say one of"),
    ],
)
def test_the_lines_of_the_socket(line, answer):
    """architecture.md, "Time in tests and demonstrations": a line each, errors as sentences."""
    assert rounds(Work(TEN + 2 * HOUR)).answer(line).startswith(answer)


def test_a_clock_that_was_never_set_says_so():
    """sync and next need a present instant."""
    for line in ("sync", "next"):
        assert rounds(Work(), None).answer(line).startswith("error: The clock has not been set")


def test_an_instant_has_a_zone():
    """A time without a zone names no instant."""
    assert instant("2027-07-01T10:00:00+01:00") == datetime(2027, 7, 1, 9, 0, tzinfo=UTC)


# -- the socket ----------------------------------------------------------------------------------------------------


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "clock"


@pytest.fixture
def served(path: Path) -> Iterator[ClockSocket]:
    """A socket that answers with what it was told; "fail" makes it fail."""

    def answer(line: str) -> str:
        if "fail" in line:
            raise RuntimeError("words of a mail")
        return f"heard {line.strip()}"

    server = ClockSocket(path, answer)
    thread = threading.Thread(target=server.serve)
    thread.start()
    yield server
    server.close()
    thread.join()


def ask(path: Path, *lines: str) -> list[str]:
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))
        with client.makefile("rw", encoding="utf-8") as conversation:
            answers = []
            for line in lines:
                conversation.write(f"{line}\n")
                conversation.flush()
                answers.append(conversation.readline().rstrip("\n"))
            return answers


def test_each_line_is_answered_by_a_line(served, path):
    """Several in one conversation, several conversations at once, and a fault that tells no words."""
    assert ask(path, "one", "two") == ["heard one", "heard two"]
    with socket.socket(socket.AF_UNIX) as idle:
        idle.connect(str(path))
        assert ask(path, "three") == ["heard three"]
    (answer,) = ask(path, "fail")
    assert answer.startswith("error: ") and "words" not in answer
    assert ask(path, "four") == ["heard four"]


def test_only_this_user_may_open_it(served, path):
    """Whoever moves the clock makes letters leave."""
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_socket_in_use_is_not_taken_away(served, path):
    """Two daemons by mistake."""
    with pytest.raises(ValueError, match="already listens"):
        ClockSocket(path, str)
    assert ask(path, "one") == ["heard one"]


def test_a_dead_socket_is_taken_away_and_a_file_is_not(path, tmp_path):
    """What a crash left is no obstacle; what is no socket is somebody's."""
    dead = socket.socket(socket.AF_UNIX)
    dead.bind(str(path))
    dead.close()
    server = ClockSocket(path, str)
    server._server.server_close()
    file = tmp_path / "file"
    file.write_text("mine", "ascii")
    with pytest.raises(ValueError, match="no socket"):
        ClockSocket(file, str)
    assert file.read_text("ascii") == "mine"
