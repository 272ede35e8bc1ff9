"""Bounces: who was not reached, for ever or for now, and which letter it was (RFC 3464 and what servers write)."""

from __future__ import annotations

import time

import pytest

from mailflow.mail.classify import classify
from mailflow.mail.dsn import Bounce, is_success_report, read_bounce
from mailflow.mail.parse import parse

RETURNED = "Message-ID: <m1@council.example>\nX-Mailflow-Letter: L-0042.7\nSubject: [CC-2027-0042-K7] Concern\n"


def report(action: str, status: str, diagnostic: str = "", returned: str = "text/rfc822-headers") -> bytes:
    return (
        "Return-Path: <>\nFrom: MAILER-DAEMON@mx.provider.example\nTo: concerns@council.example\n"
        "Subject: Delivery Status Notification\nMIME-Version: 1.0\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=r\n\n--r\n\nhuman words\n"
        "--r\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.provider.example\n\n"
        "Original-Recipient: rfc822;manager@provider.example\nFinal-Recipient: RFC822; alias@inner.example\n"
        f"Action: {action}\nStatus: {status}\nDiagnostic-Code: smtp; {diagnostic}\n\n"
        f"--r\nContent-Type: {returned}\n\n{RETURNED}\n--r--\n"
    ).encode()


def prose(
    text: str, subject: str = "failure notice", sender: str = "MAILER-DAEMON@mx.example", extra: str = ""
) -> Bounce | None:
    return read_bounce(parse(f"From: {sender}\nTo: c@council.example\nSubject: {subject}\n{extra}\n{text}".encode()))


@pytest.mark.parametrize("returned", ["text/rfc822-headers", "message/rfc822"])
def test_standard_failure(returned: str):
    """A report names the recipient we wrote to, the status, and our letter out of the returned headers."""
    bounce = read_bounce(parse(report("failed", "5.1.1", "550 5.1.1 user unknown", returned)))
    assert bounce is not None
    (failure,) = bounce.failures
    assert (failure.recipient, failure.status) == ("manager@provider.example", "5.1.1")
    assert failure.permanent and failure.dead_address and not bounce.delayed
    assert (bounce.original_message_id, bounce.original_letter_id) == ("<m1@council.example>", "L-0042.7")


@pytest.mark.parametrize(
    ("status", "diagnostic", "permanent", "dead"),
    [
        ("5.1.1", "", True, True),
        ("5.2.2", "552 mailbox full", True, False),
        ("5.7.1", "550 5.7.1 message rejected as spam", True, False),
        ("5.0.0", "550 5.1.1 no such user", True, True),
        ("5.0.0", "550 Recipient not found", True, True),
        ("4.4.7", "queue expired", False, False),
        ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied", True, True),
    ],
)
def test_permanent_and_dead(status: str, diagnostic: str, permanent: bool, dead: bool):
    """Only "no such mailbox" makes an address dead; full, refused or expired does not."""
    bounce = read_bounce(parse(report("failed", status, diagnostic)))
    assert bounce is not None
    assert (bounce.failures[0].permanent, bounce.failures[0].dead_address) == (permanent, dead)


def test_delay_then_failure():
    """A delay is not a failure: it is told apart and nothing in it is permanent (row 7)."""
    message = parse(report("delayed", "4.4.1", "connection timed out"))
    bounce = read_bounce(message)
    assert bounce is not None and bounce.delayed
    assert not any(failure.permanent for failure in bounce.failures)
    assert classify(message).name == "delay"
    assert classify(parse(report("failed", "5.1.1"))).name == "bounce"


def test_success_is_no_bounce():
    """A report of delivery is a receipt, not a bounce."""
    message = parse(report("delivered", "2.0.0"))
    assert read_bounce(message) is None
    assert is_success_report(message)
    assert classify(message).name == "receipt"


