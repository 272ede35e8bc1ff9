"""SIGKILL at every named point of the daemon, on real servers: nothing is lost, nothing moves or leaves twice."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from mailflow import failpoints
from mailflow.demo.installation import contracts_by_email
from tests.crash.counting import count
from tests.crash.days import PEOPLE, START, Days
from tests.crash.rig import Rig, Servers

pytestmark = [pytest.mark.dovecot, pytest.mark.postfix, pytest.mark.usefixtures("killed_daemons")]

# What a few ordinary days pass; the other points have tests of their own below.
EVERY_DAY = tuple(
    f"{name}.{side}"
    for name in (
        *(
            f"commit.{purpose}"
            for purpose in (
                "accounts ask_again claim clock daily deadline dot doubt editions file keep read_through recompute "
                "recover redate settings settle sort tell_case try weekly"
            ).split()
        ),
        *(f"imap.{verb}" for verb in ("connect", "list", "login", "select", "search", "fetch", "logout")),
        *(f"smtp.{verb}" for verb in ("connect", "rset", "mail", "rcpt", "data", "octets", "dot", "reply", "quit")),
        *("file.write", "file.rename"),
    )
    for side in ("before", "after")
)
MOST_DAYS = 4


class Each:
    """Plans that let a daemon die at the first of these points that it comes to, each point once."""

    def __init__(self, points: tuple[str, ...]) -> None:
        assert set(points) <= set(failpoints.POINTS)
        self.left = dict.fromkeys(points)
        self.rig: Rig | None = None

    def __call__(self, _daemon: int) -> str:
        for point in self.rig.deaths if self.rig else ():
            self.left.pop(point, None)
        return ",".join(self.left)


def test_killed_at_every_point_of_ordinary_days(servers: Servers, tmp_path: Path) -> None:
    """Some 75 kills in a few days' work: both sides agree, and no letter in doubt left or stayed without a trace."""
    each = Each(EVERY_DAY)
    rig = Rig(tmp_path, servers, each, start=START, registers=contracts_by_email(), strangers=PEOPLE)
    each.rig = rig
    with rig:
        days = Days(rig)
        for step in days.steps():
            day = rig.time.date()
            step()
            if rig.time.date() != day:
                days.attend()
                days.quiet()
                rig.stop_and_start()
                if not each.left or (rig.time.date() - START.date()).days > MOST_DAYS:
                    break
        each(0)
        found = count(days)
        print(f"{len(rig.deaths)} kills; {found}; asked about: {days.asked}; in doubt: {rig.doubts()}")
        assert found.differences == []
        assert list(each.left) == []
        assert Counter(rig.deaths) == Counter(EVERY_DAY)
        assert found.mails >= 40 and found.letters >= 40
        assert set(days.asked) <= set(rig.doubts())
