"""Verdicts, row by row."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mailflow.submission.verdict import PHASES, answer, judge, retry_after

A = "ann@sender.example"


@pytest.mark.parametrize(
    ("phase", "code", "text", "state", "throttled"),
    [
        ("reply", 250, "2.0.0 queued as X", "sent", False),
        ("reply", 250, "OK", "sent", False),
        # temporary
        ("rcpt", 450, "4.2.0 greylisted", "deferred", False),
        ("rcpt", 451, "", "deferred", False),
        ("reply", 452, "4.3.1 insufficient storage", "deferred", False),
        ("mail", 421, "4.3.0 closing", "deferred", True),
        ("reply", 432, "4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded", "deferred", True),
        ("rcpt", 421, "4.7.28 unusual rate", "deferred", True),
        # permanent
        ("rcpt", 550, "5.1.1 no such user", "refused", False),
        ("rcpt", 550, "no such user", "refused", False),
        ("rcpt", 550, "5.4.1 Recipient address rejected: Access denied", "refused", False),
        ("mail", 550, "5.7.60 not allowed to send as", "refused", False),
        ("mail", 552, "5.3.4 message too big", "refused", False),
        ("data", 554, "5.5.1 no valid recipients", "refused", False),
        ("reply", 552, "message too large", "refused", False),
        ("reply", 554, "5.7.1 rejected as spam", "refused", False),
        # 5xx that the documents call temporary
        ("rcpt", 552, "5.2.2 mailbox full", "deferred", False),
        ("rcpt", 552, "too many recipients", "deferred", False),
        ("rcpt", 550, "5.4.5 daily sending quota exceeded", "deferred", True),
        ("reply", 550, "5.1.90 daily limit for message recipients reached", "deferred", True),
        ("reply", 554, "5.2.0 submission quota exceeded", "deferred", True),
        ("rcpt", 550, "5.2.0 no such mailbox", "refused", False),
        ("mail", 503, "5.5.1 nested MAIL command", "deferred", False),
        ("mail", 530, "5.7.0 authentication required", "deferred", False),
        ("", 535, "5.7.8 credentials invalid", "deferred", False),
        ("", 554, "no SMTP service here", "deferred", False),
        # contradictions and nonsense are temporary
        ("rcpt", 550, "4.7.1 try again", "deferred", False),
        ("rcpt", 354, "go on", "deferred", False),
        ("rcpt", 999, "what", "deferred", False),
        ("rcpt", -1, "garbled", "deferred", False),
        # an accepted address is no delivery
        ("rcpt", 250, "2.1.5 OK", "deferred", False),
        # nonsense after the final dot proves neither
        ("dot", -1, "garbled", "in_doubt", False),
        ("dot", 354, "go on", "in_doubt", False),
    ],
)
def test_each_answer_has_its_verdict(phase: str, code: int, text: str, state: str, throttled: bool):
    """5xx is permanent with the documented exceptions, 421 and 432 ask to slow down, the unknown is temporary."""
    verdict = judge(phase, answer(A, code, text))
    assert (verdict.state, verdict.throttled) == (state, throttled)


@pytest.mark.parametrize("phase", ["", *PHASES])
def test_no_answer_is_in_doubt_only_after_the_dot(phase: str):
    """A connection lost before the final dot sent nothing; after it nobody knows (case 25 of the infrastructure)."""
    expected = "in_doubt" if phase in ("dot", "reply") else "deferred"
    assert judge(phase, None, "The connection was lost").state == expected


def test_the_words_are_a_sentence_for_a_person():
    """The server's own text is quoted in bounds and without control characters."""
    words = judge("rcpt", answer(A, 550, "5.1.1 no\r\nsuch\x00user " + "x" * 900)).words
    assert words.startswith("The server said: 550 5.1.1 no such user")
    assert len(words) < 400
    assert words.isprintable()


@pytest.mark.parametrize(
    ("text", "status"),
    [("5.1.1 no", "5.1.1"), ("4.7.28 x", "4.7.28"), ("no 5.1.1", ""), ("5.1.1", "5.1.1"), ("2027.1.1 x", ""), ("", "")],
)
def test_the_enhanced_status_begins_the_text(text: str, status: str):
    """RFC 2034 section 4: the status is the first word, numbers elsewhere are not it."""
    assert answer(A, 550, text).enhanced == status


def test_pauses_grow_within_bounds():
    """From about a minute to four hours, spread by a quarter to either side."""
    middle = [retry_after(attempts, 0.5) for attempts in range(1, 12)]
    assert middle[:4] == [timedelta(minutes=m) for m in (1, 2, 4, 8)]
    assert middle == sorted(middle)
    assert retry_after(10_000, 1.0) == timedelta(hours=5)
    assert retry_after(0, -3.0) == timedelta(seconds=45)
