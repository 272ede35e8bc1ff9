"""SIGKILL where it matters most, on servers with the manners of Exchange Online and of Gmail: the same zeros."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.crash.counting import count
from tests.crash.days import START, Days
from tests.crash.manners import with_manners
from tests.crash.rig import Rig, Servers
from tests.crash.test_kills import OFFICE, Each

pytestmark = [pytest.mark.dovecot, pytest.mark.postfix, pytest.mark.usefixtures("killed_daemons")]
POINTS = (
    *(f"smtp.{point}" for point in ("data.after", "octets.after", "dot.before", "dot.after", "reply.before")),
    *(f"commit.{point}" for point in ("claim.after", "dot.after", "keep.before", "keep.after", "settle.before")),
    "imap.fetch.after",
)


@pytest.mark.parametrize("name", ["exchange", "gmail"])
def test_killed_under_the_manners_of_a_service(servers: Servers, tmp_path: Path, name: str) -> None:
    """A day of two concerns, a kill at each of these points: mails and letters agree on both sides."""
    each = Each(POINTS)
    with ExitStack() as stack:
        rig = Rig(tmp_path, servers, each, wires=with_manners(stack, name), **OFFICE)
        each.rig = rig
        with rig:
            days = Days(rig)
            for step in days.steps():
                day = rig.time.date()
                step()
                if rig.time.date() != day:
                    days.attend()
                    rig.stop_and_start()
                    each(0)
                    if not each.left or (rig.time.date() - START.date()).days > 1:
                        break
            each.left.clear()
            rig.stop_and_start()
            days.come_to_rest()
            found = count(days)
            print(f"{rig.deaths}; {found}; asked about: {days.asked}; in doubt: {rig.doubts()}")
            assert found.differences == []
            assert sorted(rig.deaths) == sorted(POINTS)
