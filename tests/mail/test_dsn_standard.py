"""The fields of RFC 3464, where servers put them and as they write them."""

from __future__ import annotations

import pytest

from mailflow.mail.dsn import is_success_report, read_bounce
from mailflow.mail.parse import parse


def report(fields: str, kind: str = "message/delivery-status", words: str = "words", letter: str = "") -> bytes:
    return (
        "From: MAILER-DAEMON@mx.example\nTo: c@council.example\nSubject: Delivery Status Notification\n"
        "MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=r\n\n"
        f"--r\n\n{words}\n--r\nContent-Type: {kind}\n\n{fields}\n"
        f"--r\nContent-Type: text/rfc822-headers\n\nMessage-ID: <m@c.example>\n{letter}\n--r--\n"
    ).encode()


@pytest.mark.parametrize("kind", ["message/delivery-status", "text/plain", "message/global-delivery-status"])
def test_wrong_labels(kind: str) -> None:
    """The fields count also where their part bears another label."""
    fields = "Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; a@x.example\nAction: failed\nStatus: 5.1.1\n"
    bounce = read_bounce(parse(report(fields, kind)))
    assert bounce is not None
    assert [(f.recipient, f.status) for f in bounce.failures] == [("a@x.example", "5.1.1")]


@pytest.mark.parametrize(
    ("fields", "found", "delayed"),
    [
        ("Final-Recipient: rfc822;a@x.example\nAction: failed\nStatus: 5.1.1\n\n"
         "Final-Recipient: rfc822;b@x.example\nAction: delivered\nStatus: 2.0.0\n", ["a@x.example"], False),
        ("Final-Recipient: rfc822;a@x.example\nAction: delayed\nStatus: 4.4.1\n\n"
         "Final-Recipient: rfc822;b@x.example\nAction: failed\nStatus: 5.1.1\n", ["b@x.example"], False),
        ("Final-Recipient: rfc822;a@x.example\nAction: delayed (queued)\nStatus: 4.4.1\n", ["a@x.example"], True),
        ("Final-Recipient: rfc822;a@x.example\nStatus: 5.1.1 (bad)\n", ["a@x.example"], False),
        ("Final-Recipient: rfc822;a@x.example\nAction: failed\nFinal-Recipient: rfc822;b@x.example\nAction: failed\n",
         ["a@x.example", "b@x.example"], False),
        ("Final-Recipient: rfc822;a@x.example\n\nAction: failed\nStatus: 5.1.1\n", ["a@x.example"], False),
        ("Original-Recipient: rfc822;\nFinal-Recipient: rfc822;a@x.example\nAction: failed\n", ["a@x.example"], False),
    ],
)  # fmt: skip
def test_actions(fields: str, found: list[str], delayed: bool) -> None:
    """Only who was not reached is named; a failure of one outweighs the delay of another."""
    bounce = read_bounce(parse(report(fields)))
    assert bounce is not None
    assert ([f.recipient for f in bounce.failures], bounce.delayed) == (found, delayed)


@pytest.mark.parametrize(
    ("final", "original", "words", "letter", "recipient"),
    [
        ("rfc822;in@y.example", "rfc822;a@x.example", "", "To: a@x.example\n", "a@x.example"),
        ("rfc822;in@y.example", "rfc822;a@x.example", "", "To: in@y.example\n", "in@y.example"),
        ("rfc822;in@y.example", "rfc822;a@x.example", "", "", "a@x.example"),
        ("rfc822;jane", "", "", "To: jane@x.example, b@x.example\n", "jane@x.example"),
        ("x400;/G=Jane/", "", "<jane@x.example>: user unknown", "", "jane@x.example"),
        ("x400;/G=Jane/", "", "", "To: Jane <jane@x.example>\n", "jane@x.example"),
        ("rfc822;jane%in.example@gw.example", "", "", "", "jane@in.example"),
        ("rfc822;jane%in.example@gw.example", "", "", "To: jane%in.example@gw.example\n", "jane%in.example@gw.example"),
    ],
)
def test_which_name_the_sender_knows(final: str, original: str, words: str, letter: str, recipient: str) -> None:
    """Of several names for one recipient that which the letter was sent to."""
    fields = f"Original-Recipient: {original}\nFinal-Recipient: {final}\nAction: failed\nStatus: 5.1.1\n"
    bounce = read_bounce(parse(report(fields, words=words or "words", letter=letter)))
    assert bounce is not None
    assert [f.recipient for f in bounce.failures] == [recipient]


def test_success_in_prose_is_no_failure() -> None:
    """A mail system that tells of a success sends a receipt."""
    message = parse(
        b"From: MAILER-DAEMON@mx.example\nSubject: Return receipt\n\n"
        b"   ----- The following addresses had successful delivery notifications -----\n<a@x.example>  (relayed)\n"
    )
    assert read_bounce(message) is None
    assert is_success_report(message)
