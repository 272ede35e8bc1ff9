"""SIGKILL at every named point of the daemon, on real servers: nothing is lost, nothing moves or leaves twice."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from datetime import timedelta
from itertools import islice
from pathlib import Path

import pytest

from mailflow import failpoints
from tests.acceptance.council import PROVIDER
from tests.crash.counting import count
from tests.crash.days import OFFICE, START, Days
from tests.crash.points import ALONE, BAD_DAYS, EVERY_DAY, RARE
from tests.crash.rig import Each, Lent, Rig, Servers
from tests.servers.faulty import FaultyWire

pytestmark = [pytest.mark.dovecot, pytest.mark.postfix, pytest.mark.usefixtures("killed_daemons")]

MOST_DAYS = 4
ADMINISTRATOR = "ruth.kemp@council.example"
POISON = b"could not be processed"


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


def test_every_point_is_killed_somewhere() -> None:
    """A new point is in one of the tables, and so in one of these tests."""
    assert sorted((*EVERY_DAY, *BAD_DAYS, *ALONE, *RARE)) == sorted(failpoints.POINTS)


def test_killed_at_every_point_of_a_bad_day(servers: Servers, tmp_path: Path) -> None:
    """The mailbox is away, a mail cannot be had, another is given up, letters cannot leave, a share is not there, a
    register was broken; and at each commit that this takes the daemon dies: the same zeros."""
    each = Each(())
    with ExitStack() as stack:
        wires: list[FaultyWire] = []

        def between(lent: Lent) -> None:
            wires[:] = [stack.enter_context(FaultyWire(port)) for port in (lent.smtp_port, lent.imap_port)]
            lent.smtp_port, lent.imap_port = (wire.port for wire in wires)

        rig = each.rig = Rig(tmp_path, servers, each, wires=between, **OFFICE)
        with rig:
            days = Days(rig)
            out, mailbox = wires
            # Of the days' cases one that is closed on the third day, and one that begins then.
            steps = (step for step in days.steps() if step.args[1] in (0, 3))

            def some(number: int) -> None:
                for step in islice(steps, number):
                    step()

            some(3)  # the first day
            _break_a_register(rig)
            each.left.update(BAD_DAYS)
            rig.stop_and_start()  # it is mended, which is told at the start

            mailbox.refuse = True
            rig.stop_and_start()
            for _ in range(3):
                rig.now(rig.time + timedelta(minutes=6))
            mailbox.refuse = False
            rig.now(rig.time + timedelta(minutes=1))

            for name in (b"hidden", b"veiled"):
                _hide_a_mail(rig, days, name)
            _let_one_mail_kill(rig, days, each)

            (rig.folder / "reports").rename(rig.folder / "away")
            (rig.folder / "reports").write_bytes(b"")
            some(5)  # the case is closed, and its report is written
            rig.now(rig.time + timedelta(hours=3))
            (rig.folder / "reports").unlink()
            (rig.folder / "away").rename(rig.folder / "reports")

            out.refuse = True
            rig.stop_and_start()  # by the connection that there was, letters would go on leaving
            some(3)
            rig.now(rig.time + timedelta(days=2))
            out.refuse = False
            days.come_to_rest()
            each(0)
            found = count(days)
            print(f"{len(rig.deaths)} kills; {found}; asked about: {days.asked}; in doubt: {rig.doubts()}")
            assert found.differences == []
            assert list(each.left) == []
            told = [octets for octets in rig.mail.octets(ADMINISTRATOR) if POISON in octets]
            assert len(told) == 1, "a mail that was given up is told of once, whatever dies"


def _break_a_register(rig: Rig) -> None:
    """The daemon hears of it and tells; then it is mended while nobody looks."""
    register = rig.folder / "register" / "officers.csv"
    whole = register.read_bytes()
    register.write_bytes(whole + b"nobody,not an address\n")
    rig.reload()
    register.write_bytes(whole)


def _hide_a_mail(rig: Rig, days: Days, name: bytes) -> None:
    """For a while the server lists a mail that it cannot give."""
    box, message_id = rig.mail.dovecot.directory / "mail" / rig.mailboxes[0], b"<" + name + b"@x>"
    octets = b"From: " + PROVIDER.encode() + b"\r\nMessage-ID: " + message_id + b"\r\n\r\n" + name
    rig.post(PROVIDER, [rig.mailboxes[0]], octets)
    path = next(p for part in ("new", "cur") for p in (box / part).iterdir() if message_id in p.read_bytes())
    path.chmod(0)
    rig.sync()
    path.chmod(0o600)
    days.quiet()


def _let_one_mail_kill(rig: Rig, days: Days, each: Each) -> None:
    """A mail whose sorting ends in death three times is given up."""
    each.left["commit.sort.before"] = 3
    rig.stop_and_start()
    rig.post(PROVIDER, [rig.mailboxes[0]], b"From: " + PROVIDER.encode() + b"\r\nMessage-ID: <poison@x>\r\n\r\npoison")
    days.quiet()
