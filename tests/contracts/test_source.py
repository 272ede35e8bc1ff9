"""What every source of mail promises (mailflow.mailbox.source.Source), kept by all of them."""

from __future__ import annotations

import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from imapclient import IMAPClient

from mailflow.demo.server import EmbeddedMail
from mailflow.mailbox.imap import ImapSource
from mailflow.mailbox.maildir import MaildirSource
from mailflow.mailbox.source import Source
from tests.servers.dovecot import Dovecot
from tests.servers.fixtures import COUNCIL, USERS

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass
class Box:
    """A source and the hand that puts mail into its mailbox: put(octets, folder, when), count(folder)."""

    source: Source
    put: Callable[[bytes, str, datetime], None]
    count: Callable[[str], int]


def mail(number: int) -> bytes:
    return f"From: ann@sender.example\r\nSubject: number {number}\r\n\r\nLine one\r\n.dot {number}\r\n".encode()


def nothing(uidvalidity: int) -> set[int]:
    return set()


class SourceContract:
    """Subclasses give the fixture `box`."""

    def test_octets_and_arrival_come_as_they_are(self, box: Box):
        """Octets are not changed; the arrival is the server's, aware and in UTC (K8: never the Date header)."""
        box.put(mail(1), "INBOX", NINE)
        (raw,) = box.source.fetch_after("INBOX", nothing, 10)
        assert (raw.octets, raw.arrived_at, raw.folder, raw.truncated) == (mail(1), NINE, "INBOX", False)
        assert raw.arrived_at.utcoffset() == timedelta(0)

    def test_all_come_once_in_uid_order(self, box: Box):
        """More than one batch arrives whole and in order."""
        for number in range(60):
            box.put(mail(number), "INBOX", NINE + timedelta(minutes=number))
        found = list(box.source.fetch_after("INBOX", nothing, 1000))
        assert [raw.octets for raw in found] == [mail(number) for number in range(60)]
        assert [raw.uid for raw in found] == sorted({raw.uid for raw in found})

    def test_what_a_folder_holds_is_listed_without_reading_it(self, box: Box):
        """The same UIDVALIDITY and UIDs as reading gives; a folder that is not there is None, an empty one empty."""
        assert sum(map(len, (box.source.listed("INBOX").uids, box.source.listed("Junk").uids))) == 0
        for number in range(3):
            box.put(mail(number), "INBOX", NINE + timedelta(minutes=number))
        first = box.source.listed("INBOX")
        assert len(first.uids) + first.unnumbered == 3
        found = list(box.source.fetch_after("INBOX", nothing, 10))
        box.put(mail(4), "INBOX", NINE + timedelta(minutes=4))
        after = box.source.listed("INBOX")
        assert {raw.uid for raw in found} <= after.uids and {raw.uidvalidity for raw in found} == {after.uidvalidity}
        assert len(after.uids) + after.unnumbered == 4
        assert box.source.listed("No such folder") is None

    def test_the_ledger_decides_what_is_new(self, box: Box):
        """Known UIDs are left out, whatever officers did with the mail; the ledger is asked by UIDVALIDITY."""
        for number in range(3):
            box.put(mail(number), "INBOX", NINE)
        first, second, third = box.source.fetch_after("INBOX", nothing, 10)
        asked = []

        def known(uidvalidity: int) -> set[int]:
            asked.append(uidvalidity)
            return {first.uid, third.uid}

        assert [raw.uid for raw in box.source.fetch_after("INBOX", known, 10)] == [second.uid]
        assert asked == [first.uidvalidity]
        everything = {first.uid, second.uid, third.uid}
        assert list(box.source.fetch_after("INBOX", lambda _: everything, 10)) == []

    def test_the_limit_is_kept_and_nothing_is_skipped(self, box: Box):
        """What one look leaves over, the next one brings."""
        for number in range(5):
            box.put(mail(number), "INBOX", NINE)
        seen: set[int] = set()
        for expected in (2, 2, 1, 0):
            found = {raw.uid for raw in box.source.fetch_after("INBOX", lambda _, seen=frozenset(seen): set(seen), 2)}
            assert len(found) == expected
            seen |= found

    def test_sent_and_junk_are_read_too(self, box: Box):
        """Officers answer from the shared mailbox, and awaited replies land in junk."""
        assert box.source.folders() == ("INBOX", "Sent", "Junk")
        box.put(mail(8), "Sent", NINE)
        (raw,) = box.source.fetch_after("Sent", nothing, 10)
        assert (raw.folder, raw.octets) == ("Sent", mail(8))

    def test_a_missing_folder_is_no_trouble(self, box: Box):
        """A folder that is not there yields nothing and stops nothing."""
        assert list(box.source.fetch_after("No such folder", nothing, 10)) == []
        box.put(mail(1), "INBOX", NINE)
        assert len(list(box.source.fetch_after("INBOX", nothing, 10))) == 1

    def test_the_mailbox_is_left_as_it_was(self, box: Box):
        """By default the server is told nothing: confirm moves and deletes nothing."""
        box.put(mail(1), "INBOX", NINE)
        (raw,) = box.source.fetch_after("INBOX", nothing, 10)
        box.source.confirm("INBOX", [raw.uid])
        assert box.count("INBOX") == 1
        assert len(list(box.source.fetch_after("INBOX", nothing, 10))) == 1

    def test_wait_ends_at_news(self, box: Box):
        """A mail that comes while waiting ends the wait long before its time."""
        list(box.source.fetch_after("INBOX", nothing, 10))
        timer = threading.Timer(0.2, box.put, (mail(1), "INBOX", NINE))
        timer.start()
        began = time.monotonic()
        box.source.wait(30)
        timer.join()
        assert time.monotonic() - began < 15
        assert len(list(box.source.fetch_after("INBOX", nothing, 10))) == 1

    def test_wait_does_not_sleep_over_mail_that_came_before_it(self, box: Box):
        """Mail between the last look and the wait is news at once."""
        list(box.source.fetch_after("INBOX", nothing, 10))
        box.put(mail(1), "INBOX", NINE)
        began = time.monotonic()
        box.source.wait(30)
        assert time.monotonic() - began < 15

    def test_wait_ends_in_time_and_by_wake(self, box: Box):
        """Without news a wait ends after its seconds, or when another thread wakes it."""
        list(box.source.fetch_after("INBOX", nothing, 10))
        began = time.monotonic()
        box.source.wait(0.2)
        assert 0.1 < time.monotonic() - began < 10
        timer = threading.Timer(0.1, box.source.wake)
        timer.start()
        box.source.wait(30)
        timer.join()
        assert time.monotonic() - began < 15

    def test_a_closed_source_opens_again(self, box: Box):
        """Close only leaves the server."""
        box.put(mail(1), "INBOX", NINE)
        assert len(list(box.source.fetch_after("INBOX", nothing, 10))) == 1
        box.source.close()
        assert len(list(box.source.fetch_after("INBOX", nothing, 10))) == 1


