"""The demonstration's mail server behaves like a border server."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from mailflow.demo.border import base_address, header_from, stamp
from mailflow.demo.server import EmbeddedMail

COUNCIL, ANN = "concerns@council.example", "ann@provider.example"
USERS = {COUNCIL: "council-secret", ANN: "ann-secret"}
NINE = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
OURS = b"Authentication-Results: mx.demo.example"


@pytest.fixture
def server() -> Iterator[EmbeddedMail]:
    with EmbeddedMail(
        USERS,
        aliases={"bounces@council.example": COUNCIL},
        refuse={"full@provider.example": "452 4.2.2 mailbox full"},
        bounce_later={"gone@provider.example": "5.1.1", "late@provider.example": "4.4.1"},
        clock=lambda: NINE,
    ) as running:
        yield running


def client(server: EmbeddedMail, user: str = ANN) -> smtplib.SMTP:
    connection = smtplib.SMTP(server.host, server.smtp_port, timeout=5)
    if user:
        connection.login(user, USERS[user])
    return connection


def mail(author: str = ANN, extra: str = "") -> bytes:
    return f"From: Somebody <{author}>\r\n{extra}Subject: x\r\n\r\nhello\r\n".encode()


def refusal(server: EmbeddedMail, user: str, sender: str, recipient: str) -> int:
    with client(server, user) as connection:
        try:
            connection.sendmail(sender, [recipient], mail())
        except smtplib.SMTPRecipientsRefused as refused:
            return refused.recipients[recipient][0]
        except smtplib.SMTPResponseException as refused:
            return refused.smtp_code
    return 250


@pytest.mark.parametrize(
    ("user", "sender", "recipient", "code"),
    [
        (ANN, ANN, COUNCIL, 250),
        (ANN, "Ann+x@Provider.example", "Concerns+tag@Council.example", 250),
        (COUNCIL, "bounces+l1@council.example", ANN, 250),
        (ANN, "", COUNCIL, 250),
        ("", ANN, COUNCIL, 530),  # no login
        (ANN, COUNCIL, COUNCIL, 553),  # somebody else's envelope sender
        (ANN, ANN, "nobody@council.example", 550),
        (ANN, ANN, "x@elsewhere.example", 550),  # no relay
        (ANN, ANN, "full@provider.example", 452),
    ],
)
def test_who_may_send_to_whom(server: EmbeddedMail, user: str, sender: str, recipient: str, code: int):
    """Submission needs a login and one's own envelope sender; unknown mailboxes and other domains are refused."""
    assert refusal(server, user, sender, recipient) == code


def test_a_wrong_password_is_refused(server: EmbeddedMail):
    """RFC 4954: 535, and every user has a password of their own."""
    with client(server, "") as connection, pytest.raises(smtplib.SMTPAuthenticationError):
        connection.login(ANN, USERS[COUNCIL])


def test_an_honest_author_passes(server: EmbeddedMail):
    """The server's own verdict stands above all else that was in the mail, the injected one is gone (RFC 8601 s. 5)."""
    forged = (
        "Authentication-Results: mx.demo.example; dmarc=pass\r\nAuthentication-Results : MX.demo.example;\r\n x=y\r\n"
    )
    other = "Authentication-Results: elsewhere.example; dmarc=fail\r\n"
    with client(server) as connection:
        connection.sendmail(ANN, [COUNCIL], mail(extra=forged + other))
    (stored,) = server.mails(COUNCIL)
    head = stored.octets.split(b"\r\n\r\n")[0]
    assert head.lower().count(b"mx.demo.example; dmarc=pass header.from=provider.example") == 1
    assert head.lower().count(b"mx.demo.example;") == 1
    assert b"elsewhere.example; dmarc=fail" in head
    assert head.index(OURS) < head.index(b"elsewhere.example")
    assert head.startswith(b"Return-Path: <ann@provider.example>\r\nDelivered-To: concerns@council.example\r\n")
    assert stored.octets.endswith(b"Subject: x\r\n\r\nhello\r\n")
    assert stored.internaldate == NINE


@pytest.mark.parametrize(
    "author", [COUNCIL, "ann@provider.example.evil.example", "ann", "a@b.example>, <ann@provider.example"]
)
def test_a_forged_author_fails(server: EmbeddedMail, author: str):
    """Who writes somebody else's address, none, or several in From gets dmarc=fail."""
    with client(server) as connection:
        connection.sendmail(ANN, [COUNCIL], mail(author))
    (stored,) = server.mails(COUNCIL)
    assert OURS + b"; dmarc=fail" in stored.octets
    assert b"dmarc=pass" not in stored.octets


