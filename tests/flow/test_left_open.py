"""A button that was pressed and not filled in says nothing: the officer is asked to write their own words (5.2)."""

from __future__ import annotations

import pytest

from tests.flow.bench import MAYA, Bench


@pytest.mark.parametrize("words", ["Withdrawn: (reason)", "Out of scope: (reason)", "Ask: (question)"])
def test_a_reason_left_in_brackets_is_asked_for(bench: Bench, words: str):
    """The form's own "(reason)" is nobody's reason: nothing moves, one question comes back."""
    ref = bench.concern()
    bench.mail("2027-02-01 10:15", MAYA, f"Re: [{ref}]", words)
    assert bench.state(ref) == "RCV"
    assert "in place of" in bench.letter("M51", MAYA).words


def test_brackets_of_ones_own_are_words_like_others(bench: Bench):
    """Only the form's own brackets count as unfilled."""
    ref = bench.concern()
    bench.mail("2027-02-01 10:15", MAYA, f"Re: [{ref}]", "Withdrawn: (the family has moved away)")
    assert bench.state(ref) == "XWD"


def test_an_action_left_in_brackets_is_asked_for(waiting: Bench):
    """The lines of a form count too: "Action: (what) by 30 April" is no action."""
    tag = f"Re: {waiting.tag()}"
    waiting.mail("2027-02-10 09:00", "joan.pell@oakfield.example", tag, "We accept that calls were missed.")
    waiting.mail("2027-02-10 11:00", MAYA, tag, "Accepted")
    words = "Recommend: The concern is upheld.\nAction: (what) by 30 April\nDefault notice: no"
    waiting.mail("2027-02-15 11:00", MAYA, tag, words)
    assert waiting.state() == "REV"
