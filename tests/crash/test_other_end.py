"""The other end fails at every command of SMTP and IMAP: nothing is lost, nothing moves or leaves twice."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from tests.crash.counting import count
from tests.crash.days import OFFICE, Days
from tests.crash.manners import Service
from tests.crash.points import FAULTS, MAILBOX_FAULTS, share_of_faults
from tests.crash.rig import Lent, Rig, Servers
from tests.servers.faulty import FaultyWire

pytestmark = [pytest.mark.dovecot, pytest.mark.postfix, pytest.mark.usefixtures("killed_daemons")]


def test_the_other_end_fails_at_every_command(servers: Servers, tmp_path: Path, service: Service) -> None:
    """Each command of SMTP and IMAP is cut off, loses its answer, is refused or answered too late: the same zeros.

    Commands that a service's manners touch fail in all three offices, each of the others in one of them.
    """
    with ExitStack() as stack:
        wires: list[FaultyWire] = []

        def between(lent: Lent) -> None:
            service(lent)
            wires[:] = [stack.enter_context(FaultyWire(port)) for port in (lent.smtp_port, lent.imap_port)]
            lent.smtp_port, lent.imap_port = (wire.port for wire in wires)

        timeout = {"timeout": 1}
        sections = {"office.council.smtp": timeout, "office.council.imap": timeout}
        rig = Rig(tmp_path, servers, lambda _n: "", wires=between, sections=sections, **OFFICE)
        with rig:
            days = Days(rig)
            for wire, some in zip(wires, (FAULTS, MAILBOX_FAULTS), strict=True):
                wire.faults = [replace(fault) for fault in share_of_faults(service.name, some)]
            for over in days.lived():
                if over:
                    rig.stop_and_start()
                    if not any(wire.faults for wire in wires):
                        break
                assert days.passed < 8, [str(f) for wire in wires for f in wire.faults]
            days.come_to_rest()
            found = count(days)
            print(f"{[str(f) for wire in wires for f in wire.happened]}; {found}; asked: {days.asked}")
            assert found.differences == []