QMAIL = (
    "Hi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to deliver your message to the"
    " following addresses.\nThis is a permanent error; I've given up.\n\n<manager@provider.example>:\n"
    "Sorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\n" + RETURNED
)
EXIM = (
    "This message was created automatically by mail delivery software.\n\nA message that you sent could not be"
    " delivered to one or more of its\nrecipients. The following address(es) failed:\n\n"
    "  manager@provider.example\n    SMTP error from remote mail server after RCPT TO:<manager@provider.example>:\n"
    "    550 5.1.1 User unknown\n\n------ This is a copy of the message, including all the headers. ------\n\n"
    + RETURNED
    + "To: other@elsewhere.example\n"
)  # fmt: skip
EXCHANGE = (
    "Delivery has failed to these recipients or groups:\n\n"
    "Manager (manager@provider.example)<mailto:manager@provider.example>\n"
    "The email address you entered couldn't be found.\n\nDiagnostic information for administrators:\n\n"
    "Generating server: x.prod.example\n\nmanager@provider.example\nRemote Server returned '550 5.1.10"
    " RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup'\n\nOriginal message headers:\n\n"
    + RETURNED
)
POSTFIX = (
    "I'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients.\n\n"
    "<manager@provider.example>: host mx.provider.example[192.0.2.1] said: 550 5.1.1\n    <manager@provider.example>:"
    " Recipient address rejected: User unknown (in reply to RCPT TO command)\n\n" + RETURNED
)


@pytest.mark.parametrize("text", [QMAIL, EXIM, EXCHANGE, POSTFIX])
def test_prose_dialects(text: str):
    """qmail, Exim, Exchange and Postfix in prose yield the recipient, a dead address and our letter."""
    bounce = prose(text)
    assert bounce is not None and not bounce.delayed
    assert [f.recipient for f in bounce.failures] == ["manager@provider.example"]
    assert bounce.failures[0].permanent and bounce.failures[0].dead_address
    assert (bounce.original_message_id, bounce.original_letter_id) == ("<m1@council.example>", "L-0042.7")


def test_html_only_bounce():
    """A bounce in HTML only is read too."""
    html = "<p>Delivery has failed to these:</p><p><a>manager@provider.example</a></p><p>550 5.1.10 not found</p>"
    bounce = prose(
        html, "Undeliverable: [CC-2027-0042-K7] Concern", "postmaster@provider.example", "Content-Type: text/html\n"
    )
    assert bounce is not None
    assert bounce.failures[0].recipient == "manager@provider.example"


def test_failed_recipients_header():
    """Exim and Gmail name the recipients in X-Failed-Recipients; that beats every address in the prose."""
    bounce = prose("Sent by x@y.example. Address not found.", extra="X-Failed-Recipients: manager@provider.example\n")
    assert bounce is not None
    assert [f.recipient for f in bounce.failures] == ["manager@provider.example"]


def test_prose_delay():
    """A warning that delivery is late is a delay."""
    text = "Your message has been delayed.\n<manager@provider.example>\nThe server will continue to try for 3 days."
    bounce = prose(text, "Warning: message delayed 4 hours")
    assert bounce is not None and bounce.delayed
    assert not bounce.failures[0].permanent


def test_a_person_who_forwards_a_bounce_is_a_person():
    """The same words from a person's address are a person's mail."""
    assert prose(EXCHANGE, "FW: Undeliverable: Concern", "jane@provider.example") is None
    assert prose("This could not be delivered to the family.", "Undeliverable letters", "jane@provider.example") is None


@pytest.mark.parametrize(
    "body",
    [
        "@" * 400_000, "<a@b.example>:\n" * 30_000, "To: a@b.example\n" * 20_000, "message to " * 40_000,
        "(" * 400_000, "Final-Recipient: rfc822;a@b.example\nAction: failed\n" * 9_000, "---\n" * 80_000,
        "a.b!" * 100_000, "IMCEA-+40" * 30_000, "550 " * 100_000,
    ],
    ids=lambda body: body[:12].strip(),
)  # fmt: skip
@pytest.mark.parametrize("sender", ["MAILER-DAEMON@mx.example", "jane@x.example"])
def test_hostile_reports_take_no_time(body: str, sender: str) -> None:
    """Whatever a report is made of, reading it is bounded: well under a second."""
    message = parse(f"From: {sender}\nTo: c@council.example\nSubject: Undelivered mail\n\n{body}".encode())
    start = time.process_time()
    read_bounce(message)
    assert time.process_time() - start < 0.6


def test_names_without_a_domain() -> None:
    """A screen name is one of the server that reports, unless the returned letter says more."""
    text = "Your mail to the following recipients could not be delivered:\n\n\tjanedoe77\n"
    bounce = prose(text)
    assert bounce is not None and [f.recipient for f in bounce.failures] == ["janedoe77@mx.example"]


def test_a_report_to_several_of_a_lost_letter_names_nobody() -> None:
    """A report that names nobody, with a letter that went to two, is a bounce of nobody known."""
    bounce = prose("It could not be delivered.\n\n--- Original message follows.\n\nTo: a@x.example, b@x.example\n")
    assert bounce is not None and bounce.failures == ()