def test_two_from_headers_fail():
    """Two From fields are a forger's trick; neither is the author (RFC 7489 section 6.6.1)."""
    assert header_from(b"From: a@b.example\r\nFrom: c@d.example\r\n\r\n") == ""


def test_a_hostile_author_cannot_write_headers():
    """A domain that is no host name never reaches the verdict line."""
    stamped = stamp(
        b"Subject: x\r\n\r\n", authserv_id="mx.demo.example", sender="", recipient=ANN, login=ANN,
        author="a@b;dmarc=pass", aligned=False, when=NINE,
    )  # fmt: skip
    assert b"header.from=invalid" in stamped


@pytest.mark.parametrize(
    ("address", "action"), [("gone@provider.example", b"failed"), ("late@provider.example", b"delayed")]
)
def test_a_bounce_goes_to_the_envelope_sender(server: EmbeddedMail, address: str, action: bytes):
    """RFC 3464: null return path, action and status, the headers of what was sent."""
    with client(server, COUNCIL) as connection:
        connection.sendmail(
            "bounces+l1@council.example", [address], mail(COUNCIL, "Message-ID: <one@council.example>\r\n")
        )
    (report,) = server.mails(COUNCIL)
    assert report.octets.startswith(b"Return-Path: <>\r\n")
    assert b"Action: " + action in report.octets
    assert b"Final-Recipient: rfc822;" + address.encode() in report.octets
    assert b"<one@council.example>" in report.octets


def test_nothing_is_reported_to_nobody(server: EmbeddedMail):
    """A mail with a null sender that cannot be delivered ends there: reports never bounce."""
    with client(server, COUNCIL) as connection:
        connection.sendmail("", ["gone@provider.example"], mail(COUNCIL))
    assert server.mails(COUNCIL) == []


def test_post_and_append(server: EmbeddedMail):
    """post is a submission by its login, append is a client that drags octets in; both take a date."""
    told: list[tuple[str, str]] = []
    server.on_delivery = lambda user, octets, folder: told.append((user, folder))
    server.post(ANN, [COUNCIL], mail(), internaldate=NINE.replace(hour=10))
    server.append(COUNCIL, mail(), "Sent", NINE.replace(hour=11))
    (posted,), (appended,) = server.mails(COUNCIL), server.mails(COUNCIL, "Sent")
    assert (posted.internaldate.hour, appended.internaldate.hour) == (10, 11)
    assert b"dmarc=pass" in posted.octets
    assert appended.octets == mail()
    assert told == [(COUNCIL, "INBOX"), (COUNCIL, "Sent")]


def test_the_arrival_header_is_kept(server: EmbeddedMail):
    """Mailflow-Test-Arrival travels through, for tests with a pretended clock."""
    server.post(ANN, [COUNCIL], mail(extra="Mailflow-Test-Arrival: 2027-03-01T09:00:00+00:00\r\n"))
    assert b"\r\nMailflow-Test-Arrival: 2027-03-01T09:00:00+00:00\r\n" in server.mails(COUNCIL)[0].octets


@pytest.mark.parametrize(("mode", "delivered"), [("delivered", 1), ("lost", 0)])
def test_a_lost_answer_after_the_dot(server: EmbeddedMail, mode: str, delivered: int):
    """drop_after_dot ends the connection without an answer, whether or not the mail was taken."""
    server.drop_after_dot = mode
    with pytest.raises(smtplib.SMTPServerDisconnected):
        client(server).sendmail(ANN, [COUNCIL], mail())
    assert len(server.mails(COUNCIL)) == delivered


def test_other_switches(server: EmbeddedMail):
    """hold_smtp and throttle_smtp answer for a while and pass."""
    server.hold_smtp = True
    assert refusal(server, ANN, ANN, COUNCIL) == 451
    server.hold_smtp, server.throttle_smtp = False, True
    assert refusal(server, ANN, ANN, COUNCIL) == 432
    server.throttle_smtp = False
    assert refusal(server, ANN, ANN, COUNCIL) == 250


def test_folders_can_be_made_again_and_mail_removed(server: EmbeddedMail):
    """What officers do to a shared mailbox can be done here."""
    server.append(COUNCIL, mail(), "Junk")
    server.append(COUNCIL, mail())
    server.remove(COUNCIL, server.mails(COUNCIL)[0].uid)
    server.remake_folder(COUNCIL, "Junk")
    assert server.mails(COUNCIL) == server.mails(COUNCIL, "Junk") == []


@pytest.mark.parametrize(
    ("address", "base"),
    [("A+b@C.example", "a@c.example"), ("<a@c.example>", "a@c.example"), ("a@c.example", "a@c.example"), ("x", "@x")],
)
def test_plus_tags_are_ignored(address: str, base: str):
    """RFC 5233: what follows the plus is a detail of the same mailbox."""
    assert base_address(address) == base
