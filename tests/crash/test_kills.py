"""SIGKILL at every named point of the daemon, on real servers: nothing is lost, nothing moves or leaves twice."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from mailflow import failpoints
from tests.crash.counting import count
from tests.crash.days import OFFICE, START, Days
from tests.crash.points import ALONE, EVERY_DAY, NOWHERE
from tests.crash.rig import Each, Rig, Servers

pytestmark = [pytest.mark.dovecot, pytest.mark.postfix, pytest.mark.usefixtures("killed_daemons")]

MOST_DAYS = 4


def test_killed_at_every_point_of_ordinary_days(servers: Servers, tmp_path: Path) -> None:
    """Some 75 kills in a few days' work: both sides agree, and no letter in doubt left or stayed without a trace."""
    each = Each(EVERY_DAY)
    rig = Rig(tmp_path, servers, each, **OFFICE)
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


def test_every_point_is_killed_somewhere_or_said_not_to_be() -> None:
    """A new point is in one of the tables, and so in one of these tests."""
    assert sorted((*EVERY_DAY, *ALONE, *NOWHERE)) == sorted(failpoints.POINTS)
