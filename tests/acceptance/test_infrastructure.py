"""The infrastructure's own faults, as mail.md names them: nothing is lost, nothing is sent twice, and it goes on.

Each is made for real: on Dovecot, by the kernel's limits, with a lock on the database. The lost answer after the final
dot is row 6 of test_nasty_dovecot.py; a second daemon is refused in tests/cli/test_run.py. Officers who read first, a
new UIDVALIDITY, lost news and throttling are in tests/personalities, under the manners of three mail services; a lock,
a full disk and a dead wire have nothing to do with these manners.
"""

from __future__ import annotations

import resource
import sqlite3
import threading
from pathlib import Path

import pytest

from tests.acceptance.council import CMO, OUTSIDER, PROVIDER, RECEIVED, REPLIED, council
from tests.acceptance.nasty import PEOPLE, CutMail, WallClock
from tests.acceptance.office import words
from tests.flow.bench import write
from tests.servers import realmail

on_dovecot = pytest.mark.skipif(bool(realmail.lacking()), reason=realmail.lacking())


@pytest.mark.dovecot
@pytest.mark.postfix
@on_dovecot
def test_an_idle_that_is_dead_without_a_word(tmp_path: Path):
    """The connection to the mailbox dies while it waits, and nobody says so: the next mail is read all the same."""
    with WallClock(tmp_path, strangers=PEOPLE[:2], mail=CutMail) as stage:
        for who in PEOPLE[:2]:
            octets = write(who, "Missed calls", "Oakfield Care Ltd missed calls.", auth="", message_id=f"<{who}>")
            proof = f"Authentication-Results: {stage.mail.authserv_id}; dmarc=pass header.from=family.example\r\n"
            stage.mail.deliver(who, stage.mailboxes[0], proof.encode() + octets)
            stage.mail.arrived(who, 1, seconds=90)
            assert stage.mail.imap_wire.die() >= 1


def test_the_database_is_locked(tmp_path: Path):
    """Somebody holds the database: the daemon waits and goes on; the mail is read once and answered once."""
    with council(tmp_path, "2027-02-01 09:00") as c:
        c.receive("2027-02-01 09:30")
        other = sqlite3.connect(tmp_path / "mailflow.sqlite3", isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        letting_go = threading.Timer(1.0, other.execute, ("ROLLBACK",))
        letting_go.start()
        before = len(c.inbox(OUTSIDER))
        c.write("2027-02-01 09:31", OUTSIDER, "Cold meals", "The meals were cold again.")
        letting_go.join()
        other.close()
        assert len(c.inbox(OUTSIDER)) == before + 1 and RECEIVED in c.inbox(OUTSIDER)[-1].subject


def test_the_disk_is_full(tmp_path: Path):
    """What cannot be kept stays in the mailbox and is read when there is room again; nothing is answered twice."""
    with council(tmp_path, "2027-02-01 09:00") as c:
        ref = c.dispatched("2027-02-01 09:30", "2027-02-01 10:15")
        full = max(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) + 100_000
        resource.prlimit(c.stage.pid, resource.RLIMIT_FSIZE, (full, resource.RLIM_INFINITY))
        scan = [("scan.pdf", "application/pdf", b"%PDF-1.4\n" + bytes(range(256)) * 16_000)]
        c.write("2027-02-01 11:00", PROVIDER, f"Re: [{ref}]", "We accept this, see the scan.", attachments=scan)
        assert c.state(ref) == "WPR" and not c.all(CMO, REPLIED, ref), "it could not be kept"
        assert any(b"see the scan" in mail.octets for mail in c.stage.mail.mails(c.box)), "but it lies where it lay"
        c.go("2027-02-01 12:00")
        assert c.state(ref) == "WPR"
        resource.prlimit(c.stage.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        c.go("2027-02-01 13:00")
        assert c.state(ref) == "RSP" and "see the scan" in words(c.one(CMO, REPLIED, ref))


def test_the_way_out_is_throttled(tmp_path: Path):
    """432: the whole courier slows down, and what waited leaves once when the server takes mail again."""
    with council(tmp_path, "2027-02-01 09:00") as c:
        c.stage.mail.throttle_smtp = True
        c.write("2027-02-01 09:30", OUTSIDER, "Cold meals", "The meals were cold again.", via="post")
        c.go("2027-02-01 10:30")
        assert not c.inbox(OUTSIDER)
        c.stage.mail.throttle_smtp = False
        c.go("2027-02-01 12:30")
        assert [RECEIVED in mail.subject for mail in c.inbox(OUTSIDER)] == [True]
