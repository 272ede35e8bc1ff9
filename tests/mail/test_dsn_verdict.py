"""The verdict on one recipient: codes before words, the most exact code first."""

from __future__ import annotations

import pytest

from mailflow.mail.dsn_verdict import judge
from mailflow.mail.dsn_verdict_words import DEAD_PHRASES, TEMPORARY_PHRASES


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
        ("", "User (jane@example.org) unknown", True, True),
        ("", "User jane@example.org unknown", True, True),
        ("", "the server was told 451, it said: 450", False, False),
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


@pytest.mark.parametrize("said", ["550 no", "no, 5.4.7 of its own", "message rejected as spam"])
def test_what_tells_of_this_recipient_is_not_mixed_with_what_tells_of_others(said: str) -> None:
    """A code, an enhanced code or words about this one: that another mailbox does not exist is nothing to this one."""
    around = "<b@x.example>: user unknown"
    assert not judge("a@x.example", said=said, around=around).dead_address
    assert judge("a@x.example", said="it did not arrive", around=around).dead_address


def test_what_is_said_may_go_on_in_the_rest() -> None:
    """Where a line ends is the server's affair."""
    assert judge("a@x.example", said="Sorry: no such", around="user here").dead_address


def test_a_code_of_the_rest_does_not_overrule_a_status() -> None:
    """The class that the field gives holds: what the rest says may be about another recipient or an earlier try."""
    assert judge("a@x.example", status="5.0.0", around="host mx.example said: 421 later").permanent
    assert not judge("a@x.example", around="host mx.example said: 421 later").permanent


def test_an_unknown_user_is_for_ever_whatever_the_rest_says() -> None:
    """The words about this recipient are not silent, so no code and no words of the rest are looked at."""
    for around in ("421 try later", "the other mailbox is full", "5.2.2 mailbox full"):
        failure = judge("a@x.example", said="user unknown", around=around)
        assert (failure.permanent, failure.dead_address, failure.status) == (True, True, "")
    for around in ("421 try later", "the other mailbox is full"):
        assert not judge("a@x.example", around=around).permanent


def test_a_status_of_success_is_none() -> None:
    """A field that says 2.1.5 of a failure says nothing about it: words and their codes do."""
    assert judge("a@x.example", status="2.1.5", said="550 5.1.1 x").status == "5.1.1"
    assert judge("a@x.example", status="2.1.5").status == judge("a@x.example", said="2.1.5").status == ""
    assert judge("a@x.example").diagnostic == ""


@pytest.mark.parametrize("apostrophe", ["'", "\u2019"])
def test_words_with_either_apostrophe(apostrophe: str) -> None:
    """Programs print it straight or curled."""
    for table, dead in ((DEAD_PHRASES, True), (TEMPORARY_PHRASES, False)):
        for words in table:
            if "'" in words:
                failure = judge("a@x.example", said=words.replace("'", apostrophe))
                assert (failure.permanent, failure.dead_address) == (dead, dead), words
