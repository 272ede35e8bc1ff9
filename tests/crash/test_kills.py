"""SIGKILL at every named point of the daemon, on real servers: nothing is lost, nothing moves or leaves twice."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from mailflow import failpoints
from mailflow.demo.installation import contracts_by_email
from tests.crash.counting import count
from tests.crash.days import PEOPLE, START, Days
from tests.crash.points import EVERY_DAY, FAULTS, MAILBOX_FAULTS
from tests.crash.rig import Lent, Rig, Servers
from tests.servers.faulty import FaultyWire

pytestmark = [pytest.mark.dovecot, pytest.mark.postfix, pytest.mark.usefixtures("killed_daemons")]

MOST_DAYS = 4
OFFICE = {"start": START, "registers": contracts_by_email(), "strangers": PEOPLE}


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


def test_the_other_end_fails_at_every_command(servers: Servers, tmp_path: Path) -> None:
    """Each command of SMTP and IMAP is cut off, loses its answer, is refused or answered too late: the same zeros."""
    with ExitStack() as stack:
        wires: list[FaultyWire] = []

        def between(lent: Lent) -> None:
            wires[:] = [stack.enter_context(FaultyWire(port)) for port in (lent.smtp_port, lent.imap_port)]
            lent.smtp_port, lent.imap_port = (wire.port for wire in wires)

        timeout = {"timeout": 1}
        sections = {"office.council.smtp": timeout, "office.council.imap": timeout}
        rig = Rig(tmp_path, servers, lambda _n: "", wires=between, sections=sections, **OFFICE)
        with rig:
            days = Days(rig)
            for wire, some in zip(wires, (FAULTS, MAILBOX_FAULTS), strict=True):
                wire.faults = [replace(fault) for fault in some]
            for step in days.steps():
                day = rig.time.date()
                step()
                if rig.time.date() != day:
                    days.attend()
                    rig.stop_and_start()
                    if not any(wire.faults for wire in wires):
                        break
                assert (rig.time.date() - START.date()).days < 8, [str(f) for wire in wires for f in wire.faults]
            days.come_to_rest()
            found = count(days)
            print(f"{[str(f) for wire in wires for f in wire.happened]}; {found}; asked: {days.asked}")
            assert found.differences == []