class TestEmbedded(SourceContract):
    """IMAP, the demonstration's server."""

    @pytest.fixture
    def box(self) -> Iterator[Box]:
        with EmbeddedMail(USERS) as server:
            source = ImapSource(server.host, server.imap_port, COUNCIL, lambda: USERS[COUNCIL], tls="none", timeout=10)
            yield Box(
                source,
                lambda octets, folder, when: server.append(COUNCIL, octets, folder, when),
                lambda folder: len(server.mails(COUNCIL, folder)),
            )
            source.close()


class TestMaildir(SourceContract):
    """A Maildir on this machine."""

    @pytest.fixture
    def box(self, tmp_path: Path) -> Iterator[Box]:
        numbers = iter(range(1000))
        for folder in ("", ".Sent", ".Junk"):
            for part in ("new", "cur", "tmp"):
                (tmp_path / folder / part).mkdir(parents=True)

        def put(octets: bytes, folder: str, when: datetime) -> None:
            place = tmp_path if folder == "INBOX" else tmp_path / f".{folder}"
            name = f"{int(when.timestamp())}.{next(numbers)}.mx"
            half = place / "tmp" / name
            half.write_bytes(octets)
            os.utime(half, (when.timestamp(), when.timestamp()))
            half.rename(place / "new" / name)

        source = MaildirSource(tmp_path)
        yield Box(source, put, lambda folder: len(list((tmp_path / "new").iterdir())))
        source.close()


@pytest.mark.dovecot
class TestDovecot(SourceContract):
    """IMAP, a real server."""

    @pytest.fixture
    def box(self, dovecot: Dovecot) -> Iterator[Box]:
        with IMAPClient(dovecot.host, dovecot.imap_port, ssl=False, timeout=10) as hand:
            hand.login(COUNCIL, USERS[COUNCIL])
            # An empty mailbox for each test: what the last one left goes to a folder of its own.
            for folder in ("INBOX", "Sent", "Junk"):
                hand.select_folder(folder)
                if uids := hand.search("ALL"):
                    hand.create_folder(attic := f"Attic {uuid.uuid4().hex}")
                    hand.move(uids, attic)
            hand.unselect_folder()
            source = ImapSource(dovecot.host, dovecot.imap_port, COUNCIL, lambda: USERS[COUNCIL], tls="none")
            yield Box(
                source,
                lambda octets, folder, when: hand.append(folder, octets, msg_time=when),
                lambda folder: hand.folder_status(folder, ["MESSAGES"])[b"MESSAGES"],
            )
            source.close()

    def test_nothing_is_marked_as_read(self, box: Box, dovecot: Dovecot):
        r"""Reading sets no \Seen: officers work in the same mailbox and trust it."""
        box.put(mail(1), "INBOX", NINE)
        list(box.source.fetch_after("INBOX", nothing, 10))
        with IMAPClient(dovecot.host, dovecot.imap_port, ssl=False, timeout=10) as officer:
            officer.login(COUNCIL, USERS[COUNCIL])
            officer.select_folder("INBOX", readonly=True)
            assert officer.search("UNSEEN") == officer.search("ALL") != []

    def test_special_folders_are_found_by_their_use(self, box: Box, dovecot: Dovecot):
        """Where there is no folder of the name, the server's own for this use is read under it (RFC 6154)."""
        source = ImapSource(
            dovecot.host, dovecot.imap_port, COUNCIL, lambda: USERS[COUNCIL], tls="none", sent="Gesendet", junk="Spam"
        )
        assert source.folders() == ("INBOX", "Gesendet", "Spam")
        assert len(source.notes) == 2
        box.put(mail(8), "Junk", NINE)
        (raw,) = source.fetch_after("Spam", nothing, 10)
        assert (raw.folder, raw.octets) == ("Spam", mail(8))
        assert source.listed("Spam").uids == {raw.uid}
        source.close()
