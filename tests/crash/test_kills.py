"""SIGKILL at every named point of the daemon, on real servers: nothing is lost, nothing moves or leaves twice."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest

from mailflow import failpoints
from mailflow.demo.installation import contracts_by_email
from tests.crash.counting import count
from tests.crash.days import PEOPLE, START, Days
from tests.crash.rig import Lent, Rig, Servers
from tests.servers.faulty import HOWS, IMAP_VERBS, Fault, FaultyWire

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


FAULTS = [
    *(Fault(verb, how) for verb in ("EHLO", "MAIL", "RCPT", "DATA", "DOT") for how in HOWS if how != "late"),
    *(Fault("RCPT", how, 2) for how in ("cut", "lost", "432 4.3.2 slow down")),
    *(Fault(verb, how) for verb in ("RSET", "QUIT") for how in ("cut", "lost", "421 4.3.2 closing")),
    Fault("OCTETS", "cut"),
    Fault("MAIL", "late"),
]
MAILBOX_FAULTS = [
    *(Fault(verb, how) for verb in IMAP_VERBS for how in ("cut", "lost")),
    Fault("FETCH", "cut", 2),
    Fault("SEARCH", "late"),
]


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
            days, faults = Days(rig), [list(FAULTS), list(MAILBOX_FAULTS)]
            for step in days.steps():
                for wire, left in zip(wires, faults, strict=True):
                    if wire.fault is None and left:
                        wire.fault = left.pop(0)
                day = rig.time.date()
                step()
                if rig.time.date() != day:
                    days.attend()
                    rig.stop_and_start()
                    if not any(faults) and all(wire.fault is None for wire in wires):
                        break
                assert (rig.time.date() - START.date()).days < 30, [wire.fault for wire in wires]
            days.quiet()
            found = count(days)
            print(f"{[str(f) for wire in wires for f in wire.happened]}; {found}; asked: {days.asked}")
            assert found.differences == []
