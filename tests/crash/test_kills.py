"""SIGKILL at every named point of the daemon, on real servers: nothing is lost, nothing moves or leaves twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from itertools import islice
from pathlib import Path

import pytest

from mailflow import failpoints
from tests.acceptance.council import PROVIDER
from tests.crash.counting import count
from tests.crash.days import OFFICE, Days
from tests.crash.manners import Service
from tests.crash.points import ALONE, BAD_DAYS, EVERY_DAY, RARE, share
from tests.crash.rig import Each, Lent, Rig, Servers
from tests.servers.faulty import FaultyWire
from tests.servers.personality import PERSONALITIES

pytestmark = [pytest.mark.dovecot, pytest.mark.postfix, pytest.mark.usefixtures("killed_daemons")]

MOST_DAYS = 4
ADMINISTRATOR = "ruth.kemp@council.example"
POISON = b"could not be processed"
BAD_MAILBOX = tuple(p for p in BAD_DAYS if p.split(".")[1] in ("away", "back", "missing", "quarantine"))


def test_killed_at_every_point_of_ordinary_days(servers: Servers, tmp_path: Path, service: Service) -> None:
    """Some 40 kills in one to three days: both sides agree, and no letter in doubt left or stayed without a trace.

    The three offices are killed at every point together; each alone wherever the manners of a service touch the work.
    """
    points = share(service.name, EVERY_DAY)
    each = Each(points)
    rig = each.rig = Rig(tmp_path, servers, each, wires=service, **OFFICE)
    with rig:
        days = Days(rig)
        for over in days.lived():
            if over:
                days.quiet()
                rig.stop_and_start()
                if not each.left or days.passed > MOST_DAYS:
                    break
        each(0)
        found = count(days)
        print(f"{len(rig.deaths)} kills; {found}; asked about: {days.asked}; in doubt: {rig.doubts()}")
        assert found.differences == []
        assert list(each.left) == []
        assert Counter(rig.deaths) == Counter(points)
        assert found.mails >= 15 and found.letters >= 10
        assert set(days.asked) <= set(rig.doubts())


def test_every_point_is_killed_somewhere() -> None:
    """A new point is in one of the tables, and so in one of these tests; among the three offices none is left out."""
    assert sorted((*EVERY_DAY, *BAD_DAYS, *ALONE, *RARE)) == sorted(failpoints.POINTS)
    assert {point for name in PERSONALITIES for point in share(name, EVERY_DAY)} == set(EVERY_DAY)


def test_killed_at_every_point_of_a_bad_day(servers: Servers, tmp_path: Path, service: Service) -> None:
    """The mailbox is away, a mail cannot be had, another is given up, letters cannot leave, a share is not there, a
    register was broken; and at each commit that this takes the daemon dies: the same zeros.

    Registers, the share and the way out know no manners of a mailbox: they fail in one of the three offices.
    """
    each = Each(())
    with ExitStack() as stack:
        wires: list[FaultyWire] = []

        def between(lent: Lent) -> None:
            service(lent)
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
            if not service.manners:
                _break_a_register(rig)
            each.left.update(BAD_DAYS if not service.manners else BAD_MAILBOX)
            rig.stop_and_start()  # it is mended, which is told at the start

            _away(mailbox, service, True)
            rig.stop_and_start()
            for _ in range(3):
                rig.now(rig.time + timedelta(minutes=6))
            _away(mailbox, service, False)
            rig.now(rig.time + timedelta(minutes=1))

            for name in (b"hidden", b"veiled"):
                _hide_a_mail(rig, days, service, name)
            _let_one_mail_kill(rig, days, each)

            if not service.manners:
                _fail_at_home(rig, out, some)
            days.come_to_rest()
            each(0)
            found = count(days)
            print(f"{len(rig.deaths)} kills; {found}; asked about: {days.asked}; in doubt: {rig.doubts()}")
            assert found.differences == []
            assert list(each.left) == []
            told = [octets for octets in rig.mail.octets(ADMINISTRATOR) if POISON in octets]
            assert len(told) == 1, "a mail that was given up is told of once, whatever dies"


def _away(mailbox: FaultyWire, service: Service, away: bool) -> None:
    """A large service refuses to be read in its own words; a plain one cannot be reached."""
    if service.manners:
        service.manners.throttle = -1 if away else 0
    else:
        mailbox.refuse = away


def _fail_at_home(rig: Rig, out: FaultyWire, some: Callable[[int], None]) -> None:
    """No report can be written, then no letter can leave."""
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


def _break_a_register(rig: Rig) -> None:
    """The daemon hears of it and tells; then it is mended while nobody looks."""
    register = rig.folder / "register" / "officers.csv"
    whole = register.read_bytes()
    register.write_bytes(whole + b"nobody,not an address\n")
    rig.reload()
    register.write_bytes(whole)


def _hide_a_mail(rig: Rig, days: Days, service: Service, name: bytes) -> None:
    """For a while the server lists a mail that it cannot give; a large service says nothing at all of it."""
    box, message_id = rig.mail.dovecot.directory / "mail" / rig.mailboxes[0], b"<" + name + b"@x>"
    octets = b"From: " + PROVIDER.encode() + b"\r\nMessage-ID: " + message_id + b"\r\n\r\n" + name
    with rig.mail.client(rig.mailboxes[0]) as client:
        place = "INBOX", client.folder_status("INBOX", ["UIDNEXT"])[b"UIDNEXT"]
    if service.manners:
        service.manners.hidden[place] = -1
    rig.post(PROVIDER, [rig.mailboxes[0]], octets)
    path = next(p for part in ("new", "cur") for p in (box / part).iterdir() if message_id in p.read_bytes())
    if not service.manners:
        path.chmod(0)
    rig.sync()
    path.chmod(0o600)
    if service.manners:
        service.manners.hidden.clear()
    days.quiet()


def _let_one_mail_kill(rig: Rig, days: Days, each: Each) -> None:
    """A mail whose sorting ends in death three times is given up."""
    each.left["commit.sort.before"] = 3
    rig.stop_and_start()
    rig.post(PROVIDER, [rig.mailboxes[0]], b"From: " + PROVIDER.encode() + b"\r\nMessage-ID: <poison@x>\r\n\r\npoison")
    days.quiet()
