"""The kill tests' zeros mean something: with a fault in the daemon the same kill and the same count find it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash.counting import count
from tests.crash.days import OFFICE, Days
from tests.crash.rig import Each, Rig, Servers

pytestmark = [pytest.mark.dovecot, pytest.mark.postfix, pytest.mark.usefixtures("killed_daemons")]


@pytest.mark.parametrize(
    ("fault", "point", "noticed"),
    [
        ("the dot is not committed", "smtp.dot.after", "and lies there 2 times"),
        ("the place comes before the octets", "commit.keep.before", "in the ledger 0"),
    ],
)
def test_a_fault_makes_both_sides_differ(
    servers: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str, point: str, noticed: str
) -> None:
    """A letter that leaves twice and a mail that is lost: one kill, one difference of just that kind."""
    monkeypatch.setenv("MAILFLOW_TEST_BREAK", fault)
    each = Each(())
    rig = each.rig = Rig(tmp_path, servers, each, **OFFICE)
    with rig:
        days = Days(rig)
        steps = days.steps()
        next(steps)()
        each.left[point] = 1
        rig.stop_and_start()
        next(steps)()
        days.come_to_rest()
        found = count(days)
        print(found.differences)
        assert rig.deaths == [point]
        assert [difference for difference in found.differences if noticed in difference]
