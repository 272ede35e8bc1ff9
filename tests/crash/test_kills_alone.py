"""SIGKILL at points that an ordinary office does not pass: TLS, logins, waiting, moving mail, a Maildir's numbers.

The part that dies runs in a forked process on a real server; then the same part runs again in a new one. Of a service's
manners nothing is met before a line is secured and the login is over, nor in a Maildir: those parts run without.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from mailflow.mailbox.imap import ImapSource
from mailflow.mailbox.maildir import MaildirSource
from mailflow.mailbox.source import Source
from mailflow.submission.smtp import Submission
from tests.crash.forked import dies
from tests.crash.manners import Service
from tests.crash.points import ALONE
from tests.servers import dovecot as rig
from tests.servers.certificates import Certificate, certificate  # noqa: F401 (a fixture)
from tests.servers.ports import free_port

BOX, ME, ANN = "office@kills.example", "concerns@council.example", "ann@sender.example"
named: set[str] = set()


def points(*names: str) -> pytest.MarkDecorator:
    """One test for each side of each of these points."""
    both = [f"{name}.{side}" for name in names for side in ("before", "after")]
    named.update(both)
    return pytest.mark.parametrize("point", both)


# -- submission --------------------------------------------------------------------------------------------------------


class Handler:
    """Takes letters over TLS from whoever logs in."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []

    def authenticate(self, server, session, envelope, mechanism, auth_data) -> AuthResult:
        return AuthResult(success=True)

    async def handle_DATA(self, server, session, envelope) -> str:
        self.taken.append(envelope.content)
        return "250 2.0.0 taken"


@pytest.fixture(scope="module")
def submission_server(certificate: Certificate) -> Iterator[tuple[Handler, int]]:  # noqa: F811
    handler = Handler()
    tls = certificate.serving()
    options = {"authenticator": handler.authenticate, "tls_context": tls, "require_starttls": True}
    controller = Controller(handler, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    yield handler, controller.port
    controller.stop()


@pytest.mark.openssl
@points("smtp.starttls", "smtp.auth")
def test_before_a_letter_is_begun_nothing_has_left(submission_server, certificate: Certificate, point: str):  # noqa: F811
    """Killed while the connection is secured or the login goes on: the server has nothing, and later has it once."""
    handler, port = submission_server
    context = certificate.trusting()

    def send() -> str:
        way = Submission("localhost", port, "me", lambda: "secret", tls="starttls", timeout=5, ssl_context=context)
        verdict = way.send(ME, [ANN], b"Subject: x\r\n\r\nhello\r\n", "x", lambda *_told: None)[ANN]
        way.close()
        return verdict.state

    handler.taken.clear()
    assert dies(point, send)
    assert handler.taken == []
    assert send() == "sent"
    assert len(handler.taken) == 1


# -- the mailbox -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def mailbox_server(certificate: Certificate) -> Iterator[rig.Dovecot]:  # noqa: F811
    if rig.lacking():
        pytest.skip(rig.lacking())
    users = {BOX: "secret"}
    with rig.Dovecot(users, tls_files=(certificate.certificate, certificate.key)) as server:
        yield server


def _append(server: rig.Dovecot, subject: str) -> None:
    from imapclient import IMAPClient

    mail = EmailMessage()
    mail["From"], mail["Subject"] = ANN, subject
    mail.set_content("x")
    with IMAPClient("127.0.0.1", server.imap_port, ssl=False, timeout=10) as client:
        client.login(BOX, "secret")
        client.append("INBOX", bytes(mail))


def _subjects(source: Source, folder: str = "INBOX") -> list[str]:
    raws = source.fetch_after(folder, lambda _v: set(), 99)
    lines = [raw.octets.split(b"Subject: ")[1].split(b"\r\n")[0] for raw in raws]
    return [line.decode() for line in lines]


@pytest.mark.openssl
@pytest.mark.dovecot
@points("imap.starttls")
def test_what_lies_in_the_mailbox_is_found_again(mailbox_server, certificate: Certificate, point: str):  # noqa: F811
    """Killed while the line is secured, before the server has shown any manners: each mail is still there, once."""
    how = {"tls": "starttls", "ssl_context": certificate.trusting()}
    _found_again(mailbox_server, mailbox_server.imap_port, point, **how)


@pytest.mark.openssl
@pytest.mark.dovecot
@points("imap.special", "imap.idle", "imap.move")
def test_what_lies_in_a_mailbox_with_manners_is_found_again(mailbox_server, service: Service, point: str):
    """Killed while the mailbox is looked through, waited for or tidied: each mail is still there, once."""
    ports = SimpleNamespace(imap_port=mailbox_server.imap_port, smtp_port=0, users={BOX: "secret"})
    service(ports)
    _found_again(mailbox_server, ports.imap_port, point, tls="none")


def _found_again(server: rig.Dovecot, port: int, point: str, **how: Any) -> None:
    def source() -> ImapSource:
        more = {"sent": "auto", "junk": "auto", "processed_folder": "Processed", "timeout": 10}
        return ImapSource("localhost", port, BOX, lambda: "secret", **more, **how)

    def look() -> None:
        mine = source()
        mine.folders()
        raws = list(mine.fetch_after("INBOX", lambda _v: set(), 99))
        if point.startswith("imap.move"):
            mine.confirm("INBOX", [raw.uid for raw in raws])
        mine.wait(0.2)

    subject = secrets.token_hex(4)
    _append(server, subject)
    assert dies(point, look)
    again = source()
    for _ in range(2):  # the first look may be given nothing of it
        found = (*_subjects(again), *_subjects(again, "Processed"))
    assert found.count(subject) == 1
    again.close()


@points("uidlist.write", "uidlist.rename")
def test_a_maildir_gives_no_number_twice(tmp_path: Path, point: str):
    """Killed while the list of numbers is written: what was given out before stays, each mail gets one number."""
    for part in ("cur", "new", "tmp"):
        (tmp_path / part).mkdir()

    def put(name: str) -> None:
        (tmp_path / "new" / f"1700000000.{name}.host").write_bytes(f"From: {ANN}\r\nSubject: {name}\r\n\r\nx".encode())

    def numbers() -> dict[str, tuple[int, int]]:
        found = MaildirSource(tmp_path).fetch_after("INBOX", lambda _v: set(), 99)
        return {raw.octets.split(b"\r\n")[1].decode(): (raw.uidvalidity, raw.uid) for raw in found}

    put("first")
    before = numbers()
    put("second")
    assert dies(point, numbers)
    put("third")
    after = numbers()
    assert len(before) == 1 and before.items() <= after.items()
    assert len(set(after.values())) == 3


def test_the_table_of_points_names_those_of_this_file():
    """So that every point is known to be killed somewhere."""
    assert named == set(ALONE)
