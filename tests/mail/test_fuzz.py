"""Spoilt mail: mutated messages of the corpus go through every reader; bench/fuzz.py does the same for hours."""

from __future__ import annotations

import pytest

from bench import fuzz
from mailflow.errors import Unreadable

SEED, MESSAGES = 7, 250


def test_no_spoilt_mail_stops_the_readers():
    """Some hundred mutated mails, always the same: no exception, none over a second, none over 300 MB."""
    tally = fuzz.tried(SEED, range(MESSAGES))
    assert tally.messages == MESSAGES and len(tally.kinds) >= 4
    slow = [number for number, what in tally.findings if what.startswith("took")]
    assert [f"{SEED}:{n}: {what}" for n, what in tally.findings if n not in slow] == []
    # A machine that is busy with other things slows a processor down: what was slow once may try again.
    again = [fuzz.tried(SEED, range(n, n + 1)) for n in slow]
    assert [one.findings for one in again if one.findings] == []


def test_a_message_of_a_seed_is_always_the_same():
    """What was found can be looked at again."""
    assert fuzz.message(3, 14) == fuzz.message(3, 14) != fuzz.message(3, 15)


@pytest.mark.parametrize("error", [Unreadable("x"), RecursionError("x"), AssertionError("x")])
def test_an_exception_is_a_finding(monkeypatch, error):
    """The harness itself can fail: whatever a reader raises is found, with its place."""

    def broken(octets: bytes) -> str:
        raise error

    monkeypatch.setattr(fuzz, "read", broken)
    ((number, what),) = fuzz.tried(SEED, range(5, 6)).findings
    assert number == 5 and type(error).__name__ in what and "test_fuzz.py" in what


def test_a_mail_that_takes_too_long_is_a_finding_and_is_given_up(monkeypatch):
    """A reader that would never end is stopped, told of, and the next message is read."""
    monkeypatch.setattr(fuzz, "MOST_SECONDS", 0.05)
    monkeypatch.setattr(fuzz, "ABANDON_AFTER", 0.1)
    monkeypatch.setattr(fuzz, "read", _endless)
    found = [what for _, what in fuzz.tried(SEED, range(2)).findings]
    assert sum(what.startswith("given up") for what in found) == 2
    assert sum(what.startswith("took") for what in found) == 2


def _endless(octets: bytes) -> str:
    while octets:
        pass
    return ""
