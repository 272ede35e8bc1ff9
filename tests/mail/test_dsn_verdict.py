"""The verdict on one recipient: codes before words, the most exact code first."""

from __future__ import annotations

import pytest

from mailflow.mail.dsn_verdict import judge


@pytest.mark.parametrize(
    ("status", "said", "permanent", "dead"),
    [
        ("5.1.1", "", True, True),
        ("4.4.7", "", False, False),
        ("5.0.0", "smtp; 421 too many connections", False, False),
        ("5.0.0", "smtp; 450 4.2.1 mailbox busy", False, False),
        ("4.0.0", "smtp; 550 5.1.1 no such user", True, True),
        ("5.4.7", "delivery time expired", True, False),
        ("", "550 4.2.2 mailbox full", False, False),
        ("", "552 Requested mailbox exceeds quota", True, False),
        ("", "451 greylisted", False, False),
        ("", "host mx.example[192.0.2.5] said: 550 no", True, False),
        ("", "Postfix 2.5.1 said nothing of 550 bytes; over quota", False, False),
        ("", "User <jane@example.org> unknown", True, True),
        ("", "mailbox is full", False, False),
        ("", "connection timed out", False, False),
        ("", "Host not found, try again", False, False),
        ("", "Name or service not known", True, True),
        ("", "message rejected as spam", True, False),
        ("", "", True, False),
        ("2.0.0", "550 5.1.1 unknown", True, True),
        ("5.7.1", "550 5.7.1 you are not allowed", True, False),
        ("5.7.1", "550 5.7.1 user unknown", True, True),
        ("5.2.2", "mailbox does not exist or is full", True, False),
    ],
)
def test_for_ever_or_for_now(status: str, said: str, permanent: bool, dead: bool) -> None:
    """A code of class 5 is for ever, 4 for now; without a code the words tell; silence of a failure is for ever."""
    failure = judge("jane@example.org", status=status, said=said)
    assert (failure.permanent, failure.dead_address) == (permanent, dead)


def test_a_delay_is_never_permanent() -> None:
    """The server keeps trying, whatever code it gives."""
    assert not judge("jane@example.org", status="5.1.1", failed=False).permanent


def test_the_rest_of_the_report_counts_only_in_silence() -> None:
    """What is said about another recipient does not count where this one's words tell."""
    assert not judge("a@x.example", said="mailbox full", around="<b@x.example>: 550 5.1.1 user unknown").permanent
    assert judge("a@x.example", said="", around="550 5.1.1 user unknown").dead_address
