"""Signs of a delivery report: two at least, and what only people do speaks against it."""

from __future__ import annotations

import pytest

from mailflow.mail.dsn import read_bounce
from mailflow.mail.dsn_sender import sender_is_system
from mailflow.mail.parse import parse

WORDS = "This is the mail system at host mx.example.\n\n<a@x.example>: 550 5.1.1 User unknown\n"


def mail(sender: str, subject: str, text: str, extra: str = "") -> bytes:
    return f"From: {sender}\nTo: c@council.example\nSubject: {subject}\n{extra}\n{text}".encode()


@pytest.mark.parametrize(
    ("sender", "subject", "text", "extra"),
    [
        ("MAILER-DAEMON@mx.example", "hello", WORDS, ""),
        ("MAILER-DAEMON", "failure notice", WORDS, ""),
        ("System Administrator <x@mx.example>", "Undeliverable: visit", WORDS, ""),
        ("jane@x.example", "hello", WORDS, "Return-Path: <>\n"),
        ("jane@x.example", "hello", "It failed.", "X-Failed-Recipients: a@x.example\n"),
        ("robot@x.example", "Undelivered mail", WORDS, "Auto-Submitted: auto-replied\n"),
        ("robot@x.example", "Undelivered mail", f"{WORDS}\nReceived: from y\nTo: a@x.example\n", ""),
        ("robot@x.example", "hello", WORDS, "Content-Type: multipart/report; report-type=delivery-status\n"),
        ("MAILER-DAEMON@mx.example", "[SPAM] Mail delivery failed", "to a@x.example", ""),
    ],
)
def test_reports(sender: str, subject: str, text: str, extra: str) -> None:
    """A mail system's mail with one more sign, or several signs without its name."""
    bounce = read_bounce(parse(mail(sender, subject, text, extra)))
    assert bounce is not None
    assert bounce.why
    assert [failure.recipient for failure in bounce.failures] == ["a@x.example"]


@pytest.mark.parametrize(
    ("sender", "subject", "text", "extra"),
    [
        ("jane@x.example", "Undelivered mail", f"Look what I got:\n{WORDS}", ""),
        ("Sam Admin <postmaster@x.example>", "Undelivered mail", f"Hi,\nI got this:\n{WORDS}", ""),
        ("Jane Doe <jane@x.example>", "Undelivered mail", f"FYI.\n{WORDS}\nReceived: from y\nTo: a@x.example\n", ""),
        ("jane@x.example", "Undelivered mail", f"{WORDS}That is what my users get.", ""),
        ("jane@x.example", "Fwd: failure notice", f"{WORDS}\nReceived: from y\nTo: a@x.example\n", ""),
        ("MAILER-DAEMON@mx.example", "FW: failure notice", WORDS, ""),
        ("Jane <postmaster@x.example>", "Re: visit", WORDS, "In-Reply-To: <m@council.example>\n"),
        ("postmaster@x.example", "Undelivered mail", WORDS, "User-Agent: Mozilla Thunderbird\n"),
        ("postmaster@x.example", "Undelivered mail", WORDS, "List-Id: <l.x.example>\n"),
        ("jane@x.example", "Out of office", "I cannot be reached. It was not delivered.", "Return-Path: <>\n"),
        ("postmaster@x.example", "Delivery problems", "Hello, we could not deliver the meals to a@x.example.", ""),
        ("jane@x.example", "x", "Please confirm: your message was not delivered yet.", "Return-Path: <>\n"),
    ],
)
def test_people_and_other_machines(sender: str, subject: str, text: str, extra: str) -> None:
    """One sign is not enough; answers, forwards, lists and mail programs are people's."""
    assert read_bounce(parse(mail(sender, subject, text, extra))) is None


def test_who_is_a_mail_system() -> None:
    """By its name, its null return path, its headers; a person who owns the address postmaster is none."""
    assert sender_is_system(parse(mail("MAILER-DAEMON@x.example", "s", "t")))
    assert sender_is_system(parse(mail("jane@x.example", "s", "t", "Return-Path: <>\n")))
    assert not sender_is_system(parse(mail("postmaster@x.example", "s", "t", "User-Agent: Thunderbird\n")))
    assert not sender_is_system(parse(mail("bouncer@x.example", "s", "t")))
